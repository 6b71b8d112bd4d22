/** What to do about a reading that is not plain, in the words of what was read: a drawing or a picture. */

import { make } from "./dom.js";
import { sentence } from "./words.js";

/** @typedef {import("./readings.js").Reading} Reading */

const SHOWN_ELSEWHERE = /^(no digit found|not sure of:)/; // by the state and the digits themselves
const SEVERAL = /^you asked for one digit/;
const NOTHING_DRAWN = "No digit was found in this drawing. Write larger, or trace a thin stroke again.";
const NOTHING_SEEN =
  "No digit was found in this picture. Take it closer and in more light, or write with a darker pen.";

/**
 * @param {Reading} reading
 * @returns {HTMLElement[]}
 */
export function adviceOnDrawing(reading) {
  return reading.digits.length ? notesOf(reading) : [paragraph(NOTHING_DRAWN)];
}

/**
 * @param {Reading} reading
 * @param {() => void} readAll reads all pictures again, for any number of digits.
 * @returns {HTMLElement[]}
 */
export function adviceOnPicture(reading, readAll) {
  if (reading.notes.some((note) => SEVERAL.test(note))) {
    return [...notesOf(reading), make("button", { type: "button", onclick: readAll }, "Read all digits")];
  }
  if (reading.digits.length) return notesOf(reading);
  return [paragraph(NOTHING_SEEN), ...notesOf(reading)];
}

/** @param {Reading} reading */
function notesOf({ notes }) {
  return notes.filter((note) => !SHOWN_ELSEWHERE.test(note)).map((note) => paragraph(sentence(note)));
}

/** @param {string} words */
function paragraph(words) {
  return make("p", {}, words);
}
