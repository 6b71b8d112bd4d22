/** The Markdown of model cards as elements: headings, paragraphs, lists, tables, code; nothing in it is HTML. */

import { make } from "./dom.js";

/**
 * @param {string} text
 * @returns {HTMLElement[]}
 */
export function fromMarkdown(text) {
  // An empty line ends a block, unless it stands between lines of code.
  const blocks = text.replaceAll("\r\n", "\n").split(/(?<!^ {4}.*)\n{2,}|\n{2,}(?! {4})/m);
  return blocks.filter((block) => block.trim()).map((block) => element(block.trimEnd()));
}

/** @param {string} block */
function element(block) {
  const lines = block.split("\n");
  const heading = /^(#{1,4}) (.*)$/.exec(block);
  if (heading) return make(`h${heading[1].length + 2}`, {}, ...spans(heading[2])); // below the page's own
  if (lines.every((line) => line.startsWith("|"))) return table(lines);
  if (lines.every((line) => /^( {4}|$)/.test(line))) {
    return make("pre", { tabIndex: 0 }, lines.map((line) => line.slice(4)).join("\n"));
  }
  if (lines[0].startsWith("- ")) {
    return make(
      "ul",
      {},
      ...block
        .slice(2)
        .split(/\n- /)
        .map((item) => make("li", {}, ...spans(item))),
    );
  }
  return make("p", {}, ...spans(block));
}

/** @param {string[]} lines */
function table(lines) {
  const [head, , ...body] = lines.map((line) =>
    line
      .replace(/^\||\|\s*$/g, "")
      .split("|")
      .map((cell) => cell.trim()),
  );
  const headings = head.some(Boolean)
    ? [make("thead", {}, make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, ...spans(cell)))))]
    : [];
  const rows = body.map(([first, ...rest]) => {
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, ...spans(first)),
      ...rest.map((cell) => make("td", {}, ...spans(cell))),
    );
  });
  return make("table", { className: "facts" }, ...headings, make("tbody", {}, ...rows));
}

/**
 * Text with `code`, **strong** words and links; of a link only its words, since it leads to a file of the project.
 * @param {string} text
 */
function spans(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]*\))/).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return make("strong", {}, part.slice(2, -2));
    return /^\[([^\]]+)\]/.exec(part)?.[1] ?? part;
  });
}
