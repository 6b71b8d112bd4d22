/** Pictures' readings as JSON and CSV, as docs/readings.md describes them, and as text. */

import { linesOf, placesOf, stateOf } from "./readings.js";

/** @typedef {import("./picture.js").Picture} Picture */

const COLUMNS = [
  ...["source", "page", "status", "text", "line", "number", "value", "mark", "confidence", "accepted"],
  ...["x", "y", "width", "height", "error", "corrected"],
];

/**
 * A JSON list with an object a page; digits that a person corrected have `corrected`.
 * @param {Picture[]} pictures
 */
export function toJson(pictures) {
  const pages = pictures.map(record).map((page) => ({
    ...page,
    digits: page.digits.map(({ image, ...digit }) => digit),
  }));
  return `${JSON.stringify(pages, null, 1)}\n`;
}

/**
 * A row for each digit, or one for a page without digits (RFC 4180).
 * @param {Picture[]} pictures
 */
export function toCsv(pictures) {
  const lines = pictures
    .flatMap((picture) => toRows(record(picture), picture.reading ? placesOf(picture.reading) : []))
    .map((row) => COLUMNS.map((column) => field(Reflect.get(row, column))));
  return [COLUMNS, ...lines].map((line) => `${line.join(",")}\r\n`).join("");
}

/**
 * A line for each picture, its name before a tab: a spreadsheet takes it.
 * @param {Picture[]} pictures
 */
export function toText(pictures) {
  return pictures.map((picture) => `${picture.title}\t${record(picture).lines.join(" | ")}`).join("\n");
}

/**
 * Offer a text as a file.
 * @param {string} name
 * @param {string} type
 * @param {string} text
 */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/**
 * A picture's reading with the corrections in its text; of one that was not read, why.
 * @param {Picture} picture
 * @returns {import("./readings.js").Reading}
 */
function record(picture) {
  const { name: source, page, reading } = picture;
  if (reading) {
    const lines = linesOf(reading);
    return { ...reading, source, status: stateOf(reading), text: lines.join("\n"), lines };
  }
  const error = picture.error ?? { code: "waiting", message: "It was not read yet." };
  const nothing = { text: "", lines: [], numbers: [], digits: [], marks: [], rotation: 0, notes: [] };
  return { schema: 2, source, page, status: "error", ...nothing, error };
}

/**
 * @param {import("./readings.js").Reading} reading
 * @param {{number: number, mark: string}[]} places of its digits.
 * @returns {object[]}
 */
function toRows({ source, page, status, text, digits, error }, places) {
  const common = { source, page, status, text };
  if (!digits.length) return [{ ...common, error: error?.message }];
  return digits.map(({ line, value, confidence, accepted, box: [x, y, width, height], corrected }, index) => {
    return {
      ...common,
      ...places[index],
      line,
      value,
      confidence,
      accepted: accepted ? "True" : "False",
      x,
      y,
      width,
      height,
      corrected,
    };
  });
}

/** @param {unknown} value */
function field(value) {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
