/** The surface that is drawn on, with a mouse, fingers or a pen. */

import { Drawing, paintStroke } from "./drawing.js";

const LIGHTEST = 0.5; // of the brush, at no pressure
const CONSTANT = [0, 0.5, 1]; // what devices report that feel no pressure

export class InkPad {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {(drawing: Drawing, lifted: boolean) => void} onInk told of each change; `lifted` is false within a stroke.
   */
  constructor(canvas, onInk) {
    this.drawing = new Drawing();
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.onInk = onInk;
    /** @type {Map<number, import("./drawing.js").Stroke>} strokes that are being drawn, by pointer. */
    this.drawn = new Map();
    this.isErasing = false;
    /** Whether what the eraser touched since it came down is remembered. */
    this.hasErased = false;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    canvas.addEventListener("pointerup", (event) => this.#end(event));
    canvas.addEventListener("pointercancel", (event) => this.#end(event));
    new ResizeObserver(() => this.#fit()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint());
  }

  undo() {
    this.drawing.undo();
    this.#change();
  }

  redo() {
    this.drawing.redo();
    this.#change();
  }

  clear() {
    this.drawing.remember();
    this.drawing.strokes = [];
    this.#change();
  }

  /** @param {number} breadth of the brush, as a share of the one that fits. */
  setBreadth(breadth) {
    this.drawing.breadth = breadth;
    this.#change();
  }

  #change() {
    this.drawn.clear();
    this.#repaint();
    this.onInk(this.drawing, true);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (event.button !== 0) return;
    event.preventDefault(); // neither text is selected nor the page scrolled
    this.canvas.setPointerCapture(event.pointerId);
    /** @type {import("./drawing.js").Stroke} */
    const stroke = [];
    this.hasErased = false;
    if (this.isErasing) {
      this.drawn.set(event.pointerId, stroke);
      this.#erase([event]);
      return;
    }
    this.drawing.remember();
    this.drawn.set(event.pointerId, stroke);
    this.drawing.strokes.push(stroke);
    this.#add(stroke, [event]);
  }

  /** @param {PointerEvent} event */
  #go(event) {
    const stroke = this.drawn.get(event.pointerId);
    if (!stroke) return;
    const between = event.getCoalescedEvents?.() ?? [];
    const events = between.length ? between : [event];
    if (this.isErasing) this.#erase(events);
    else this.#add(stroke, events);
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (!this.drawn.delete(event.pointerId)) return;
    this.#repaint(); // smoother than piece by piece
    this.onInk(this.drawing, this.drawn.size === 0);
  }

  /**
   * @param {import("./drawing.js").Stroke} stroke
   * @param {PointerEvent[]} events
   */
  #add(stroke, events) {
    const from = stroke.length;
    const before = this.drawing.brush;
    const { left, top } = this.canvas.getBoundingClientRect();
    for (const { clientX, clientY, pressure } of events) {
      const felt = CONSTANT.includes(pressure) ? 1 : LIGHTEST + (1 - LIGHTEST) * pressure;
      stroke.push({ x: clientX - left, y: clientY - top, pressure: felt });
    }
    const { brush } = this.drawing;
    if (brush === before) paintStroke(this.context, stroke, brush, from);
    else this.#repaint(); // all of it is as broad as fits its size
    this.onInk(this.drawing, false);
  }

  /**
   * Take away the strokes that are touched.
   * @param {PointerEvent[]} events
   */
  #erase(events) {
    const { left, top } = this.canvas.getBoundingClientRect();
    for (const { clientX, clientY } of events) {
      const touched = this.drawing.strokeAt(clientX - left, clientY - top);
      if (!touched) continue;
      if (!this.hasErased) this.drawing.remember();
      this.hasErased = true;
      this.drawing.strokes = this.drawing.strokes.filter((stroke) => stroke !== touched);
      this.#repaint();
      this.onInk(this.drawing, false);
    }
  }

  /** Give the canvas as many pixels as the screen has under it. */
  #fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (!width || !height) return; // hidden
    this.drawing.resize(width, height);
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.#repaint();
  }

  #repaint() {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.context.strokeStyle = getComputedStyle(this.canvas).color;
    this.drawing.paint(this.context);
  }
}
