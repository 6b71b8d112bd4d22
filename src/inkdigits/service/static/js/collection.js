/** All pictures as a table: read one after the other, shown, copied and downloaded. */

import { announce } from "./announce.js";
import { copy } from "./clipboard.js";
import { byId, make } from "./dom.js";
import { download, toCsv, toJson, toText } from "./exports.js";
import { cells } from "./picture-row.js";
import { ReadingQueue } from "./reading-queue.js";
import { stateOf } from "./readings.js";
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
    /** @type {Map<Picture, HTMLElement>} */
    this.rows = new Map();
    /** @type {Picture | null} */
    this.chosen = null;
    this.onChoose = onChoose;
    this.onRead = onRead;
    this.onEmpty = onEmpty;
    this.single = /** @type {HTMLInputElement} */ (byId("single"));
    this.queue = new ReadingQueue(
      (picture) => this.#take(picture),
      () => this.#finish(),
    );
    this.#listen();
  }

  /** @param {Picture[]} pictures */
  add(pictures) {
    this.pictures.push(...pictures);
    byId("rows").append(...pictures.map((picture) => this.#row(picture)));
    this.queue.add(pictures);
    this.#summarise();
  }

  /**
   * Read a picture again.
   * @param {Picture} picture
   */
  retry(picture) {
    picture.error = null;
    this.queue.add([picture]);
    this.update(picture);
  }

  /**
   * Show a picture's row anew.
   * @param {Picture} picture
   */
  update(picture) {
    const row = this.rows.get(picture);
    if (!row) return;
    const focused = row.contains(document.activeElement);
    row.replaceChildren(...cells(picture, picture === this.chosen));
    if (focused) row.querySelector("button")?.focus();
    this.#summarise();
  }

  /** @param {Picture} picture */
  choose(picture) {
    const before = this.chosen;
    this.chosen = picture;
    if (before) this.update(before);
    this.update(picture);
    for (const [other, row] of this.rows) row.classList.toggle("chosen", other === picture);
    this.onChoose(picture);
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
    for (const picture of this.pictures) Object.assign(picture, { reading: null, error: null });
    this.queue.add(this.pictures);
    for (const picture of this.pictures) this.update(picture);
    this.choose(first);
  }

  #listen() {
    this.single.addEventListener("change", () => this.readAs({ single: this.single.checked }));
    byId("stop").addEventListener("click", () => this.#stop());
    byId("remove-all").addEventListener("click", () => this.#clear());
    byId("copy-all").addEventListener("click", (event) => {
      copy(toText(this.pictures), /** @type {HTMLElement} */ (event.currentTarget));
    });
    byId("download-csv").addEventListener("click", () => download("readings.csv", "text/csv", toCsv(this.pictures)));
    byId("download-json").addEventListener("click", () => {
      download("readings.json", "application/json", toJson(this.pictures));
    });
  }

  /** @param {Picture} picture */
  #row(picture) {
    const row = make("tr", { role: "row", onclick: () => this.choose(picture) }, ...cells(picture, false));
    this.rows.set(picture, row);
    return row;
  }

  /** @param {Picture} picture was read: it has a row, or is a further page of one that has. */
  #take(picture) {
    if (!this.rows.has(picture)) {
      const place = this.pictures.findIndex(({ file, page }) => file === picture.file && page === picture.page - 1);
      if (place < 0) return; // was removed in the meantime
      this.rows.get(this.pictures[place])?.after(this.#row(picture));
      this.pictures.splice(place + 1, 0, picture);
    }
    this.update(picture);
    this.onRead(picture);
  }

  #stop() {
    this.queue.stop();
    for (const picture of this.pictures.filter(({ status }) => status === "waiting")) {
      picture.error = { code: "stopped", message: "Stopped before it was read." };
      this.update(picture);
    }
  }

  #clear() {
    this.queue.stop();
    for (const picture of [...this.pictures]) this.#drop(picture);
    this.chosen = null;
    this.readAs({ single: false });
    this.#summarise();
    this.onEmpty();
  }

  /** @param {Picture} picture */
  #drop(picture) {
    this.pictures.splice(this.pictures.indexOf(picture), 1);
    this.rows.get(picture)?.remove();
    this.rows.delete(picture);
  }

  #finish() {
    this.#summarise();
    if (this.pictures.length > 1) announce(`All read: ${byId("collection-summary").textContent}`);
  }

  #summarise() {
    const count = this.pictures.length;
    const read = this.pictures.filter(({ status }) => status !== "waiting").length;
    byId("collection").hidden = count === 0;
    byId("picture-count").hidden = count === 0;
    byId("picture-count").textContent = String(count);
    byId("progress").hidden = read === count;
    const bar = /** @type {HTMLProgressElement} */ (byId("progress-bar"));
    bar.max = count || 1;
    bar.value = read;
    byId("progress-words").textContent = `${read} of ${count} read`;
    byId("collection-summary").textContent = [counted(count, "picture"), ...this.#tally()].join(" · ");
  }

  /** How many pictures are in each state. */
  #tally() {
    const states = this.pictures.map(({ reading, status }) => (reading ? stateOf(reading) : status));
    return Object.entries(STATES)
      .filter(([state]) => states.some((other) => other === state))
      .map(([state, words]) => `${states.filter((other) => other === state).length} ${words.toLowerCase()}`);
  }
}
