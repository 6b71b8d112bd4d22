/** Readings as the service gives them, and what corrections make of them. */

/**
 * @typedef {object} Digit
 * @property {number} value
 * @property {number} confidence
 * @property {boolean} accepted
 * @property {[number, number, number, number]} box left, top, width and height in the picture's pixels.
 * @property {number} line
 * @property {number[]} probabilities
 * @property {string} [image] the 28×28 that the model saw, a PNG in base64.
 * @property {number | "none"} [corrected] what a person says that it is.
 * @property {number} [kept] the server's number of that correction.
 *
 * @typedef {object} Mark
 * @property {string} value
 * @property {number} confidence
 * @property {boolean} accepted
 * @property {[number, number, number, number]} box
 * @property {number} line
 * @property {number} after how many digits of its line stand before it.
 *
 * @typedef {object} Reading
 * @property {number} schema
 * @property {string} source
 * @property {number} page
 * @property {import("./words.js").State} status
 * @property {string} text
 * @property {string[]} lines
 * @property {string[]} numbers
 * @property {Digit[]} digits
 * @property {Mark[]} marks
 * @property {number} rotation
 * @property {string[]} notes
 * @property {{code: string, message: string} | null} error
 */

/**
 * @param {Reading} reading
 * @returns {Digit[][]} the digits of each line.
 */
export function digitsByLine(reading) {
  return reading.lines.map((_, line) => reading.digits.filter((digit) => digit.line === line));
}

/**
 * What stands there, a string a line, corrections included.
 * @param {Reading} reading
 */
export function linesOf(reading) {
  const digits = reading.digits.values();
  return reading.lines.map((line) => line.replace(/[0-9]/g, () => written(/** @type {Digit} */ (digits.next().value))));
}

/**
 * Which of its line's numbers each digit belongs to, and the mark after it.
 * @param {Reading} reading
 * @returns {{number: number, mark: string}[]}
 */
export function placesOf(reading) {
  return reading.lines.flatMap((line) => {
    let number = 0;
    return [...line.matchAll(/[0-9]([^0-9]*)/g)].map(([, after]) => ({
      number: after ? number++ : number,
      mark: after.replace(" ", ""),
    }));
  });
}

/**
 * Between which digits wide gaps were read.
 * @param {Reading} reading
 * @returns {[number, number][]} the places of the digit before and the one after each.
 */
export function gapsOf(reading) {
  let place = -1;
  return reading.lines.flatMap((line) =>
    [...line.matchAll(/[0-9]([^0-9]*)/g)].flatMap(([, after], index, all) => {
      place += 1;
      const isGap = after.includes(" ") && index < all.length - 1;
      return isGap ? [/** @type {[number, number]} */ ([place, place + 1])] : [];
    }),
  );
}

/**
 * A digit as it is written in text: nothing if a person says that it is none.
 * @param {Digit} digit
 */
export function written(digit) {
  if (digit.corrected === "none") return "";
  return String(digit.corrected ?? digit.value);
}

/** @param {Reading | null} reading */
export function isCorrected(reading) {
  return Boolean(reading?.digits.some(({ corrected }) => corrected !== undefined));
}

/** @param {Digit} digit */
export function isSettled(digit) {
  return digit.accepted || digit.corrected !== undefined;
}

/**
 * How sure it is as one story: shares of one whole, in which what was read has its confidence. The probabilities say
 * which digit it is, if it is one; the confidence, that it is one and this one.
 * @param {Digit} digit
 * @returns {{ten: number[], none: number}} the ten digits' shares, and that of no digit.
 */
export function sharesOf({ value, confidence, probabilities }) {
  const own = probabilities[value];
  // Others who looked may be surer than the model whose probabilities these are.
  const scale = own > confidence ? confidence / own : own < 1 ? (1 - confidence) / (1 - own) : 0;
  const ten = probabilities.map((probability, other) => (other === value ? confidence : scale * probability));
  return { ten, none: Math.max(0, own > confidence ? 1 - scale : 0) };
}

/**
 * @param {Reading} reading
 * @returns {import("./words.js").State}
 */
export function stateOf(reading) {
  const settled = reading.digits.every(isSettled) && reading.marks.every((mark) => mark.accepted);
  return reading.status === "uncertain" && settled ? "ok" : reading.status;
}
