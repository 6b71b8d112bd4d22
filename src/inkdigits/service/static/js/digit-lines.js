/** What was read, large: a button a digit; the arrow keys go from one to the next. */

import { make } from "./dom.js";
import { digitsByLine, isSettled, written } from "./readings.js";
import { percent } from "./words.js";

/** @typedef {import("./readings.js").Digit} Digit */

const MARK = 0.5; // of a digit's width: of interrogation, and what stands between digits

export class DigitLines {
  /**
   * @param {(place: number) => void} onChoose told which digit was chosen.
   * @param {(place: number, value: number) => void} onType told what was typed on a digit.
   */
  constructor(onChoose, onType) {
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
    /** @type {number[]} the place of the first digit of each line. */
    this.lineStarts = [];
    this.onChoose = onChoose;
    this.onType = onType;
    this.element = make("div", { className: "digit-lines", role: "toolbar", ariaLabel: "Digits that were read" });
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** @param {import("./readings.js").Reading} reading */
  show(reading) {
    const focused = this.buttons.findIndex((button) => button === document.activeElement);
    const lines = digitsByLine(reading);
    this.lineStarts = lines.map((_, line) => lines.slice(0, line).flat().length);
    this.buttons = lines.flat().map((digit, place) => this.#button(digit, place));
    this.element.replaceChildren(
      ...lines.map((line, number) => {
        const start = this.lineStarts[number];
        const buttons = this.buttons.slice(start, start + line.length).values();
        const marks = reading.marks.filter((mark) => mark.line === number).values();
        const parts = [...reading.lines[number]].map((sign) => {
          if (/[0-9]/.test(sign)) return /** @type {HTMLElement} */ (buttons.next().value);
          const isDoubtful = sign !== " " && marks.next().value?.accepted === false;
          return make("span", { className: isDoubtful ? "sign uncertain" : "sign" }, sign);
        });
        return make("div", { className: "digit-line" }, ...parts);
      }),
    );
    this.element.style.setProperty("--longest", String(Math.max(...lines.map((line, number) => lengthOf(line, reading.lines[number])))));
    this.element.style.setProperty("--lines", String(lines.length));
    if (focused >= 0) this.buttons[Math.min(focused, this.buttons.length - 1)].focus();
  }

  /** @param {number} chosen */
  mark(chosen) {
    this.buttons.forEach((button, place) => {
      button.setAttribute("aria-pressed", String(place === chosen));
      button.tabIndex = place === chosen ? 0 : -1;
    });
  }

  /** @param {number} place */
  focus(place) {
    this.buttons[place].focus();
  }

  /**
   * @param {Digit} digit
   * @param {number} place
   */
  #button(digit, place) {
    const state = digit.corrected !== undefined ? "corrected" : digit.accepted ? "ok" : "uncertain";
    const attributes = { type: "button", className: `digit ${state}`, ariaLabel: spoken(digit) };
    const button = make("button", attributes, written(digit) || "×");
    button.addEventListener("click", () => this.onChoose(place));
    return /** @type {HTMLButtonElement} */ (button);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const place = this.buttons.findIndex((button) => button === event.target);
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) {
      event.preventDefault();
      this.onType(place, Number(event.key));
      return;
    }
    const next = this.#neighbour(place, event.key);
    if (next === undefined) return;
    event.preventDefault();
    this.buttons[Math.max(0, Math.min(next, this.buttons.length - 1))].focus();
  }

  /**
   * @param {number} place
   * @param {string} key
   * @returns {number | undefined} where a key leads to.
   */
  #neighbour(place, key) {
    const starts = this.lineStarts;
    const line = starts.findLastIndex((start) => start <= place);
    const above = starts[line - 1] ?? starts[line];
    const below = starts[line + 1] ?? starts[line];
    return {
      ArrowRight: place + 1,
      ArrowLeft: place - 1,
      ArrowDown: below + Math.min(place - starts[line], (starts[line + 2] ?? this.buttons.length) - below - 1),
      ArrowUp: Math.min(above + place - starts[line], starts[line] > above ? starts[line] - 1 : place),
      Home: starts[line],
      End: (starts[line + 1] ?? this.buttons.length) - 1,
    }[key];
  }
}

/**
 * @param {Digit[]} line
 * @param {string} text
 * @returns {number} how many digits would be as long, with the marks.
 */
function lengthOf(line, text) {
  return line.length + MARK * (text.length - line.length + line.filter((digit) => !isSettled(digit)).length);
}

/** @param {Digit} digit */
function spoken(digit) {
  if (digit.corrected === digit.value) return `${digit.value}, confirmed`;
  if (digit.corrected === "none") return `No digit, corrected; was read as ${digit.value}`;
  if (digit.corrected !== undefined) return `${digit.corrected}, corrected; was read as ${digit.value}`;
  return `${digit.value}, ${isSettled(digit) ? "sure" : "uncertain"}, ${percent(digit.confidence)}`;
}
