/** The surface to draw on, read as it is drawn. */

import { Boxes } from "./boxes.js";
import { byId } from "./dom.js";
import { InkPad } from "./ink-pad.js";
import { LiveReading } from "./live-reading.js";
import { crop } from "./picture.js";

/** @typedef {import("./live-reading.js").Outcome} Outcome */

/**
 * @typedef {"current" | "stale" | "late" | "refused"} Freshness of a reading: it is that of what is drawn; ink has been
 *   added or taken away since; it has for a while; the server has too much to do.
 */

const LATE = 300; // ms after which a reading that is still to come is announced

export class DrawingDesk {
  /**
   * @param {object} listener
   * @param {() => void} listener.onChange told when there is something new to show.
   * @param {() => void} listener.onFreshness told when what is shown is no longer, or not yet, that of what is drawn.
   */
  constructor({ onChange, onFreshness }) {
    this.onChange = onChange;
    this.onFreshness = onFreshness;
    /** @type {Freshness} */
    this.freshness = "current";
    this.lateness = 0; // a timer
    this.boxes = new Boxes(byId("drawing-boxes"), () => {});
    /** @type {Outcome | null} */
    this.outcome = null;
    /** @type {Error | null} */
    this.error = null;
    this.pad = new InkPad(/** @type {HTMLCanvasElement} */ (byId("pad")), (_, lifted) => this.#follow(lifted));
    this.live = new LiveReading(this.pad.drawing, {
      onReading: (outcome) => this.#take(outcome, null),
      onError: (error) => this.#take(null, error),
      onRefusal: () => this.#setFreshness("refused"),
    });
    byId("undo").addEventListener("click", () => this.pad.undo());
    byId("redo").addEventListener("click", () => this.pad.redo());
    byId("clear").addEventListener("click", () => this.pad.clear());
    byId("eraser").addEventListener("click", () => this.#setErasing(!this.pad.isErasing));
    const breadth = /** @type {HTMLInputElement} */ (byId("breadth"));
    breadth.addEventListener("input", () => this.pad.setBreadth(2 ** breadth.valueAsNumber));
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Read the drawing again. */
  readAgain() {
    this.#setFreshness("late");
    this.live.follow(true);
  }

  /**
   * Cut a digit out of what was read.
   * @param {import("./readings.js").Digit} digit
   */
  crop({ box }) {
    return crop(/** @type {Outcome} */ (this.outcome).picture.canvas, box);
  }

  /** Draw the boxes anew. */
  showBoxes() {
    if (!this.outcome) {
      this.boxes.clear();
      return;
    }
    const { reading, picture } = this.outcome;
    const { width, height } = this.pad.drawing;
    this.boxes.show(reading, ([x, y, wide, high]) => [
      (picture.left + x / picture.scale) / width,
      (picture.top + y / picture.scale) / height,
      wide / picture.scale / width,
      high / picture.scale / height,
    ]);
  }

  /** @param {boolean} isErasing whether the pen takes strokes away. */
  #setErasing(isErasing) {
    this.pad.isErasing = isErasing;
    byId("eraser").setAttribute("aria-pressed", String(isErasing));
    byId("pad").classList.toggle("erasing", isErasing);
  }

  /** @param {boolean} lifted */
  #follow(lifted) {
    const { isEmpty, past, future } = this.pad.drawing;
    const unusable = { undo: !past.length, redo: !future.length, eraser: isEmpty, clear: isEmpty };
    for (const [id, disabled] of Object.entries(unusable)) Object.assign(byId(id), { disabled });
    if (isEmpty) this.#setErasing(false);
    byId("invitation").hidden = !isEmpty;
    if (isEmpty) {
      this.live.drop();
      this.#take(null, null);
    } else {
      if (this.freshness === "current") this.#setFreshness("stale");
      this.live.follow(lifted);
    }
  }

  /**
   * @param {Outcome | null} outcome
   * @param {Error | null} error
   */
  #take(outcome, error) {
    this.outcome = outcome;
    this.error = error;
    this.showBoxes();
    this.onChange();
    this.#setFreshness(outcome?.isCurrent === false ? "stale" : "current");
  }

  /** @param {Freshness} freshness */
  #setFreshness(freshness) {
    clearTimeout(this.lateness);
    if (freshness === "stale") this.lateness = setTimeout(() => this.#setFreshness("late"), LATE);
    this.freshness = freshness;
    byId("drawing-boxes").dataset.freshness = freshness;
    this.onFreshness();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "range";
    if (isTyping || byId("panel-draw").hidden || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) this.pad.undo();
    else if (key === "y" || key === "z") this.pad.redo();
    else return;
    event.preventDefault();
  }
}
