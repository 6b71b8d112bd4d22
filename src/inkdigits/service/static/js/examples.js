/** Pictures that come with the service, to be read with one click. */

import { make } from "./dom.js";

const EXAMPLES = [
  { file: "pen-on-cream.jpg", words: "A digit" },
  { file: "row-of-boxes.jpg", words: "A form" },
  { file: "page.jpg", words: "A page" },
  { file: "sheet-on-desk.jpg", words: "On a desk" },
  { file: "blank-page.jpg", words: "Nothing" },
];

/**
 * Make a row of examples.
 * @param {(found: import("./intake.js").Found[]) => void} onPictures told which was chosen, as of a picture that came in.
 * @returns {HTMLElement}
 */
export function examples(onPictures) {
  /** @param {string} file */
  async function choose(file) {
    const response = await fetch(`/samples/${file}`).catch(() => null);
    const content = response?.ok ? await response.blob() : new Blob(); // reading it says that the server is gone
    onPictures([{ file: new File([content], file, { type: content.type }), name: file }]);
  }
  return make(
    "ul",
    { className: "examples", ariaLabel: "Examples" },
    ...EXAMPLES.map(({ file, words }) => {
      const preview = make("img", { src: `/samples/${file}`, alt: "", width: 64, height: 48 });
      return make("li", {}, make("button", { type: "button", onclick: () => choose(file) }, preview, words));
    }),
  );
}
