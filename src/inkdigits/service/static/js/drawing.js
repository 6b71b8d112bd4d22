/** A drawing: strokes of a round brush, in the pixels of the surface that they were drawn on. */

const BRUSH = 0.07; // of the surface's shorter side
const SENT = { width: 480, height: 120 }; // pixels of what is read, at most: digits in it are taller than the model's
const MARGIN = 1; // brushes of paper about the ink in it
const TAP = 0.01; // brushes: how long a stroke without a length is drawn, so that it shows as a dot

/**
 * @typedef {{x: number, y: number, width: number}} Point
 * @typedef {Point[]} Stroke
 */

export class Drawing {
  constructor() {
    /** @type {Stroke[]} */
    this.strokes = [];
    this.width = 1;
    this.height = 1;
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  /** How broad the brush is. */
  get brush() {
    return BRUSH * Math.min(this.width, this.height);
  }

  /**
   * Take another size of surface; what would lie outside of it is drawn smaller.
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    const { right, bottom } = this.bounds();
    const scale = Math.min(width / Math.max(this.width, right), height / Math.max(this.height, bottom));
    for (const point of this.strokes.flat()) {
      point.x *= scale;
      point.y *= scale;
      point.width *= scale;
    }
    this.width = width;
    this.height = height;
  }

  /** The rectangle that holds all ink. */
  bounds() {
    const bounds = { left: Infinity, top: Infinity, right: 0, bottom: 0 };
    for (const { x, y, width } of this.strokes.flat()) {
      bounds.left = Math.min(bounds.left, x - width / 2);
      bounds.top = Math.min(bounds.top, y - width / 2);
      bounds.right = Math.max(bounds.right, x + width / 2);
      bounds.bottom = Math.max(bounds.bottom, y + width / 2);
    }
    return bounds;
  }

  /**
   * Draw all strokes in the context's own colour.
   * @param {CanvasRenderingContext2D} context
   */
  paint(context) {
    for (const stroke of this.strokes) paintStroke(context, stroke);
  }

  /**
   * Draw what is to be read: black on white, no larger than it needs to be.
   * @returns {{canvas: HTMLCanvasElement, left: number, top: number, scale: number}} the picture, and where in the
   *   drawing it lies: a length in it is `scale` times that in the drawing.
   */
  picture() {
    const { left, top, right, bottom } = this.bounds();
    const margin = MARGIN * this.brush;
    const width = right - left + 2 * margin;
    const height = bottom - top + 2 * margin;
    const scale = Math.min(1, SENT.width / width, SENT.height / height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(scale * width);
    canvas.height = Math.ceil(scale * height);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(scale, 0, 0, scale, scale * (margin - left), scale * (margin - top));
    this.paint(context);
    return { canvas, left: left - margin, top: top - margin, scale };
  }
}

/**
 * Draw a stroke, from its start or from one of its points on.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} [from]
 */
export function paintStroke(context, stroke, from = 0) {
  context.lineCap = "round";
  context.lineJoin = "round";
  if (stroke.length === 1) {
    const [{ x, y, width }] = stroke;
    paintPiece(context, width, { x, y }, { x, y }, { x: x + TAP * width, y });
  }
  for (let end = Math.max(1, from); end < stroke.length; end += 1) {
    const start = stroke[end - 1];
    const before = end > 1 ? middle(stroke[end - 2], start) : start;
    const last = end === stroke.length - 1;
    const width = (start.width + stroke[end].width) / 2;
    // Through the middles of the segments, so that there are no corners at the points.
    paintPiece(context, width, before, start, middle(start, stroke[end]));
    if (last) paintPiece(context, width, middle(start, stroke[end]), stroke[end], stroke[end]);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {{x: number, y: number}} start
 * @param {{x: number, y: number}} bend
 * @param {{x: number, y: number}} end
 */
function paintPiece(context, width, start, bend, end) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(start.x, start.y);
  context.quadraticCurveTo(bend.x, bend.y, end.x, end.y);
  context.stroke();
}

/**
 * @param {{x: number, y: number}} one
 * @param {{x: number, y: number}} other
 */
function middle(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
