/** A page that lies on its side or its head, turned as it was read. */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} rotation clockwise: 0, 90, 180 or 270.
 * @returns {HTMLCanvasElement}
 */
export function turned(canvas, rotation) {
  if (!rotation) return canvas;
  const upright = document.createElement("canvas");
  const isAcross = rotation % 180 !== 0;
  upright.width = isAcross ? canvas.height : canvas.width;
  upright.height = isAcross ? canvas.width : canvas.height;
  const context = /** @type {CanvasRenderingContext2D} */ (upright.getContext("2d"));
  context.translate(upright.width / 2, upright.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  return upright;
}

/**
 * @param {number[]} box left, top, width and height in a picture as it was brought.
 * @param {number} rotation
 * @param {{width: number, height: number}} page the picture turned.
 * @returns {number[]} the same in the picture turned.
 */
export function turnedBox([x, y, wide, high], rotation, { width, height }) {
  if (rotation === 90) return [width - y - high, x, high, wide];
  if (rotation === 180) return [width - x - wide, height - y - high, wide, high];
  if (rotation === 270) return [y, height - x - wide, high, wide];
  return [x, y, wide, high];
}
