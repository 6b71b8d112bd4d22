/** Boxes about digits, over a picture or a drawing: closed if sure, only corners if uncertain. */

import { make } from "./dom.js";
import { isSettled, written } from "./readings.js";

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
   * @param {import("./readings.js").Digit[]} digits
   * @param {(box: number[]) => number[]} place turns a digit's box into shares of the layer's width and height.
   */
  show(digits, place) {
    this.layer.replaceChildren(
      ...digits.map((digit) => {
        const state = isSettled(digit) ? "ok" : "uncertain";
        const box = make("span", { className: `box ${state}` }, make("span", { className: "label" }, written(digit)));
        const [left, top, width, height] = place(digit.box).map((share) => `${100 * share}%`);
        Object.assign(box.style, { left, top, width, height });
        return box;
      }),
    );
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
