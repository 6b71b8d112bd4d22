/** The page “About this model”, made of what the server says of it. */

import { confusionMatrix } from "./confusion-matrix.js";
import { make } from "./dom.js";
import { fromMarkdown } from "./markdown.js";
import { describeModel } from "./service.js";

/**
 * @param {HTMLElement} view
 */
export async function showAbout(view) {
  const title = make("h1", {}, "About this model");
  view.replaceChildren(title, make("p", { className: "quiet" }, "Asking the server…"));
  try {
    view.replaceChildren(title, ...description(await describeModel()));
  } catch (error) {
    const again = make("button", { type: "button", onclick: () => showAbout(view) }, "Try again");
    const words = make("p", {}, /** @type {Error} */ (error).message);
    view.replaceChildren(title, make("div", { className: "problem", role: "alert" }, words, again));
  }
}

/** @param {Awaited<ReturnType<typeof describeModel>>} model */
function description({ name, version, card, metrics, confusion }) {
  return [
    make(
      "p",
      { className: "lead" },
      "It is called ",
      make("strong", {}, name),
      ", file ",
      make("code", {}, version),
      ".",
    ),
    section("How often it is right", figures(metrics)),
    section("Confusion matrix", confusion ? confusionMatrix(confusion) : noConfusion()),
    section("Data, training and limits", make("div", { className: "card model-card" }, ...fromMarkdown(card))),
  ];
}

/**
 * @param {string} heading
 * @param {...HTMLElement} content
 */
function section(heading, ...content) {
  return make("section", {}, make("h2", {}, heading), ...content);
}

/** @param {object} metrics a table of figures for each split. */
function figures(metrics) {
  const tiles = Object.entries(metrics).map(([split, { accuracy, correct, n, ece }]) => {
    const counts = `${correct.toLocaleString("en")} of ${n.toLocaleString("en")} digits`;
    return make(
      "li",
      { className: "card" },
      make("p", { className: "figure" }, `${(100 * accuracy).toFixed(2)}%`),
      make("p", {}, `${split === "held back" ? "of what was held back from its lesson" : `on the ${split} split`}: ${counts}`),
      ...(ece === undefined ? [] : [make("p", { className: "quiet" }, `Its confidence is off by ${(100 * ece).toFixed(2)} points on average.`)]),
    );
  });
  return make("ul", { className: "tiles" }, ...tiles);
}

function noConfusion() {
  const command = make("code", {}, "inkdigits evaluate --json");
  return make("p", {}, "The model's file holds no confusion matrix; ", command, " makes one.");
}
