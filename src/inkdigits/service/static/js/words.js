/** How states, shares and digits are put into words. */

/**
 * @typedef {"ok" | "uncertain" | "no_digit" | "error" | "waiting"} State
 * @type {Record<State, string>}
 */
export const STATES = {
  ok: "Sure",
  uncertain: "Uncertain",
  no_digit: "No digit",
  error: "Not read",
  waiting: "Waiting",
};

/**
 * Say a share of 0 to 1 in per cent; never 100 % of what is not certain, nor 0 % of what is possible.
 * @param {number} share
 */
export function percent(share) {
  if (share > 0.999 && share < 1) return "> 99.9 %";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${(100 * share).toFixed(1)} %`;
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
  if (digit.corrected === "none") return `Corrected: this is no digit. It was read as ${digit.value}.`;
  if (digit.corrected !== undefined) return `Corrected: this is a ${digit.corrected}. It was read as ${digit.value}.`;
  const sure = `${percent(digit.confidence)} sure that this is a ${digit.value}`;
  if (digit.accepted) return `${sure}.`;
  const [other] = ranked(digit.probabilities).filter(([value]) => value !== digit.value);
  const doubt = other[1] >= 0.05 ? `It may be a ${other[0]}.` : "It may be no digit at all.";
  return `Uncertain: only ${sure}. ${doubt}`;
}

/**
 * @param {number[]} probabilities
 * @returns {[number, number][]} values with their probabilities, the likeliest first.
 */
function ranked(probabilities) {
  return [...probabilities.entries()].sort((one, other) => other[1] - one[1]);
}
