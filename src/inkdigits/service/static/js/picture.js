/** One page of a picture: its file, its reading, and what the browser can show of it. */

import { stateOf } from "./readings.js";
import { turned } from "./turning.js";

const SHOWN = 16e6; // pixels of a picture are drawn at most: phones have no larger canvases
const THUMBNAIL = 96; // pixels
const CROP = 256; // pixels of a corrected digit's picture, at most
const AROUND = 0.12; // of a digit's longer side is kept about it
const PAPER = 40; // pixels about the digits of a picture that the browser cannot show

let made = 0; // pictures, so that each has a number

/** @typedef {import("./readings.js").Digit} Digit */

export class Picture {
  /**
   * @param {File} file
   * @param {string} name
   * @param {number} [page]
   */
  constructor(file, name, page = 1) {
    this.id = made += 1;
    this.file = file;
    this.name = name;
    this.page = page;
    /** @type {import("./readings.js").Reading | null} */
    this.reading = null;
    /** @type {{code: string, message: string} | null} why it could not be read. */
    this.error = null;
    /** @type {HTMLCanvasElement | null} */
    this.thumbnail = null;
    this.isWhole = page === 1; // its further pages are still to be found
    this.isShown = true;
    this.width = 0; // of the picture itself, once it is drawn
    this.height = 0;
  }

  /** Whether there may be pages after this one that are not known yet. */
  get mayHaveMore() {
    return this.isWhole && /^(application\/pdf|image\/tiff)$/.test(this.file.type || typeByName(this.file.name));
  }

  get title() {
    return this.page > 1 ? `${this.name}, page ${this.page}` : this.name;
  }

  /** @returns {import("./words.js").State} as far as it is read, corrections included. */
  get state() {
    if (this.error) return "error";
    return this.reading ? stateOf(this.reading) : "waiting";
  }

  /**
   * Draw it upright, a large one scaled down; if the browser does not know its format, draw what the model saw, in its
   * place.
   * @param {number} [pixels] at most.
   * @returns {Promise<HTMLCanvasElement>}
   */
  async draw(pixels = SHOWN) {
    try {
      const bitmap = await createImageBitmap(this.file, { imageOrientation: "from-image" });
      const { width, height } = bitmap;
      const canvas = drawn(bitmap, 0, 0, width, height, Math.min(1, Math.sqrt(pixels / (width * height))));
      bitmap.close();
      Object.assign(this, { isShown: true, width, height });
      return canvas;
    } catch {
      const canvas = await drawSeen(this.reading?.digits ?? []);
      Object.assign(this, { isShown: false, width: canvas.width, height: canvas.height });
      return canvas;
    }
  }

  /** Draw it small. */
  async makeThumbnail() {
    const canvas = turned(await this.draw(4 * THUMBNAIL ** 2), this.reading?.rotation ?? 0);
    const scale = Math.min(1, THUMBNAIL / Math.max(canvas.width, canvas.height));
    this.thumbnail = drawn(canvas, 0, 0, canvas.width, canvas.height, scale);
  }
}

/** @param {string} name of a file whose type the browser does not know. */
function typeByName(name) {
  if (/\.pdf$/i.test(name)) return "application/pdf";
  return /\.tiff?$/i.test(name) ? "image/tiff" : "";
}

/**
 * Cut a digit out of a picture.
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} box in the canvas' pixels: left, top, width and height.
 * @returns {string} a PNG in base64.
 */
export function crop(canvas, [x, y, width, height]) {
  const around = AROUND * Math.max(width, height);
  const left = Math.max(0, x - around);
  const top = Math.max(0, y - around);
  const right = Math.min(canvas.width, x + width + around);
  const bottom = Math.min(canvas.height, y + height + around);
  const scale = Math.min(1, CROP / Math.max(right - left, bottom - top));
  return drawn(canvas, left, top, right - left, bottom - top, scale)
    .toDataURL("image/png")
    .split(",")[1];
}

/**
 * @param {CanvasImageSource} source
 * @param {number} left
 * @param {number} top
 * @param {number} width
 * @param {number} height
 * @param {number} scale
 */
function drawn(source, left, top, width, height, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(scale * width));
  canvas.height = Math.max(1, Math.round(scale * height));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.drawImage(source, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** @param {Digit[]} digits */
async function drawSeen(digits) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(0, ...digits.map(({ box: [x, , width] }) => x + width)) + PAPER;
  canvas.height = Math.max(0, ...digits.map(({ box: [, y, , height] }) => y + height)) + PAPER;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const { image, box } of digits) {
    const seen = new Image();
    seen.src = `data:image/png;base64,${image}`;
    await seen.decode();
    const [x, y, width, height] = box;
    const side = (Math.max(width, height) * 28) / 20; // MNIST has a digit in the middle 20 of 28 pixels
    context.filter = "invert(1)";
    context.globalCompositeOperation = "darken";
    context.drawImage(seen, x + (width - side) / 2, y + (height - side) / 2, side, side);
  }
  return canvas;
}
