/** How states, shares and digits are put into words. */

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
 * Say a share of 0 to 1 in per cent; never 100 % of what is not certain.
 * @param {number} share
 */
export function percent(share) {
  const words = share > 0.999 && share < 1 ? "> 99.9" : (100 * share).toFixed(1);
  return `${words}\u00a0%`; // on one line
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
  if (digit.corrected === digit.value) return `Confirmed: this is a ${digit.value}.`;
  if (digit.corrected === "none") return `Corrected: this is no digit. It was read as ${digit.value}.`;
  if (digit.corrected !== undefined) return `Corrected: this is a ${digit.corrected}. It was read as ${digit.value}.`;
  const sure = `${percent(digit.confidence)} sure that this is a ${digit.value}`;
  if (digit.accepted) return `${sure}.`;
  const [other] = ranked(digit.probabilities).filter(([value]) => value !== digit.value);
  return `Uncertain: only ${sure}.${other[1] >= WORTH_SAYING ? ` It may be a ${other[0]}.` : ""}`;
}

/**
 * @param {number[]} probabilities
 * @returns {[number, number][]} values with their probabilities, the likeliest first.
 */
function ranked(probabilities) {
  return [...probabilities.entries()].sort((one, other) => other[1] - one[1]);
}
