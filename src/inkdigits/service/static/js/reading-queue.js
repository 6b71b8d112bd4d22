/** Pictures read one after the other, two at a time. */

import { Picture } from "./picture.js";
import { read, ServiceError } from "./service.js";

const AT_A_TIME = 2;
const LAST_PAGE = 1000; // of one file

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
    try {
      this.#checkSize(picture.file);
      const { file, name, page } = picture;
      const reading = await read(file, { page, single: this.single, signal });
      if (signal.aborted) return;
      picture.error = null;
      picture.reading = { ...reading, source: name };
      if (picture.mayHaveMore && page < LAST_PAGE) this.waiting.unshift(new Picture(file, name, page + 1));
      if (!picture.thumbnail) await picture.makeThumbnail();
    } catch (error) {
      const { code, message } = /** @type {ServiceError} */ (error);
      // How many pages there are shows when one is not there.
      if (signal.aborted || (code === "no_such_page" && picture.page > 1)) return;
      picture.reading = null;
      picture.error = { code, message };
    }
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
