/**
 * Boxes about digits, over a picture or a drawing: closed if sure, only corners if uncertain; marks are underlined, and
 * wide gaps bracketed.
 */

import { make } from "./dom.js";
import { gapsOf, isSettled, written } from "./readings.js";

export class Boxes {
  /**
   * @param {HTMLElement} layer lies over the picture.
   * @param {(place: number) => void} onChoose told which digit was clicked.
   */
  constructor(layer, onChoose) {
    this.layer = layer;
    this.chosen = -1;
    layer.addEventListener("click", (event) => {
      const box = /** @type {HTMLElement} */ (event.target).closest(".box");
      if (box) onChoose([...layer.children].indexOf(box));
    });
  }

  /**
   * @param {import("./readings.js").Reading} reading
   * @param {(box: number[]) => number[]} place turns a digit's box into shares of the layer's width and height.
   */
  show(reading, place) {
    const digits = reading.digits.map((digit) => ({
      kind: `box ${isSettled(digit) ? "ok" : "uncertain"}`,
      words: written(digit),
      at: place(digit.box),
    }));
    const marks = reading.marks.map(({ value, accepted, box }) => ({
      kind: `mark ${accepted ? "ok" : "uncertain"}`,
      words: value,
      at: place(box),
    }));
    const gaps = gapsOf(reading).map(([before, after]) => between(digits[before].at, digits[after].at));
    const all = [...digits, ...marks, ...gaps.map((at) => ({ kind: "gap", words: "", at }))];
    this.layer.replaceChildren(...all.map(outline));
    this.mark(this.chosen);
  }

  /** @param {number} chosen */
  mark(chosen) {
    this.chosen = chosen;
    [...this.layer.children].forEach((box, place) => box.classList.toggle("chosen", place === chosen));
  }

  clear() {
    this.layer.replaceChildren();
  }
}

/** @param {{kind: string, words: string, at: number[]}} what is outlined, and where, in shares of the layer. */
function outline({ kind, words, at }) {
  const label = words ? [make("span", { className: "label" }, words)] : [];
  const box = make("span", { className: kind }, ...label);
  const [left, top, width, height] = at.map((share) => `${100 * share}%`);
  Object.assign(box.style, { left, top, width, height });
  return box;
}

/**
 * @param {number[]} before
 * @param {number[]} after
 * @returns {number[]} what lies between two boxes beside each other.
 */
function between([left, top, width, height], [right, lower, , tall]) {
  const start = left + width;
  const bottom = Math.max(top + height, lower + tall);
  const least = Math.min(height, tall);
  return [start, bottom - least, Math.max(0, right - start), least];
}
