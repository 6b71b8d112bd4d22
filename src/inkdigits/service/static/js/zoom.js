/** A view of a picture that is zoomed with the wheel, two fingers, a double click or buttons, and dragged about. */

const MOST = 24; // times as large as it fits the view
const STEP = 1.6; // of a button
const CLOSER = 3; // of a double click
const WHEEL = 0.0018; // per pixel of a wheel's turn
const DRAG = 5; // pixels from which on a press is no click
const ROOM = 22; // pixels about a picture that fits: for what stands over its digits

/** @typedef {{x: number, y: number}} Place in the view, in pixels. */

export class Zoom {
  /**
   * @param {HTMLElement} view shows a part of the frame.
   * @param {HTMLElement} frame
   */
  constructor(view, frame) {
    this.view = view;
    this.frame = frame;
    this.width = 1; // of the picture
    this.height = 1;
    this.times = 1; // as large as it fits
    this.left = 0; // of the frame in the view
    this.top = 0;
    /** @type {Map<number, Place>} where fingers are, or the mouse. */
    this.fingers = new Map();
    this.moved = 0; // pixels since the first finger came down
    view.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    view.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    view.addEventListener("pointerdown", (event) => this.#onDown(event));
    view.addEventListener("pointermove", (event) => this.#onMove(event));
    for (const kind of ["pointerup", "pointercancel", "pointerleave"]) {
      view.addEventListener(kind, (event) => this.fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
    }
    view.addEventListener("click", (event) => this.moved > DRAG && event.stopPropagation(), { capture: true });
    new ResizeObserver(() => this.#place()).observe(view);
  }

  /**
   * Show another picture, all of it.
   * @param {number} width
   * @param {number} height
   */
  show(width, height) {
    Object.assign(this, { width, height });
    this.fit();
  }

  /** Show all of it. */
  fit() {
    this.times = 1;
    this.#place();
  }

  closer() {
    this.#zoom(STEP, this.#middle());
  }

  farther() {
    this.#zoom(1 / STEP, this.#middle());
  }

  /** @returns {Place} */
  #middle() {
    return { x: this.view.clientWidth / 2, y: this.view.clientHeight / 2 };
  }

  /**
   * @param {number} by
   * @param {Place} at what stays where it is.
   */
  #zoom(by, at) {
    const times = Math.max(1, Math.min(this.times * by, MOST));
    const change = times / this.times;
    this.left = at.x - change * (at.x - this.left);
    this.top = at.y - change * (at.y - this.top);
    this.times = times;
    this.#place();
  }

  /** Lay the frame where it belongs; no more paper is shown beside it than there must be. */
  #place() {
    const { clientWidth, clientHeight } = this.view;
    const fitting = Math.min((clientWidth - 2 * ROOM) / this.width, (clientHeight - 2 * ROOM) / this.height);
    if (fitting <= 0) return; // hidden
    const width = this.times * fitting * this.width;
    const height = this.times * fitting * this.height;
    this.left = within(this.left, clientWidth - width);
    this.top = within(this.top, clientHeight - height);
    const place = { width: `${width}px`, height: `${height}px`, left: `${this.left}px`, top: `${this.top}px` };
    Object.assign(this.frame.style, place);
    this.view.classList.toggle("zoomed", this.times > 1);
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    event.preventDefault();
    const pinched = event.ctrlKey ? 5 : 1; // on a touchpad, whose pinch comes as a small turn
    this.#zoom(Math.exp(-WHEEL * pinched * event.deltaY), this.#placeOf(event));
  }

  /** @param {MouseEvent} event */
  #onDoubleClick(event) {
    if (this.times > 1) this.fit();
    else this.#zoom(CLOSER, this.#placeOf(event));
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (!this.fingers.size) this.moved = 0;
    this.fingers.set(event.pointerId, this.#placeOf(event));
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = this.#placeOf(event);
    const other = [...this.fingers].find(([finger]) => finger !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    this.moved += distance(before, now);
    if (other) {
      this.#zoom(distance(now, other) / Math.max(1, distance(before, other)), other);
    } else if (this.times > 1 && this.moved > DRAG) {
      this.left += now.x - before.x;
      this.top += now.y - before.y;
      this.#place();
    }
  }

  /** @param {MouseEvent} event */
  #placeOf({ clientX, clientY }) {
    const { left, top } = this.view.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

/**
 * @param {number} start of the frame, along one side of the view.
 * @param {number} spare what the view has more than the frame.
 */
function within(start, spare) {
  if (spare >= 2 * ROOM) return spare / 2;
  return Math.max(spare - ROOM, Math.min(start, ROOM));
}

/**
 * @param {Place} one
 * @param {Place} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
