/** A picture's row in the table of all pictures. */

import { icon, make } from "./dom.js";
import { linesOf, stateOf } from "./readings.js";
import { percent, STATES } from "./words.js";

/**
 * @param {import("./picture.js").Picture} picture
 * @param {boolean} chosen whether it is the one that is shown.
 * @returns {HTMLElement[]}
 */
export function cells(picture, chosen) {
  const { reading, error, title } = picture;
  const state = reading ? stateOf(reading) : picture.status;
  const text = reading ? linesOf(reading).join(" · ") : (error?.message ?? "");
  const sure = Math.min(...(reading?.digits ?? []).map(({ confidence }) => confidence));
  return [
    make("td", { role: "cell", className: "preview" }, ...(picture.thumbnail ? [picture.thumbnail] : [])),
    // A click on the button is one on its row, which shows the picture.
    make(
      "th",
      { role: "rowheader", className: "name" },
      make("button", { type: "button", className: "link", ariaPressed: chosen }, title),
    ),
    make("td", { role: "cell", className: error ? "words quiet" : "words" }, text),
    make("td", { role: "cell", className: "number" }, Number.isFinite(sure) ? percent(sure) : ""),
    make("td", { role: "cell" }, make("span", { className: `state ${state}` }, icon(state), STATES[state])),
  ];
}
