/** How states, shares and digits are put into words. */

import { sharesOf } from "./readings.js";

/**
 * @typedef {"ok" | "uncertain" | "no_digit" | "error" | "waiting" | "underway"} State
 * @type {Record<State, string>}
 */
export const STATES = {
  ok: "Sure",
  uncertain: "Uncertain",
  no_digit: "No digit",
  error: "Not read",
  waiting: "Waiting",
  underway: "Reading…",
};

const WORTH_SAYING = 0.05; // of what else a digit may be

/**
 * Say a share of 0 to 1 in per cent, cut and not rounded: 100% is only what is certain.
 * @param {number} share
 */
export function percent(share) {
  return `${(Math.floor(1000 * share + 1e-8) / 10).toFixed(1)}%`;
}

/**
 * Make a sentence of words that begin small and have no full stop.
 * @param {string} words
 */
export function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [several]
 */
export function counted(count, one, several = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}

/**
 * Say how sure the model is of a digit, and what else it may be.
 * @param {import("./readings.js").Digit} digit
 */
export function verdict(digit) {
  if (digit.corrected === digit.value) return `Confirmed: this is ${article(digit.value)}.`;
  if (digit.corrected === "none") return `Corrected: this is no digit. It was read as ${digit.value}.`;
  if (digit.corrected !== undefined) return `Corrected: this is ${article(digit.corrected)}. It was read as ${digit.value}.`;
  const sure = `${percent(digit.confidence)} sure that this is ${article(digit.value)}`;
  return digit.accepted ? `${sure}.` : `Uncertain: only ${sure}.${alternative(digit)}`;
}

/**
 * Say a digit with its article: a 7, an 8.
 * @param {number} value
 */
export function article(value) {
  return `${value === 8 ? "an" : "a"} ${value}`;
}

/** @param {import("./readings.js").Digit} digit */
function alternative(digit) {
  const { ten, none } = sharesOf(digit);
  const other = ten.map((share, value) => ({ share, value })).filter(({ value }) => value !== digit.value);
  const { share, value } = other.reduce((one, two) => (two.share > one.share ? two : one));
  if (Math.max(share, none) < WORTH_SAYING) return "";
  return none > share ? " It may be no digit." : ` It may be ${article(value)}.`;
}
