// @ts-check
// Events as the interface gives them: pages of those that match, the near ones kept, the far ones dropped.

/** @typedef {{index: number, event: import("./acts.js").NativeEvent}} Numbered */
/** @typedef {{kinds: Counts, verbs: Counts, processes: Counts, flows: Counts, signatures: Counts}} Facets */
/** @typedef {Record<string, number>} Counts */

export const PAGE = 100;
const KEPT_PAGES = 40;

/** The interface said no, or nothing. */
export class Refused extends Error {}

/** JSON, whole numbers too large for a double exact, as bigint. @param {string} body @returns {any} */
export function read(body) {
  return JSON.parse(body, exact);
}

/**
 * The interface's answer.
 * @param {string} url
 * @param {AbortSignal} signal
 */
export async function answer(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, headers: { accept: "application/json" }, credentials: "same-origin" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refused("The server does not answer.");
  }
  const body = await response.text();
  if (response.ok) return read(body);
  if (response.status === 401) throw new Refused("The session has ended. Log in again.");
  throw new Refused(reason(body) ?? `The server answered ${response.status}.`);
}

/** @param {string} _ @param {any} value @param {{source?: string}} [context] */
function exact(_, value, context) {
  const isWhole = typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "");
  return isWhole ? BigInt(context?.source ?? 0) : value;
}

/** @param {string} body @returns {string | null} */
function reason(body) {
  try {
    return JSON.parse(body).error.messages.join("; ");
  } catch {
    return null;
  }
}

export class Source {
  /**
   * @param {string} address of the interface's list
   * @param {{arrived: (page: any) => void, failed: (why: string) => void}} told
   */
  constructor(address, told) {
    this.address = address;
    this.told = told;
    this.matching = 0;
    /** @type {Map<number, Numbered[]>} the pages that are there, the longest unused first */
    this.pages = new Map();
    /** @type {Map<number, AbortController>} the pages under way */
    this.asking = new Map();
    this.query = new URLSearchParams();
    this.isBeginning = true;
  }

  /**
   * Begins anew with another filter or order; `event`: the page that holds it is asked for first.
   * @param {URLSearchParams} query
   * @param {number | null} event
   */
  begin(query, event) {
    for (const asked of this.asking.values()) asked.abort();
    this.asking.clear();
    this.pages.clear();
    this.query = query;
    this.isBeginning = true;
    this.#ask(event === null ? 0 : -1, event === null ? { skip: 0 } : { event });
  }

  /** The event that is `place`th of those that match; null while it is not there. @param {number} place */
  at(place) {
    return this.pages.get(Math.floor(place / PAGE))?.[place % PAGE] ?? null;
  }

  /** Sees to it that the events of these places come. @param {number} first @param {number} last */
  want(first, last) {
    if (this.isBeginning) return;
    const wanted = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) wanted.push(page);
    for (const [page, asked] of this.asking) {
      if (wanted.includes(page)) continue;
      asked.abort();
      this.asking.delete(page);
    }
    for (const page of wanted) {
      const there = this.pages.get(page);
      if (there) {
        this.pages.delete(page);
        this.pages.set(page, there);
      } else if (!this.asking.has(page) && page * PAGE < this.matching) {
        this.#ask(page, { skip: page * PAGE });
      }
    }
  }

  /** @param {number} page @param {{skip?: number, event?: number}} place */
  async #ask(page, place) {
    const asked = new AbortController();
    this.asking.set(page, asked);
    const query = new URLSearchParams(this.query);
    query.set("limit", String(PAGE));
    for (const [name, value] of Object.entries(place)) query.set(name, String(value));
    if (this.isBeginning) query.set("facets", "1");
    try {
      const found = await answer(`${this.address}?${query}`, asked.signal);
      this.asking.delete(page);
      this.isBeginning = false;
      this.matching = found.matching;
      this.pages.set(Math.floor(found.skip / PAGE), found.events);
      for (const far of this.pages.keys()) {
        if (this.pages.size <= KEPT_PAGES) break;
        this.pages.delete(far);
      }
      this.told.arrived(found);
    } catch (error) {
      if (asked.signal.aborted) return;
      this.asking.delete(page);
      if (!(error instanceof Refused)) throw error;
      this.told.failed(error.message);
    }
  }
}
