/** A confusion matrix as a table: darker where the model errs more often. */

import { make } from "./dom.js";

/**
 * @param {{split: string, rows: number[][]}} confusion counts: a row for each true digit, a column for each digit read.
 */
export function confusionMatrix({ split, rows }) {
  const worst = Math.max(1, ...rows.flatMap((row, truth) => row.filter((_, value) => value !== truth)));
  const head = rows.map((_, value) => make("th", { scope: "col" }, String(value)));
  const body = rows.map((row, truth) => {
    const counts = row.map((count, value) => cell(count, value === truth, count / worst));
    return make("tr", {}, make("th", { scope: "row" }, String(truth)), ...counts);
  });
  return make(
    "div",
    { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Confusion matrix" },
    make(
      "table",
      { className: "confusion" },
      make("caption", {}, `The ${split} split: a row for each digit that was written, a column for each digit that was read.`),
      make("thead", {}, make("tr", {}, make("td"), ...head)),
      make("tbody", {}, ...body),
    ),
  );
}

/**
 * @param {number} count
 * @param {boolean} right
 * @param {number} share of the commonest error.
 */
function cell(count, right, share) {
  if (right) return make("td", { className: "right" }, String(count));
  const element = make("td", { className: "wrong" }, count ? String(count) : "·");
  element.style.setProperty("--share", String(share));
  return element;
}
