/** Pictures read one after the other, two at a time. */

import { Picture } from "./picture.js";
import { read, readPages, ServiceError } from "./service.js";

const AT_A_TIME = 2;

export class ReadingQueue {
  /**
   * @param {(picture: Picture) => void} onRead told of each picture that was read or cannot be; it may be a further
   *   page of one that was added.
   * @param {() => void} onIdle told when all are read.
   */
  constructor(onRead, onIdle) {
    this.onRead = onRead;
    this.onIdle = onIdle;
    /** @type {Picture[]} */
    this.waiting = [];
    this.working = 0;
    this.single = false;
    this.largest = Infinity; // bytes that the server takes
    this.stopping = new AbortController();
  }

  get isIdle() {
    return !this.working && !this.waiting.length;
  }

  /** @param {Picture[]} pictures */
  add(pictures) {
    this.waiting.push(...pictures);
    while (this.working < AT_A_TIME && this.waiting.length) this.#work();
  }

  /** Leave the rest unread. */
  stop() {
    this.waiting = [];
    this.stopping.abort();
    this.stopping = new AbortController();
  }

  async #work() {
    this.working += 1;
    for (let picture = this.waiting.shift(); picture; picture = this.waiting.shift()) {
      await this.#read(picture, this.stopping.signal);
    }
    this.working -= 1;
    if (this.isIdle) this.onIdle();
  }

  /**
   * @param {Picture} picture
   * @param {AbortSignal} signal
   */
  async #read(picture, signal) {
    let next = picture; // the page that is being read
    try {
      this.#checkSize(picture.file);
      for await (const reading of this.#readings(picture, signal)) {
        if (signal.aborted) return;
        await this.#take(next, reading);
        next = new Picture(picture.file, picture.name, reading.page + 1);
      }
      picture.isWhole = false;
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = /** @type {ServiceError} */ (error);
      picture.isWhole = false;
      Object.assign(next, { reading: null, error: { code, message }, isWhole: true }); // to go on from
      this.onRead(next);
    }
  }

  /**
   * @param {Picture} picture
   * @param {AbortSignal} signal
   */
  async *#readings(picture, signal) {
    const { file, page, mayHaveMore } = picture;
    const wishes = { page, single: this.single, signal };
    if (mayHaveMore) yield* readPages(file, wishes);
    else yield await read(file, wishes);
  }

  /**
   * @param {Picture} picture
   * @param {import("./readings.js").Reading} reading
   */
  async #take(picture, reading) {
    picture.error = reading.error;
    picture.reading = reading.error ? null : { ...reading, source: picture.name };
    if (!picture.thumbnail && picture.reading) await picture.makeThumbnail();
    this.onRead(picture);
  }

  /** @param {File} file */
  #checkSize({ size }) {
    if (size <= this.largest) return;
    const words = `It has ${megabytes(size)}, and this server takes ${megabytes(this.largest)}. `;
    throw new ServiceError("body_too_large", `${words}Make it smaller, or start the server with a larger --max-body.`);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
}
