/** A drawing read while it is drawn: one request at a time, always for what is drawn by then. */

import { read } from "./service.js";

const PACE = 150; // ms from one reading within a stroke to the next

/**
 * @typedef {object} Outcome what became of a drawing that was read.
 * @property {import("./readings.js").Reading} reading
 * @property {ReturnType<import("./drawing.js").Drawing["picture"]>} picture what was sent.
 * @property {number} milliseconds from the last ink to the answer.
 * @property {boolean} isCurrent whether nothing has been drawn since.
 */

export class LiveReading {
  /**
   * @param {import("./drawing.js").Drawing} drawing
   * @param {object} listener
   * @param {(outcome: Outcome) => void} listener.onReading
   * @param {() => void} listener.onRefusal told that the server is busy; it is asked again when it says that it may be.
   * @param {(error: Error) => void} listener.onError told why the drawing cannot be read; nothing is asked until it changes.
   */
  constructor(drawing, listener) {
    this.drawing = drawing;
    this.listener = listener;
    this.version = 0; // of the drawing; each change makes another
    this.settled = 0; // the version that was answered, or needs no answer
    this.dropped = 0; // up to this version, no answer is wanted any more
    this.changed = 0; // when the drawing did
    this.lifted = false;
    this.isAsking = false;
    this.lastAsked = -Infinity;
    this.notBefore = -Infinity; // when a busy server may be asked again
    this.timer = 0;
  }

  /**
   * Read the drawing, which has changed; within a stroke not more often than the pace.
   * @param {boolean} lifted whether the stroke has ended, and the drawing is to be read at once.
   */
  follow(lifted) {
    this.version += 1;
    this.changed = performance.now();
    this.lifted = lifted;
    this.#askSoon();
  }

  /** Let go of what is being read. */
  drop() {
    this.version += 1;
    this.settled = this.version;
    this.dropped = this.version;
    clearTimeout(this.timer);
  }

  #askSoon() {
    clearTimeout(this.timer);
    if (this.isAsking || this.settled === this.version) return;
    const at = Math.max(this.notBefore, this.lifted ? -Infinity : this.lastAsked + PACE);
    const wait = at - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.#ask(), wait);
    else this.#ask();
  }

  async #ask() {
    const { version, changed } = this;
    const picture = this.drawing.picture();
    this.isAsking = true;
    this.lastAsked = performance.now();
    try {
      const reading = await read(await pngOf(picture.canvas), { patient: false });
      this.settled = Math.max(this.settled, version);
      if (version > this.dropped) {
        const isCurrent = version === this.version;
        this.listener.onReading({ reading, picture, milliseconds: performance.now() - changed, isCurrent });
      }
    } catch (error) {
      this.#fail(version, /** @type {import("./service.js").ServiceError} */ (error));
    } finally {
      this.isAsking = false;
      this.#askSoon();
    }
  }

  /**
   * @param {number} version of the drawing that was not read.
   * @param {import("./service.js").ServiceError} error
   */
  #fail(version, error) {
    if (error.code === "busy") {
      this.notBefore = performance.now() + error.pause;
      if (this.settled !== this.version) this.listener.onRefusal();
      return;
    }
    this.settled = Math.max(this.settled, version);
    if (version === this.version) this.listener.onError(error);
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
