/** One digit explained: what the model saw, what it may be, how sure it is, and why; and corrected. */

import { icon, make } from "./dom.js";
import { sharesOf } from "./readings.js";
import { article, percent, verdict } from "./words.js";

/**
 * @typedef {import("./readings.js").Digit} Digit
 * @typedef {(image: string, value: number) => Promise<{words: string, picture: string}>} Explain
 * @typedef {number | "none" | undefined} Corrected what a person says that a digit is; undefined takes it back.
 */

/**
 * @param {Digit} digit
 * @param {((corrected: Corrected) => Promise<void>) | null} correct keeps a correction; null where none are kept.
 * @param {Explain | null} explain null where the server cannot draw why.
 * @returns {HTMLElement}
 */
export function digitDetails(digit, correct, explain) {
  const state = digit.accepted ? "ok" : "uncertain";
  return make(
    "section",
    { className: `details ${state}`, ariaLabel: "The chosen digit" },
    make("p", { className: "verdict" }, verdict(digit)),
    make("div", { className: "evidence" }, seen(digit), bars(digit)),
    ...(explain && digit.image ? [why(digit.image, digit.value, explain)] : []),
    ...(correct ? [correction(digit, correct)] : []),
  );
}

/**
 * A button that asks why; the answer is shown large, over the page.
 * @param {string} image
 * @param {number} value
 * @param {Explain} explain
 */
function why(image, value, explain) {
  const part = make("div", { className: "why" });
  const message = make("p", { className: "quiet", role: "status" });
  const button = /** @type {HTMLButtonElement} */ (
    make("button", { type: "button", className: "plain", onclick: ask }, `Why ${article(value)}?`)
  );

  async function ask() {
    button.disabled = true;
    message.className = "quiet";
    message.textContent = "Covering it part by part, and looking for the nearest training digits…";
    try {
      const { words, picture } = await explain(image, value);
      message.textContent = "";
      showExplanation(`Why ${article(value)}`, words, picture);
    } catch (error) {
      message.replaceChildren(icon("error"), /** @type {Error} */ (error).message);
      message.className = "problem";
    }
    button.disabled = false;
  }
  part.append(button, message);
  return part;
}

/**
 * @param {string} title
 * @param {string} words
 * @param {string} picture a PNG in base64.
 */
function showExplanation(title, words, picture) {
  const alt = "The digit, where the model looked, what would change the reading, and the nearest training digits.";
  const dialog = /** @type {HTMLDialogElement} */ (
    make(
      "dialog",
      { className: "explanation", ariaLabel: title },
      make("h2", {}, title),
      make("img", { src: `data:image/png;base64,${picture}`, alt }),
      make("p", {}, `${words}.`),
      make("form", { method: "dialog" }, make("button", { type: "submit" }, "Close")),
    )
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
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
  const said = corrected === "none" ? "that it is no digit" : `that it is ${article(corrected)}`;
  message.textContent = `The picture of this digit alone, and ${said}: on this server, in its folder of corrections.`;
  return make(
    "div",
    { className: "correction" },
    make("span", { className: "state ok" }, icon("ok"), "Kept"),
    make("button", { type: "button", className: "plain", onclick: () => attempt(undefined) }, "Undo correction"),
    message,
  );
}
