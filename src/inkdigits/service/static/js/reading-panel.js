/** What was read in the drawing or the picture that is shown, and the digit that is looked at. */

import { announce } from "./announce.js";
import { copy } from "./clipboard.js";
import { digitDetails } from "./digit-details.js";
import { DigitLines } from "./digit-lines.js";
import { byId, icon, make } from "./dom.js";
import { isSettled, linesOf, stateOf } from "./readings.js";
import { counted, STATES, verdict } from "./words.js";

/** @typedef {import("./readings.js").Reading} Reading */

const HINTS = [
  ["", "Several digits in a row become a number."],
  ["", "Choose a digit that was read to see how sure the model is, and what it saw."],
  ["computer-only", "Drop pictures or folders anywhere, or paste one with Ctrl+V."],
  ["phone-only", "Photograph a page of digits, or choose pictures of some."],
];

export class ReadingPanel {
  /**
   * @param {(place: number) => void} onChoose told which digit is looked at.
   * @param {HTMLElement} examples are offered while there is nothing else to show.
   */
  constructor(onChoose, examples) {
    this.card = byId("reading");
    this.body = byId("reading-body");
    /** @type {import("./words.js").State | null} of what is shown. */
    this.state = null;
    this.onChoose = onChoose;
    this.hints = make(
      "div",
      {},
      make("p", { className: "examples-title" }, "See it read an example:"),
      examples,
      make("ul", { className: "hints" }, ...HINTS.map(hint)),
    );
    /** @type {Reading | null} */
    this.reading = null;
    this.chosen = -1;
    /** @type {((digit: import("./readings.js").Digit, corrected: import("./digit-details.js").Corrected) => Promise<void>) | null} */
    this.correct = null;
    /** @type {import("./digit-details.js").Explain | null} */
    this.explain = null;
    this.lines = new DigitLines(
      (place) => this.choose(place, true),
      (place, value) => this.#type(place, value),
    );
    this.advice = make("div", { className: "advice" });
    this.details = make("div");
    byId("copy-reading").addEventListener("click", (event) => {
      copy(this.reading ? linesOf(this.reading).join("\n") : "", /** @type {HTMLElement} */ (event.currentTarget));
    });
  }

  /** Say what could be done. */
  showHints() {
    this.#show(null, null, this.hints);
  }

  /** @param {string} words what is waited for. */
  showWaiting(words) {
    this.#show(null, "waiting", make("p", { className: "quiet" }, words));
    announce(words);
  }

  /**
   * Say what went wrong, and what to do.
   * @param {string} words
   * @param {(() => void) | null} retry
   */
  showProblem(words, retry) {
    const again = retry ? [make("button", { type: "button", onclick: retry }, "Try again")] : [];
    this.#show(null, "error", make("div", { className: "problem", role: "alert" }, make("p", {}, words), ...again));
  }

  /**
   * @param {Reading} reading
   * @param {{advice: HTMLElement[], milliseconds?: number, prefer?: "last" | "doubtful"}} how what to do about it, how
   *   long it took, and which digit to look at.
   */
  show(reading, { advice, milliseconds, prefer = "doubtful" }) {
    const digits = reading.digits;
    this.advice.replaceChildren(...advice);
    this.advice.hidden = !advice.length;
    if (digits.length) {
      this.lines.show(reading);
      this.#show(reading, stateOf(reading), this.lines.element, this.advice, this.details);
      const doubtful = digits.findIndex((digit) => !isSettled(digit));
      this.choose(prefer === "last" ? digits.length - 1 : Math.max(0, doubtful));
    } else {
      this.#show(reading, "no_digit", this.advice);
    }
    byId("reading-time").textContent = milliseconds ? `Read in ${Math.round(milliseconds)} ms` : "";
    announce(summary(reading));
  }

  /**
   * Say whether what is shown is the reading of what is drawn; what is not cannot be mistaken for it, copied or
   * corrected.
   * @param {import("./drawing-desk.js").Freshness} freshness
   */
  setFreshness(freshness) {
    const isCurrent = freshness === "current";
    this.card.dataset.freshness = freshness;
    this.body.inert = !isCurrent;
    byId("reading-busy").hidden = freshness !== "refused";
    /** @type {HTMLButtonElement} */ (byId("copy-reading")).disabled = !isCurrent;
    if (isCurrent) this.#showState(this.state);
    else if (freshness !== "stale") this.#showState("underway");
  }

  /**
   * Look at a digit.
   * @param {number} place
   * @param {boolean} [aloud] whether to say what it is.
   */
  choose(place, aloud = false) {
    const digit = this.reading?.digits[place];
    if (!digit) return;
    this.chosen = place;
    const correct = this.correct;
    const correctIt =
      correct && ((/** @type {import("./digit-details.js").Corrected} */ corrected) => correct(digit, corrected));
    this.details.replaceChildren(digitDetails(digit, correctIt, this.explain));
    this.lines.mark(place);
    this.onChoose(place);
    if (aloud) announce(verdict(digit));
  }

  /** Show the same reading anew, after a correction. */
  refresh() {
    const { reading, chosen } = this;
    if (!reading) return;
    this.lines.show(reading);
    this.#show(reading, stateOf(reading), this.lines.element, this.advice, this.details);
    this.choose(chosen, true);
    this.lines.focus(chosen);
  }

  /**
   * @param {Reading | null} reading
   * @param {import("./words.js").State | null} state
   * @param {...HTMLElement} content
   */
  #show(reading, state, ...content) {
    this.reading = reading;
    // What stays is not taken out: it would lose the keyboard's focus.
    if (content.some((element, place) => element !== this.body.children[place])) this.body.replaceChildren(...content);
    this.state = state;
    this.#showState(state);
    byId("reading-foot").hidden = !reading?.digits.length;
  }

  /** @param {import("./words.js").State | null} state */
  #showState(state) {
    const mark = byId("reading-state");
    mark.hidden = state === null;
    mark.className = `state ${state}`;
    if (state) mark.replaceChildren(icon(state), STATES[state]);
  }

  /**
   * Begin to correct a digit by typing on it.
   * @param {number} place
   * @param {number} value
   */
  #type(place, value) {
    if (!this.correct) return;
    this.choose(place);
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById("correction"));
    if (!field) return; // it is corrected already, and that can be undone
    field.value = String(value);
    field.focus();
  }
}

/** @param {string[]} hint the devices that it is for, and its words. */
function hint([className, words]) {
  return make("li", { className }, words);
}

/** @param {Reading} reading */
function summary(reading) {
  if (!reading.digits.length) return "No digit found";
  const doubtful = reading.digits.filter((digit) => !isSettled(digit)).length;
  const spelt = linesOf(reading)
    .map((line) => [...line].join(" "))
    .join(", ");
  return `Read: ${spelt}. ${doubtful ? `${counted(doubtful, "digit")} uncertain` : "Sure"}.`;
}
