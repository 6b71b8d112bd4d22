/** A drawing read while it is drawn. */

import { read } from "./service.js";

const PACE = 150; // ms from one reading within a stroke to the next

/**
 * @typedef {object} Outcome what became of a drawing that was read.
 * @property {import("./readings.js").Reading} reading
 * @property {ReturnType<import("./drawing.js").Drawing["picture"]>} picture what was sent.
 * @property {number} milliseconds from the last ink to the answer.
 */

export class LiveReading {
  /**
   * @param {(outcome: Outcome) => void} onReading
   * @param {(error: unknown) => void} onError
   */
  constructor(onReading, onError) {
    this.onReading = onReading;
    this.onError = onError;
    this.latest = 0; // the number of the newest drawing that was sent, or was dropped
    this.shown = 0;
    this.waiting = 0;
    this.lastSent = -Infinity;
    this.later = 0; // a timer
  }

  /**
   * Read a drawing; within a stroke not more often than the pace, and one at a time.
   * @param {import("./drawing.js").Drawing} drawing
   * @param {boolean} lifted whether the stroke has ended, and the drawing is to be read at once.
   */
  async follow(drawing, lifted) {
    const begun = performance.now();
    if (!lifted && (this.waiting || begun - this.lastSent < PACE)) {
      // What is drawn by then is read then, even if the pen rests.
      this.later ||= setTimeout(() => this.#catchUp(drawing), PACE);
      return;
    }
    this.#forgetLater();
    this.lastSent = begun;
    this.latest += 1;
    const number = this.latest;
    const picture = drawing.picture();
    this.waiting += 1;
    try {
      const blob = await pngOf(picture.canvas);
      const reading = await read(blob, { patient: lifted });
      if (number < this.shown) return; // a newer one was quicker
      this.shown = number;
      this.onReading({ reading, picture, milliseconds: performance.now() - begun });
    } catch (error) {
      if (lifted && number === this.latest) this.onError(error);
    } finally {
      this.waiting -= 1;
    }
  }

  /** Let go of what is being read. */
  drop() {
    this.#forgetLater();
    this.latest += 1;
    this.shown = this.latest;
  }

  /** @param {import("./drawing.js").Drawing} drawing */
  #catchUp(drawing) {
    this.later = 0;
    this.follow(drawing, false);
  }

  #forgetLater() {
    clearTimeout(this.later);
    this.later = 0;
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export function pngOf(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser makes no PNG"))), "image/png");
  });
}
