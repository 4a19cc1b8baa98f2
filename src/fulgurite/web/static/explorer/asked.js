// @ts-check
// What is asked for: filter, order and the event that is open, as they stand in the address.

const LISTS = ["kind", "verb", "procid", "flow", "signature"];
const SINGLES = ["q", "from_ms", "to_ms"];
const FILTERS = [...LISTS, ...SINGLES];

export class Asked {
  /** @param {URLSearchParams} params */
  constructor(params) {
    /** @type {Map<string, string[]>} */
    this.values = new Map();
    this.sort = params.get("sort") ?? "";
    /** @type {number | null} */
    this.event = /^\d{1,15}$/.test(params.get("event") ?? "") ? Number(params.get("event")) : null;
    this.take(params);
  }

  /** The filter that `params` have, in place of the one there was. @param {URLSearchParams} params */
  take(params) {
    this.values.clear();
    for (const name of FILTERS) this.set(name, params.getAll(name));
  }

  /** @param {string} name @param {string[]} values */
  set(name, values) {
    const told = values.filter((value) => value !== "");
    if (told.length > 0) this.values.set(name, SINGLES.includes(name) ? told.slice(0, 1) : told);
    else this.values.delete(name);
  }

  /** @param {string} name */
  first(name) {
    return this.values.get(name)?.[0] ?? "";
  }

  get isFiltered() {
    return this.values.size > 0;
  }

  /** As the interface reads it. @param {string[]} without names to leave out */
  filter(...without) {
    const made = new URLSearchParams();
    for (const name of FILTERS) {
      if (!without.includes(name)) for (const value of this.values.get(name) ?? []) made.append(name, value);
    }
    return made;
  }

  /** Filter and order. */
  query() {
    const made = this.filter();
    if (this.sort) made.set("sort", this.sort);
    return made;
  }

  /** Puts it into the address of the page; what else stands there stays. @param {boolean} isStep to be gone back from */
  keep(isStep = false) {
    const made = new URLSearchParams(location.search);
    for (const name of [...FILTERS, "sort", "event", "skip"]) made.delete(name);
    for (const [name, value] of this.query()) made.append(name, value);
    if (this.event !== null) made.set("event", String(this.event));
    const query = made.toString();
    const address = location.pathname + (query ? `?${query}` : "") + location.hash;
    if (isStep && query !== location.search.slice(1)) history.pushState(null, "", address);
    else history.replaceState(history.state, "", address);
  }

  /** Whether `other` asks for the same. @param {Asked} other */
  isLike(other) {
    return this.event === other.event && String(this.query()) === String(other.query());
  }
}
