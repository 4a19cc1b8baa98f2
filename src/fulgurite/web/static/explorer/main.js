// @ts-check
// The explorer of events: one filter, by which everything on the page is drawn.

import { Asked } from "./asked.js";
import { Detail } from "./detail.js";
import { link, recount } from "./linked.js";
import { answer, Refused, Source } from "./source.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";

const PAUSE_MS = 250;
const BUCKETS = 120;

class Explorer {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.about = JSON.parse(root.dataset.explorer ?? "{}");
    this.form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
    this.search = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("q"));
    this.asked = new Asked(new URLSearchParams(location.search));
    this.address = `/session/v4/sandbox/${this.about.id}/activity`;
    this.source = new Source(this.address, {
      arrived: (page) => this.#arrived(page),
      failed: (why) => this.#fault(why),
    });
    this.table = new Table(root, this.source, this.about, {
      opened: (place) => this.#open(place),
      moved: (place) => this.detail.isOpen && this.#open(place),
    });
    this.detail = new Detail(root, this.about, () => this.#close());
    const figure = /** @type {HTMLElement | null} */ (root.querySelector("[data-timeline]"));
    this.timeline = figure && new Timeline(figure, this.about, (from, to) => this.#span(from, to));
    /** @type {AbortController | null} */
    this.drawing = null;
    this.isNew = true;
    /** @type {number | null} a place whose event opens as soon as it is there */
    this.opening = null;
    this.isTyping = false;
    this.#dress();
    this.#listen();
    this.#ask(false);
  }

  /** What needs a script comes up, what does without one goes. */
  #dress() {
    for (const name of ["apply", "paging"]) this.#part(name)?.setAttribute("hidden", "");
    this.#part("keys")?.removeAttribute("hidden");
    const more = /** @type {HTMLDetailsElement | null} */ (this.#part("more"));
    const narrow = matchMedia("(max-width: 52rem)");
    const fold = () => more?.toggleAttribute("open", !narrow.matches);
    narrow.addEventListener("change", fold);
    fold();
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  #listen() {
    let timer = 0;
    this.form.addEventListener("input", (event) => {
      clearTimeout(timer);
      const isTyped = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      timer = setTimeout(() => this.#read(isTyped), isTyped ? PAUSE_MS : 0);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      this.#read();
    });
    this.#part("clear")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.#take(new URLSearchParams());
    });
    this.root.addEventListener("click", (event) => this.#sort(event));
    document.addEventListener("click", (event) => this.#linked(event));
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    addEventListener("popstate", () => {
      const asked = new Asked(new URLSearchParams(location.search));
      // A link within the page comes by here, too.
      if (asked.isLike(this.asked)) return;
      this.asked = asked;
      this.#write();
      this.#head();
      this.#ask(false);
    });
  }

  /** Takes the filter that the form has. @param {boolean} isTyped letter by letter: all of them are one step */
  #read(isTyped = false) {
    const given = new FormData(this.form);
    const params = new URLSearchParams();
    for (const [name, value] of given) if (typeof value === "string") params.append(name, value.trim());
    if (String(params) === String(this.read)) return;
    this.read = params;
    this.asked.take(params);
    this.#ask(!(isTyped && this.isTyping));
    this.isTyping = isTyped;
  }

  /** @param {URLSearchParams} params a filter that comes from elsewhere than the form */
  #take(params) {
    this.asked.take(params);
    this.#write();
    this.#ask();
  }

  /** Puts the filter into the form. */
  #write() {
    for (const field of this.form.elements) {
      if (field instanceof HTMLInputElement && field.type === "checkbox") {
        field.checked = this.asked.values.get(field.name)?.includes(field.value) ?? false;
      } else if (field instanceof HTMLInputElement && field.type !== "hidden") {
        field.value = this.asked.first(field.name);
      } else if (field instanceof HTMLSelectElement) {
        this.#offer(field, this.asked.first(field.name));
      }
    }
    this.read = undefined;
  }

  /** @param {HTMLSelectElement} field @param {string} value */
  #offer(field, value) {
    if (value && ![...field.options].some((option) => option.value === value)) {
      const option = new Option(value, value);
      option.dataset.label = value;
      field.append(option);
    }
    field.value = value;
  }

  /** Asks for what is asked for now. @param {boolean} isStep to be gone back from */
  #ask(isStep = true) {
    this.#fault("");
    this.isTyping = false;
    this.asked.keep(isStep);
    this.isNew = true;
    this.root.setAttribute("aria-busy", "true");
    const query = this.asked.query();
    this.source.begin(query, this.asked.event);
    this.#part("clear")?.toggleAttribute("hidden", !this.asked.isFiltered);
    for (const form of ["csv", "ndjson"]) {
      const exported = new URLSearchParams(query);
      exported.set("format", form);
      this.root.querySelector(`[data-export="${form}"]`)?.setAttribute("href", `${this.address}?${exported}`);
    }
    if (this.timeline) this.#draw(this.timeline);
  }

  /** @param {Timeline} timeline */
  async #draw(timeline) {
    this.drawing?.abort();
    const drawing = new AbortController();
    this.drawing = drawing;
    const [from, to] = [this.asked.first("from_ms"), this.asked.first("to_ms")];
    timeline.mark(from || to ? [from ? Number(from) : -Infinity, to ? Number(to) : Infinity] : null);
    const query = this.asked.filter("from_ms", "to_ms");
    query.set("buckets", String(BUCKETS));
    try {
      timeline.show(await answer(`${this.address}/histogram?${query}`, drawing.signal));
    } catch (error) {
      if (error instanceof Refused) this.#fault(error.message);
      else if (!drawing.signal.aborted) throw error;
    }
  }

  /** @param {any} page */
  #arrived(page) {
    if (this.isNew) {
      this.isNew = false;
      this.root.removeAttribute("aria-busy");
      this.#status(page);
      this.table.begin(page.event_at ?? 0);
      this.#show(page.event_at);
    }
    if (page.facets) {
      recount(this.root, page.facets);
      link(this.root, page.facets, this.asked.isFiltered);
    }
    this.table.draw();
    if (this.opening !== null && this.source.at(this.opening)) this.#open(this.opening);
  }

  /** Opens the event that is asked for, and no other. @param {number | null} place of it, if it fits */
  #show(place) {
    const asked = this.asked.event;
    if (asked === null) {
      if (this.detail.isOpen) this.detail.close();
    } else if (place !== null) {
      this.table.move(place);
      this.#open(place);
    } else {
      this.#alone(asked);
    }
  }

  /** An event that the filter leaves out. @param {number} index */
  async #alone(index) {
    try {
      const found = await answer(`${this.address}?event=${index}&limit=1`, new AbortController().signal);
      const [event] = found.events;
      if (this.asked.event !== index) return;
      if (event?.index === index) this.detail.open(event);
      else this.#fault(`There is no event ${index} here: there are ${found.total.toLocaleString("en")}, from 0 on.`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#fault(error.message);
    }
  }

  /** @param {any} page */
  #status(page) {
    const told = this.#part("status");
    if (!told) return;
    const matching = document.createElement("strong");
    matching.textContent = page.matching.toLocaleString("en");
    const isPart = page.searched < page.total && this.asked.first("q") !== "";
    const rest = isPart ? `; ${page.searched.toLocaleString("en")} were searched` : "";
    told.replaceChildren(matching, ` of ${page.total.toLocaleString("en")} events${rest}`);
    const empty = this.#part("empty");
    if (empty) empty.hidden = page.matching > 0;
  }

  /** @param {string} why "" for none */
  #fault(why) {
    const place = this.#part("fault");
    if (!place) return;
    place.hidden = why === "";
    place.textContent = why;
    if (why !== "") this.root.removeAttribute("aria-busy");
  }

  /** @param {number} place */
  #open(place) {
    const found = this.source.at(place);
    this.opening = found === null ? place : null;
    if (found === null) return;
    this.detail.open(found);
    this.asked.event = found.index;
    this.asked.keep();
  }

  #close() {
    this.opening = null;
    this.detail.close();
    this.asked.event = null;
    this.asked.keep();
    this.table.table.focus();
  }

  /** @param {number} from @param {number} to */
  #span(from, to) {
    this.asked.set("from_ms", [String(from)]);
    this.asked.set("to_ms", [String(to)]);
    this.#write();
    this.#ask();
  }

  /** @param {MouseEvent} event */
  #sort(event) {
    const link = event.target instanceof Element ? event.target.closest("a[data-sort]") : null;
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const by = link.dataset.sort ?? "";
    this.asked.sort = this.asked.sort === by ? `-${by}` : this.asked.sort === `-${by}` ? "" : by;
    this.#head();
    this.#ask();
  }

  /** Says at the heads by what is sorted. */
  #head() {
    const direction = this.asked.sort.startsWith("-") ? "descending" : "ascending";
    for (const link of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("a[data-sort]"))) {
      if (link.dataset.sort === this.asked.sort.replace(/^-/, "")) link.parentElement?.setAttribute("aria-sort", direction);
      else link.parentElement?.removeAttribute("aria-sort");
    }
  }

  /** A link elsewhere on the page that stands for a filter. @param {MouseEvent} event */
  #linked(event) {
    const link = event.target instanceof Element ? event.target.closest("a[data-filter]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const params = new URL(link.href).searchParams;
    const shown = params.get("event");
    this.asked.event = shown === null ? null : Number(shown);
    this.#take(params);
    this.root.scrollIntoView({ block: "start" });
    this.table.table.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = event.target instanceof Element ? event.target : document.body;
    const isHere = this.root.contains(target) || location.pathname === this.about.address;
    if (!isHere || event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = target.closest("input, textarea, select, [contenteditable]") !== null;
    if (event.key === "/" && !isTyping) {
      this.search.focus();
      this.search.select();
    } else if (event.key === "Escape" && this.detail.isOpen && target !== this.search) {
      this.#close();
    } else if (event.key === "Escape" && this.search.value !== "") {
      this.search.value = "";
      this.#read();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

for (const root of document.querySelectorAll("[data-explorer]")) new Explorer(/** @type {HTMLElement} */ (root));
