/** A drawing: strokes of a round brush, in the pixels of the surface that they were drawn on. */

const BRUSH = 0.07; // of the surface's shorter side, at most
const FITTING = 0.12; // of the longest stroke: a broader brush fills the loops of small writing
const THINNEST = 3; // pixels
const SENT = { width: 480, height: 120 }; // pixels of what is read, at most: digits in it are taller than the model's
const MARGIN = 1; // brushes of paper about the ink in it
const ERASER = 6; // pixels about a stroke at which it is taken away
const TAP = 0.01; // brushes: how long a stroke without a length is drawn, so that it shows as a dot

/**
 * @typedef {{x: number, y: number, pressure: number}} Point its pressure is a share of the brush's width.
 * @typedef {Point[]} Stroke
 */

export class Drawing {
  constructor() {
    /** @type {Stroke[]} */
    this.strokes = [];
    /** @type {Stroke[][]} what was drawn before each change. */
    this.past = [];
    /** @type {Stroke[][]} what was drawn before each change was undone. */
    this.future = [];
    this.width = 1;
    this.height = 1;
    this.breadth = 1; // of the brush, as a share of the one that fits
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  /** How broad the brush is: as it fits the size of what is written. */
  get brush() {
    const longest = Math.max(0, ...this.strokes.map(lengthOf));
    const fitting = Math.min(BRUSH * Math.min(this.width, this.height), Math.max(THINNEST, FITTING * longest));
    return this.breadth * fitting;
  }

  /** Remember what is drawn, which is about to change. */
  remember() {
    this.past.push([...this.strokes]);
    this.future = [];
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.future.push(this.strokes);
    this.strokes = before;
  }

  redo() {
    const after = this.future.pop();
    if (!after) return;
    this.past.push(this.strokes);
    this.strokes = after;
  }

  /** @returns {Stroke | undefined} the stroke at a place, the newest if there are several. */
  strokeAt(/** @type {number} */ x, /** @type {number} */ y) {
    const reach = Math.max(THINNEST, this.brush / 2) + ERASER;
    return this.strokes.findLast((stroke) =>
      stroke.some((point, place) => distance({ x, y }, stroke[Math.max(0, place - 1)], point) <= reach),
    );
  }

  /**
   * Take another size of surface; what would lie outside of it is drawn smaller.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const { right, bottom } = this.bounds();
    const scale = Math.min(width / Math.max(this.width, right), height / Math.max(this.height, bottom));
    for (const point of new Set([this.strokes, ...this.past, ...this.future].flat(2))) {
      point.x *= scale;
      point.y *= scale;
    }
    this.width = width;
    this.height = height;
  }

  /** The rectangle that holds all ink. */
  bounds() {
    const { brush } = this;
    const bounds = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
    for (const { x, y, pressure } of this.strokes.flat()) {
      const reach = (pressure * brush) / 2;
      bounds.left = Math.min(bounds.left, x - reach);
      bounds.top = Math.min(bounds.top, y - reach);
      bounds.right = Math.max(bounds.right, x + reach);
      bounds.bottom = Math.max(bounds.bottom, y + reach);
    }
    return bounds;
  }

  /**
   * Draw all strokes in the context's own colour.
   * @param {CanvasRenderingContext2D} context
   */
  paint(context) {
    const { brush } = this;
    for (const stroke of this.strokes) paintStroke(context, stroke, brush);
  }

  /**
   * Draw what is to be read: black on white, no larger than it needs to be.
   * @returns {{canvas: HTMLCanvasElement, left: number, top: number, scale: number}} the picture, and where in the
   *   drawing it lies: a length in it is `scale` times that in the drawing.
   */
  picture() {
    const { left, top, right, bottom } = this.bounds();
    const margin = MARGIN * this.brush;
    const width = right - left + 2 * margin;
    const height = bottom - top + 2 * margin;
    const scale = Math.min(1, SENT.width / width, SENT.height / height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(scale * width);
    canvas.height = Math.ceil(scale * height);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, scale * (margin - left), scale * (margin - top));
    this.paint(context);
    return { canvas, left: left - margin, top: top - margin, scale };
  }
}

/**
 * Draw a stroke, from its start or from one of its points on.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} brush how broad it is at full pressure.
 * @param {number} [from]
 */
export function paintStroke(context, stroke, brush, from = 0) {
  context.lineCap = "round";
  context.lineJoin = "round";
  if (stroke.length === 1) {
    const [{ x, y, pressure }] = stroke;
    const width = pressure * brush;
    paintPiece(context, width, { x, y }, { x, y }, { x: x + TAP * width, y });
  }
  for (let end = Math.max(1, from); end < stroke.length; end += 1) {
    const start = stroke[end - 1];
    const before = end > 1 ? middle(stroke[end - 2], start) : start;
    const last = end === stroke.length - 1;
    const width = (brush * (start.pressure + stroke[end].pressure)) / 2;
    // Through the middles of the segments, so that there are no corners at the points.
    paintPiece(context, width, before, start, middle(start, stroke[end]));
    if (last) paintPiece(context, width, middle(start, stroke[end]), stroke[end], stroke[end]);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {{x: number, y: number}} start
 * @param {{x: number, y: number}} bend
 * @param {{x: number, y: number}} end
 */
function paintPiece(context, width, start, bend, end) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.quadraticCurveTo(bend.x, bend.y, end.x, end.y);
  context.stroke();
}

/**
 * @param {{x: number, y: number}} one
 * @param {{x: number, y: number}} other
 */
function middle(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

/**
 * @param {Stroke} stroke
 * @returns {number} the longer side of the rectangle about it.
 */
function lengthOf(stroke) {
  const xs = stroke.map(({ x }) => x);
  const ys = stroke.map(({ y }) => y);
  return Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
}

/**
 * @param {{x: number, y: number}} point
 * @param {{x: number, y: number}} start of a segment.
 * @param {{x: number, y: number}} end
 */
function distance(point, start, end) {
  const [along, down] = [end.x - start.x, end.y - start.y];
  const length = along ** 2 + down ** 2;
  const share = length ? ((point.x - start.x) * along + (point.y - start.y) * down) / length : 0;
  const nearest = Math.max(0, Math.min(share, 1));
  return Math.hypot(point.x - start.x - nearest * along, point.y - start.y - nearest * down);
}
