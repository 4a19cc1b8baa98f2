// @ts-check
// The table of events: only the lines that can be seen are there, whatever their number; a grid for the keyboard.

import { element, defanged, visible } from "../text.js";
import { line } from "./acts.js";

const MARGIN = 6;
/** Browsers draw nothing beyond some ten million pixels: longer lists are scrolled in a shorter box. */
const MAX_HEIGHT = 8_000_000;
const MAX_CHARACTERS = 300;
const CELLS = ["time", "process", "label", "action", "object", "result"];

export class Table {
  /**
   * @param {HTMLElement} root the explorer
   * @param {import("./source.js").Source} source
   * @param {import("./acts.js").Words & {id: string}} about
   * @param {{opened: (place: number) => void, moved: (place: number) => void}} told
   */
  constructor(root, source, about, told) {
    this.source = source;
    this.about = about;
    this.told = told;
    this.view = /** @type {HTMLElement} */ (root.querySelector("[data-view]"));
    this.table = /** @type {HTMLElement} */ (root.querySelector("[data-table]"));
    this.body = /** @type {HTMLElement} */ (root.querySelector("[data-body]"));
    this.head = /** @type {HTMLElement} */ (this.table.querySelector("thead"));
    this.active = -1;
    this.rowHeight = 32;
    this.isDrawn = false;
    /** @type {HTMLElement[]} */
    this.rows = [];
    this.#takeOver();
  }

