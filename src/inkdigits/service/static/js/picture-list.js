/** The pictures as a list that can be filtered; the arrow keys go from one to the next. */

import { byId, icon, make } from "./dom.js";
import { isCorrected, linesOf } from "./readings.js";
import { VirtualList } from "./virtual-list.js";
import { percent, STATES } from "./words.js";

/** @typedef {import("./picture.js").Picture} Picture */

/** @type {{name: string, words: string, state: import("./words.js").State | null}[]} */
const FILTERS = [
  { name: "all", words: "All", state: null },
  { name: "check", words: "To check", state: "uncertain" },
  { name: "none", words: "No digit", state: "no_digit" },
  { name: "failed", words: "Failed", state: "error" },
];

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, PageUp: -5, PageDown: 5 };

export class PictureList {
  /** @param {(picture: Picture) => void} onChoose told which picture to show. */
  constructor(onChoose) {
    this.onChoose = onChoose;
    /** @type {Picture[]} */
    this.pictures = [];
    /** @type {Picture | null} */
    this.chosen = null;
    this.filter = FILTERS[0];
    this.view = byId("picture-list");
    this.rows = new VirtualList(this.view, (picture, place, count) => this.#row(picture, place, count));
    this.view.addEventListener("click", (event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[data-place]");
      if (!row) return;
      onChoose(this.rows.items[Number(row.getAttribute("data-place"))]);
      byId("tabs").scrollIntoView({ block: "nearest" }); // on a phone, the picture is above the list
    });
    this.view.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** The pictures that the filter lets through. */
  get shown() {
    const { state } = this.filter;
    return state ? this.pictures.filter((picture) => picture.state === state) : this.pictures;
  }

  /**
   * @param {Picture[]} pictures
   * @param {Picture | null} chosen
   */
  show(pictures, chosen) {
    const moved = chosen !== this.chosen;
    this.pictures = pictures;
    this.chosen = chosen;
    if (!this.shown.length) this.filter = FILTERS[0];
    this.#showFilters();
    this.rows.show(this.shown);
    if (moved && chosen) this.rows.reveal(chosen);
    if (chosen) this.view.setAttribute("aria-activedescendant", idOf(chosen));
    else this.view.removeAttribute("aria-activedescendant");
  }

  /**
   * Go some pictures on, or back.
   * @param {number} step
   */
  go(step) {
    const { shown } = this;
    const place = this.chosen ? shown.indexOf(this.chosen) : -1;
    const next = shown[Math.max(0, Math.min(place + step, shown.length - 1))];
    if (next && next !== this.chosen) this.onChoose(next);
  }

  #showFilters() {
    const buttons = FILTERS.map((filter) => {
      const count = this.pictures.filter((picture) => !filter.state || picture.state === filter.state).length;
      const attributes = { type: "button", hidden: !count, ariaPressed: String(filter === this.filter) };
      const button = make("button", { ...attributes, id: `filter-${filter.name}` }, `${filter.words} ${count}`);
      button.addEventListener("click", () => this.#choose(filter));
      return button;
    });
    const focused = document.activeElement?.id;
    byId("filters").replaceChildren(...buttons);
    if (focused?.startsWith("filter-")) byId(focused).focus();
  }

  /** @param {FILTERS[number]} filter */
  #choose(filter) {
    this.filter = filter;
    const { shown } = this;
    if (!this.chosen || !shown.includes(this.chosen)) this.onChoose(shown[0]);
    this.show(this.pictures, this.chosen);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const last = this.rows.items.length;
    const step = { ...STEPS, Home: -last, End: last }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(step);
  }

  /**
   * @param {Picture} picture
   * @param {number} place
   * @param {number} count
   */
  #row(picture, place, count) {
    const { reading, error, title, state, thumbnail } = picture;
    const text = reading ? linesOf(reading).join(" · ") : (error?.message ?? "");
    const sure = Math.min(...(reading?.digits ?? []).map(({ confidence }) => confidence));
    const attributes = {
      ...{ id: idOf(picture), role: "option", className: "row", ariaSelected: String(picture === this.chosen) },
      ...{ ariaSetSize: String(count), ariaPosInSet: String(place + 1), "data-place": place },
    };
    const mark = isCorrected(reading) ? [make("span", { className: "state corrected" }, "Corrected")] : [];
    return make(
      "div",
      attributes,
      make("span", { className: "preview" }, ...(thumbnail ? [thumbnail] : [])),
      make("span", { className: "name", title }, title),
      make("span", { className: `state ${state}` }, icon(state), STATES[state]),
      make("span", { className: error ? "words quiet" : "words", title: text }, text),
      ...(mark.length ? mark : [make("span", { className: "sure" }, Number.isFinite(sure) ? percent(sure) : "")]),
    );
  }
}

/** @param {Picture} picture */
function idOf({ id }) {
  return `picture-${id}`;
}
