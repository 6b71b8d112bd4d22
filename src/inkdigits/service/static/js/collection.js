/** All pictures: read one after the other, listed, copied and downloaded. */

import { announce } from "./announce.js";
import { copy } from "./clipboard.js";
import { byId } from "./dom.js";
import { download, toCsv, toJson, toText } from "./exports.js";
import { PictureList } from "./picture-list.js";
import { ReadingQueue } from "./reading-queue.js";
import { isPassing } from "./service.js";
import { counted, STATES } from "./words.js";

/** @typedef {import("./picture.js").Picture} Picture */

export class Collection {
  /**
   * @param {object} listener
   * @param {(picture: Picture) => void} listener.onChoose told which picture to show.
   * @param {(picture: Picture) => void} listener.onRead told of each picture that was read or cannot be.
   * @param {() => void} listener.onEmpty told when all were removed.
   */
  constructor({ onChoose, onRead, onEmpty }) {
    /** @type {Picture[]} */
    this.pictures = [];
    /** @type {Picture | null} */
    this.chosen = null;
    this.onChoose = onChoose;
    this.onRead = onRead;
    this.onEmpty = onEmpty;
    this.single = /** @type {HTMLInputElement} */ (byId("single"));
    this.list = new PictureList((picture) => this.choose(picture));
    this.drawing = 0; // what is to be shown is drawn with the next frame
    this.queue = new ReadingQueue(
      (picture) => this.#take(picture),
      () => this.#finish(),
    );
    this.#listen();
  }

  /** @param {Picture[]} pictures */
  add(pictures) {
    this.pictures.push(...pictures);
    this.queue.add(pictures);
    this.update();
  }

  /**
   * Read a picture again.
   * @param {Picture} picture
   */
  retry(picture) {
    picture.error = null;
    this.queue.add([picture]);
    this.update();
  }

  /** Read again all that could not be read, though it may be now. */
  retryAll() {
    const failed = this.pictures.filter(({ error }) => error && isPassing(error.code));
    for (const picture of failed) picture.error = null;
    this.queue.add(failed);
    this.update();
    if (this.chosen) this.onChoose(this.chosen);
  }

  /** Show all anew. */
  update() {
    this.drawing ||= requestAnimationFrame(() => {
      this.drawing = 0;
      this.#show();
    });
  }

  /** @param {Picture} picture */
  choose(picture) {
    this.chosen = picture;
    this.#show();
    this.onChoose(picture);
  }

  /**
   * Go some pictures on, or back.
   * @param {number} step
   */
  go(step) {
    this.list.go(step);
  }

  /**
   * Read all pictures again, and those that come in another way.
   * @param {{single: boolean}} wish whether each is exactly one digit.
   */
  readAs({ single }) {
    this.queue.stop();
    this.queue.single = single;
    this.single.checked = single;
    if (!this.chosen) return;
    // Further pages are found again.
    const first = this.pictures.find(({ file }) => file === this.chosen?.file) ?? this.chosen;
    for (const picture of this.pictures.filter(({ page }) => page > 1)) this.#drop(picture);
    for (const picture of this.pictures) Object.assign(picture, { reading: null, error: null, isWhole: true });
    this.queue.add(this.pictures);
    this.choose(first);
  }

  #listen() {
    this.single.addEventListener("change", () => this.readAs({ single: this.single.checked }));
    byId("stop").addEventListener("click", () => this.#stop());
    byId("retry-all").addEventListener("click", () => this.retryAll());
    byId("remove-all").addEventListener("click", () => this.#clear());
    byId("copy-all").addEventListener("click", (event) => {
      copy(toText(this.pictures), /** @type {HTMLElement} */ (event.currentTarget));
    });
    byId("download-csv").addEventListener("click", () => download("readings.csv", "text/csv", toCsv(this.pictures)));
    byId("download-json").addEventListener("click", () => {
      download("readings.json", "application/json", toJson(this.pictures));
    });
  }

  /** @param {Picture} picture was read: it is in the list, or is a further page of one that is. */
  #take(picture) {
    if (picture.page > 1 && !this.pictures.includes(picture)) {
      const place = this.pictures.findIndex(({ file, page }) => file === picture.file && page === picture.page - 1);
      if (place < 0) return; // was removed in the meantime
      this.pictures.splice(place + 1, 0, picture);
    }
    this.update();
    this.onRead(picture);
  }

  #stop() {
    this.queue.stop();
    for (const picture of this.pictures.filter(({ state }) => state === "waiting")) {
      picture.error = { code: "stopped", message: "Stopped before it was read." };
      this.onRead(picture);
    }
    this.update();
  }

  #clear() {
    this.chosen = null;
    this.readAs({ single: false });
    this.pictures = [];
    this.#show();
    this.onEmpty();
  }

  /** @param {Picture} picture */
  #drop(picture) {
    this.pictures.splice(this.pictures.indexOf(picture), 1);
  }

  #finish() {
    this.#show();
    if (this.pictures.length > 1) announce(`All read: ${this.#tally()}`);
  }

  #show() {
    const count = this.pictures.length;
    const read = this.pictures.filter(({ state }) => state !== "waiting").length;
    byId("collection").hidden = count === 0;
    byId("desk").classList.toggle("batch", count > 1);
    byId("picture-count").hidden = count === 0;
    byId("picture-count").textContent = String(count);
    byId("progress").hidden = read === count || count === 1;
    const bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
    bar.max = count || 1;
    bar.value = read;
    byId("progress-words").textContent = `${read} of ${count} read`;
    byId("retry-all").hidden = !this.pictures.some(({ error }) => error && isPassing(error.code));
    this.list.show(this.pictures, this.chosen);
  }

  /** How many pictures are in each state, in words. */
  #tally() {
    const states = this.pictures.map(({ state }) => state);
    const tallied = Object.entries(STATES)
      .filter(([state]) => states.some((other) => other === state))
      .map(([state, words]) => `${states.filter((other) => other === state).length} ${words.toLowerCase()}`);
    return [counted(states.length, "picture"), ...tallied].join(", ");
  }
}
