/** The picture that is looked at, with boxes about its digits. */

import { Boxes } from "./boxes.js";
import { byId } from "./dom.js";
import { crop } from "./picture.js";

export class PictureView {
  /** @param {(place: number) => void} onChoose told which digit was clicked. */
  constructor(onChoose) {
    this.boxes = new Boxes(byId("picture-boxes"), onChoose);
    /** @type {HTMLCanvasElement | null} what is shown. */
    this.canvas = null;
    /** @type {import("./picture.js").Picture | null} */
    this.picture = null;
  }

  /**
   * Show a picture, if no other was asked for in the meantime.
   * @param {import("./picture.js").Picture} picture
   */
  async show(picture) {
    if (this.picture === picture && picture.isShown) {
      this.showBoxes();
      return;
    }
    this.picture = picture;
    const canvas = await picture.draw();
    if (this.picture !== picture) return;
    this.canvas?.remove();
    this.canvas = canvas;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `The picture ${picture.title}`);
    byId("picture-frame").prepend(canvas);
    byId("picture-frame").style.setProperty("--ratio", String(canvas.width / canvas.height));
    byId("picture").hidden = false;
    byId("picture-empty").hidden = true;
    const isReplaced = !picture.isShown && picture.reading;
    const words = isReplaced ? ": the browser cannot show this format; this is what the model saw" : "";
    byId("picture-caption").textContent = `${picture.title}${words}`;
    byId("picture-caption").title = picture.title;
    const isMissing = !picture.isShown && !picture.reading;
    byId("picture-frame").hidden = isMissing;
    byId("picture-missing").toggleAttribute("hidden", !isMissing);
    this.showBoxes();
  }

  /**
   * Cut a digit out of the picture.
   * @param {import("./readings.js").Digit} digit
   */
  crop({ box }) {
    const { scale } = /** @type {import("./picture.js").Picture} */ (this.picture);
    return crop(
      /** @type {HTMLCanvasElement} */ (this.canvas),
      box.map((length) => scale * length),
    );
  }

  /** Draw the boxes anew. */
  showBoxes() {
    const { canvas, picture } = this;
    if (!canvas || !picture) return;
    const width = canvas.width / picture.scale;
    const height = canvas.height / picture.scale;
    const place = (/** @type {number[]} */ [x, y, wide, high]) => [x / width, y / height, wide / width, high / height];
    this.boxes.show(picture.reading?.digits ?? [], place);
  }

  clear() {
    this.picture = null;
    this.canvas?.remove();
    this.canvas = null;
    this.boxes.clear();
    byId("picture").hidden = true;
    byId("picture-empty").hidden = false;
  }
}
