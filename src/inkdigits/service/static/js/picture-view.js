/** The picture that is looked at, turned as it was read, with boxes about its digits. */

import { Boxes } from "./boxes.js";
import { byId } from "./dom.js";
import { crop } from "./picture.js";
import { turned, turnedBox } from "./turning.js";
import { Zoom } from "./zoom.js";

export class PictureView {
  /** @param {(place: number) => void} onChoose told which digit was clicked. */
  constructor(onChoose) {
    this.boxes = new Boxes(byId("picture-boxes"), onChoose);
    this.zoom = new Zoom(byId("picture-view"), byId("picture-frame"));
    /** @type {HTMLCanvasElement | null} what is shown. */
    this.canvas = null;
    /** @type {import("./picture.js").Picture | null} */
    this.picture = null;
    this.rotation = 0; // clockwise, of what is shown
    byId("closer").addEventListener("click", () => this.zoom.closer());
    byId("farther").addEventListener("click", () => this.zoom.farther());
    byId("fit").addEventListener("click", () => this.zoom.fit());
  }

  /**
   * Show a picture, if no other was asked for in the meantime.
   * @param {import("./picture.js").Picture} picture
   */
  async show(picture) {
    const rotation = picture.reading?.rotation ?? 0;
    if (this.picture === picture && picture.isShown && this.rotation === rotation) {
      this.showBoxes();
      return;
    }
    this.picture = picture;
    this.rotation = rotation;
    const canvas = turned(await picture.draw(), rotation);
    if (this.picture !== picture || this.rotation !== rotation) return;
    this.canvas?.remove();
    this.canvas = canvas;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `The picture ${picture.title}`);
    byId("picture-frame").prepend(canvas);
    this.#describe(picture);
    this.zoom.show(canvas.width, canvas.height);
    this.showBoxes();
  }

  /** @param {import("./picture.js").Picture} picture */
  #describe(picture) {
    byId("picture").hidden = false;
    byId("picture-empty").hidden = true;
    const isReplaced = !picture.isShown && picture.reading;
    const remarks = [
      ...(isReplaced ? ["the browser cannot show this format; this is what the model saw"] : []),
      ...(this.rotation ? [`turned by ${this.rotation}°`] : []),
    ];
    byId("picture-caption").textContent = [picture.title, ...remarks].join(": ");
    byId("picture-caption").title = picture.title;
    const isMissing = !picture.isShown && !picture.reading;
    byId("picture-view").hidden = isMissing;
    byId("picture-missing").toggleAttribute("hidden", !isMissing);
  }

  /**
   * Cut a digit out of the picture.
   * @param {import("./readings.js").Digit} digit
   */
  crop({ box }) {
    const { canvas, page } = this.#shown();
    const scale = canvas.width / page.width;
    const lengths = turnedBox(box, this.rotation, page).map((length) => scale * length);
    return crop(canvas, lengths);
  }

  /** Draw the boxes anew. */
  showBoxes() {
    const reading = this.picture?.reading;
    if (!this.canvas || !reading) {
      this.boxes.clear();
      return;
    }
    const { page } = this.#shown();
    this.boxes.show(reading, (box) => {
      const [x, y, wide, high] = turnedBox(box, this.rotation, page);
      return [x / page.width, y / page.height, wide / page.width, high / page.height];
    });
  }

  /** What is shown, and the size of the picture itself, turned. */
  #shown() {
    const canvas = /** @type {HTMLCanvasElement} */ (this.canvas);
    const { width, height } = /** @type {import("./picture.js").Picture} */ (this.picture);
    return { canvas, page: this.rotation % 180 ? { width: height, height: width } : { width, height } };
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
