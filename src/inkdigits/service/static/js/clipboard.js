/** Text copied, with a word that it was. */

import { announce } from "./announce.js";

const SHOWN = 1500; // ms

/**
 * @param {string} text
 * @param {HTMLElement} button says that it is done; its words stand in a span.
 */
export async function copy(text, button) {
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  const before = (button.dataset.words ??= words.textContent ?? "");
  const done = await write(text);
  words.textContent = done ? "Copied" : "The browser does not let this page copy";
  announce(words.textContent);
  setTimeout(() => (words.textContent = before), SHOWN);
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeThroughSelection(text);
  }
}

/**
 * Copy where the clipboard's own interface is closed: over plain HTTP from another machine.
 * @param {string} text
 */
function writeThroughSelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
