/** The surface to draw on, read as it is drawn. */

import { Boxes } from "./boxes.js";
import { byId } from "./dom.js";
import { InkPad } from "./ink-pad.js";
import { LiveReading } from "./live-reading.js";
import { crop } from "./picture.js";

/** @typedef {import("./live-reading.js").Outcome} Outcome */

export class DrawingDesk {
  /**
   * @param {() => void} onChange told when there is something new to show.
   */
  constructor(onChange) {
    this.onChange = onChange;
    this.boxes = new Boxes(byId("drawing-boxes"), () => {});
    /** @type {Outcome | null} */
    this.outcome = null;
    /** @type {Error | null} */
    this.error = null;
    this.live = new LiveReading(
      (outcome) => this.#take(outcome, null),
      (error) => this.#take(null, /** @type {Error} */ (error)),
    );
    this.pad = new InkPad(/** @type {HTMLCanvasElement} */ (byId("pad")), (_, lifted) => this.#follow(lifted));
    byId("undo").addEventListener("click", () => this.pad.undo());
    byId("clear").addEventListener("click", () => this.pad.clear());
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Read the drawing again. */
  readAgain() {
    this.live.follow(this.pad.drawing, true);
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
    this.boxes.show(reading.digits, ([x, y, wide, high]) => [
      (picture.left + x / picture.scale) / width,
      (picture.top + y / picture.scale) / height,
      wide / picture.scale / width,
      high / picture.scale / height,
    ]);
  }

  /** @param {boolean} lifted */
  #follow(lifted) {
    const { isEmpty } = this.pad.drawing;
    for (const id of ["undo", "clear"]) /** @type {HTMLButtonElement} */ (byId(id)).disabled = isEmpty;
    byId("invitation").hidden = !isEmpty;
    byId("panel-draw").classList.toggle("drawing", !lifted);
    if (isEmpty) {
      this.live.drop();
      this.#take(null, null);
    } else {
      this.live.follow(this.pad.drawing, lifted);
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
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const isTyping = event.target instanceof HTMLInputElement;
    if (isTyping || byId("panel-draw").hidden || this.pad.drawing.isEmpty) return;
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) this.pad.undo();
    else return;
    event.preventDefault();
  }
}