  #takeOver() {
    this.table.setAttribute("role", "grid");
    this.table.tabIndex = 0;
    for (const name of ["tabindex", "role", "aria-label"]) this.view.removeAttribute(name);
    this.view.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.view);
    this.table.addEventListener("keydown", (event) => this.#key(event));
    this.table.addEventListener("focus", () => this.active < 0 && this.source.matching > 0 && this.move(0));
    this.body.addEventListener("click", (event) => this.#click(event));
  }

  /** Lines of another list. @param {number} place that is shown first */
  begin(place = 0) {
    this.active = -1;
    this.table.removeAttribute("aria-activedescendant");
    for (const row of this.rows) row.dataset.shown = "";
    if (!this.isDrawn) {
      this.isDrawn = true;
      this.table.classList.add("virtual");
      this.body.replaceChildren();
    }
    this.draw();
    this.view.scrollTop = 0;
    if (place > 0) this.#reveal(place, true);
    this.draw();
  }

  draw() {
    if (!this.isDrawn) return;
    const count = this.source.matching;
    this.table.setAttribute("aria-rowcount", String(count + 1));
    this.#measure();
    const { scale, height } = this.#box();
    this.body.style.height = `${height}px`;
    const scrolled = this.view.scrollTop;
    const top = scrolled * scale;
    const first = Math.max(0, Math.floor(top / this.rowHeight) - MARGIN);
    const last = Math.min(count - 1, Math.ceil((top + this.view.clientHeight) / this.rowHeight) + MARGIN);
    this.#provide(Math.max(0, last - first + 1));
    this.source.want(first, Math.max(first, last));
    const shown = new Set();
    for (let place = first; place <= last; place += 1) {
      const row = this.rows[place % this.rows.length];
      shown.add(row);
      this.#fill(row, place);
      row.style.transform = `translateY(${place * this.rowHeight - top + scrolled}px)`;
    }
    for (const row of this.rows) row.hidden = !shown.has(row);
  }

  /** The list is scrolled `scale` pixels for each one of the box, which is `height` high. */
  #box() {
    const whole = this.source.matching * this.rowHeight;
    const height = Math.min(whole, MAX_HEIGHT);
    const seen = this.#seen();
    return { height, scale: height < whole ? (whole - seen) / (height - seen) : 1 };
  }

  /** How much of the list can be seen, in pixels. */
  #seen() {
    return Math.max(this.rowHeight, this.view.clientHeight - this.head.offsetHeight);
  }

  #measure() {
    const row = this.rows.find((candidate) => !candidate.hidden);
    if (row && row.offsetHeight > 0) this.rowHeight = row.offsetHeight;
  }

  /** @param {number} count */
  #provide(count) {
    if (count <= this.rows.length) return;
    // Another number of rows gives each place another row.
    for (const row of this.rows) row.dataset.shown = "";
    while (this.rows.length < count) {
      const row = element("tr");
      row.setAttribute("role", "row");
      for (const name of CELLS) {
        const cell = element("td", name === "time" ? "num" : "");
        cell.setAttribute("role", "gridcell");
        row.append(cell);
      }
      this.rows.push(row);
      this.body.append(row);
    }
  }

  /** @param {HTMLElement} row @param {number} place */
  #fill(row, place) {
    const found = this.source.at(place);
    const state = `${place} ${found === null ? "?" : found.index} ${place === this.active}`;
    if (row.dataset.shown === state) return;
    row.dataset.shown = state;
    row.dataset.place = String(place);
    row.id = `event-line-${place}`;
    row.setAttribute("aria-rowindex", String(place + 2));
    row.setAttribute("aria-selected", String(place === this.active));
    row.classList.toggle("waiting", found === null);
    if (found === null) for (const cell of row.children) cell.replaceChildren();
    else this.#write(row, found);
  }

  /** @param {HTMLElement} row @param {import("./source.js").Numbered} found */
  #write(row, found) {
    const told = line(found.event, this.about);
    const [time, process, label, action, object, result] = row.children;
    time.textContent = told.time;
    process.replaceChildren();
    if (told.procid !== null) {
      const link = /** @type {HTMLAnchorElement} */ (element("a"));
      link.href = `/sandbox/${this.about.id}#process-${told.procid}`;
      link.tabIndex = -1;
      link.append(text(told.process, 60));
      process.append(link);
    }
    label.replaceChildren(element("span", `dot of-${told.group}`), told.label);
    action.replaceChildren(text(told.action, 40));
    object.replaceChildren(text(told.object, MAX_CHARACTERS, told.group === "network"));
    result.replaceChildren(text(told.result, 40));
  }

  /** Makes `place` the line that keys act on, and brings it into sight. @param {number} place */
  move(place) {
    const count = this.source.matching;
    if (count === 0) return;
    this.active = Math.min(count - 1, Math.max(0, place));
    this.#reveal(this.active, false);
    this.draw();
    this.table.setAttribute("aria-activedescendant", `event-line-${this.active}`);
    this.told.moved(this.active);
  }

  /** @param {number} place @param {boolean} isFirst whether it is put at the top */
  #reveal(place, isFirst) {
    const { scale } = this.#box();
    const top = this.view.scrollTop * scale;
    const seen = this.#seen();
    const start = place * this.rowHeight;
    if (isFirst || start < top) this.view.scrollTop = start / scale;
    else if (start + this.rowHeight > top + seen) this.view.scrollTop = (start + this.rowHeight - seen) / scale;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== this.table) return;
    const screen = Math.max(1, Math.floor(this.#seen() / this.rowHeight) - 1);
    /** @type {Record<string, number>} */
    const places = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + screen,
      PageUp: this.active - screen,
      Home: 0,
      End: this.source.matching - 1,
    };
    if (event.key in places) this.move(places[event.key]);
    else if (event.key === "Enter" && this.active >= 0) this.told.opened(this.active);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest("tr"));
    if (row?.dataset.place === undefined || target.closest("a") || String(getSelection())) return;
    this.move(Number(row.dataset.place));
    this.told.opened(this.active);
  }
}

/**
 * @param {string} value
 * @param {number} limit
 * @param {boolean} [isAddress]
 */
function text(value, limit, isAddress = false) {
  const made = element("bdi", "text");
  made.append(isAddress ? defanged(value, limit) : visible(value, limit));
  return made;
}
