/** One digit explained: what the model saw, what it may be, how sure it is; and corrected. */

import { icon, make } from "./dom.js";
import { sharesOf } from "./readings.js";
import { percent, verdict } from "./words.js";

/**
 * @typedef {import("./readings.js").Digit} Digit
 * @typedef {number | "none" | undefined} Corrected what a person says that a digit is; undefined takes it back.
 */

/**
 * @param {Digit} digit
 * @param {((corrected: Corrected) => Promise<void>) | null} correct keeps a correction; null where none are kept.
 * @returns {HTMLElement}
 */
export function digitDetails(digit, correct) {
  const state = digit.accepted ? "ok" : "uncertain";
  return make(
    "section",
    { className: `details ${state}`, ariaLabel: "The chosen digit" },
    make("p", { className: "verdict" }, verdict(digit)),
    make("div", { className: "evidence" }, seen(digit), bars(digit)),
    ...(correct ? [correction(digit, correct)] : []),
  );
}

/** @param {Digit} digit */
function seen(digit) {
  const source = `data:image/png;base64,${digit.image}`;
  const alt = `28 by 28 pixels, white ink on black, read as ${digit.value}`;
  return make(
    "figure",
    { className: "seen" },
    make("figcaption", {}, "What it saw"),
    make("img", { src: source, alt, width: 112, height: 112 }),
  );
}

/** @param {Digit} digit */
function bars(digit) {
  const { ten, none } = sharesOf(digit);
  const rows = ten.map((share, value) => bar(String(value), share, value === digit.value));
  return make(
    "div",
    {},
    make("p", { className: "bars-title" }, "What it may be"),
    make("ul", { className: "bars", ariaLabel: "What it may be" }, ...rows, bar("none", none, false)),
  );
}

/**
 * @param {string} words
 * @param {number} share
 * @param {boolean} isRead
 */
function bar(words, share, isRead) {
  const fill = make("span", { className: "fill" });
  fill.style.width = `${100 * share}%`;
  return make(
    "li",
    { className: isRead ? "read" : "" },
    make("span", { className: "value" }, words),
    make("span", { className: "track", ariaHidden: "true" }, fill),
    make("span", { className: "share" }, percent(share)),
  );
}

/**
 * @param {Digit} digit
 * @param {(corrected: Corrected) => Promise<void>} correct
 */
function correction(digit, correct) {
  const message = make("p", { className: "quiet", role: "status" });

  /** @param {Corrected} corrected */
  async function attempt(corrected) {
    try {
      await correct(corrected);
    } catch (error) {
      message.replaceChildren(icon("error"), /** @type {Error} */ (error).message);
      message.className = "problem";
    }
  }
  return digit.corrected === undefined ? form(attempt, message) : kept(digit, attempt, message);
}

/**
 * @param {(corrected: Corrected) => void} attempt
 * @param {HTMLElement} message
 */
function form(attempt, message) {
  const field = /** @type {HTMLInputElement} */ (
    make("input", {
      ...{ id: "correction", inputMode: "numeric", pattern: "[0-9]", maxLength: 1, required: true, autocomplete: "off" },
    })
  );
  const form = make(
    "form",
    { className: "correction", noValidate: true },
    make("label", { htmlFor: "correction" }, "Wrong? It is a"),
    field,
    make("button", { type: "submit" }, "Correct"),
    make("button", { type: "button", className: "plain", onclick: () => attempt("none") }, "No digit"),
    message,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (/^[0-9]$/.test(field.value)) attempt(Number(field.value));
    else message.textContent = "Type one digit, 0 to 9.";
  });
  return form;
}

/**
 * Say what is kept of a correction, and where; and let it be undone.
 * @param {Digit} digit
 * @param {(corrected: Corrected) => void} attempt
 * @param {HTMLElement} message
 */
function kept({ corrected }, attempt, message) {
  const said = corrected === "none" ? "that it is no digit" : `that it is a ${corrected}`;
  message.textContent = `The picture of this digit alone, and ${said}: on this server, in its folder of corrections.`;
  return make(
    "div",
    { className: "correction" },
    make("span", { className: "state ok" }, icon("ok"), "Kept"),
    make("button", { type: "button", className: "plain", onclick: () => attempt(undefined) }, "Undo correction"),
    message,
  );
}
