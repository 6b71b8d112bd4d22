/** A list of which only the rows that can be seen are in the page, however many there are. */

const BEYOND = 6; // rows above and below what is seen

/** @template T */
export class VirtualList {
  /**
   * @param {HTMLElement} view scrolls; the rows are as tall as its property `--row` says, in pixels.
   * @param {(item: T, place: number, count: number) => HTMLElement} makeRow
   */
  constructor(view, makeRow) {
    this.view = view;
    this.makeRow = makeRow;
    /** @type {T[]} */
    this.items = [];
    this.row = Number.parseFloat(getComputedStyle(view).getPropertyValue("--row"));
    this.sheet = document.createElement("div");
    this.sheet.className = "rows";
    this.sheet.role = "presentation";
    view.append(this.sheet);
    view.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(view);
  }

  /** @param {T[]} items */
  show(items) {
    this.items = items;
    this.draw();
  }

  /** Draw what can be seen. */
  draw() {
    const { scrollTop, clientHeight } = this.view;
    const count = this.items.length;
    const first = Math.max(0, Math.floor(scrollTop / this.row) - BEYOND);
    const last = Math.min(count, Math.ceil((scrollTop + clientHeight) / this.row) + BEYOND);
    this.sheet.style.height = `${this.row * count}px`;
    this.sheet.replaceChildren(
      ...this.items.slice(first, last).map((item, place) => {
        const row = this.makeRow(item, first + place, count);
        row.style.top = `${this.row * (first + place)}px`;
        return row;
      }),
    );
  }

  /**
   * Scroll until an item is seen.
   * @param {T} item
   */
  reveal(item) {
    const place = this.items.indexOf(item);
    if (place < 0) return;
    const { scrollTop, clientHeight } = this.view;
    const top = this.row * place;
    if (top < scrollTop) this.view.scrollTop = top;
    else if (top + this.row > scrollTop + clientHeight) this.view.scrollTop = top + this.row - clientHeight;
    this.draw();
  }
}
