// @ts-check
// What stands elsewhere on the page and has events: how many of those that match are its own.

/** @type {[string, keyof import("./source.js").Facets][]} */
const LINKED = [
  ["procid", "processes"],
  ["flow", "flows"],
  ["signature", "signatures"],
];

/**
 * Counts beside, and dims what has none; without a filter all is as it was.
 * @param {HTMLElement} root the explorer, whose own elements are left alone
 * @param {import("./source.js").Facets} facets
 * @param {boolean} isFiltered
 */
export function link(root, facets, isFiltered) {
  for (const [name, facet] of LINKED) {
    for (const found of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-${name}]`))) {
      if (root.contains(found)) continue;
      const count = facets[facet][found.dataset[name] ?? ""] ?? 0;
      found.classList.toggle("dim", isFiltered && count === 0);
      const place = found.querySelector("[data-count]");
      if (place) place.textContent = isFiltered ? count.toLocaleString("en") : "";
    }
  }
}

/**
 * The counts of the filters' own choices.
 * @param {HTMLElement} root
 * @param {import("./source.js").Facets} facets
 */
export function recount(root, facets) {
  for (const name of /** @type {const} */ (["kind", "verb"])) {
    const counts = facets[`${name}s`];
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (
      root.querySelectorAll(`[data-chips="${name}"] [data-of]`)
    )) {
      place.textContent = (counts[place.dataset.of ?? ""] ?? 0).toLocaleString("en");
    }
  }
  for (const [name, facet] of LINKED) {
    for (const option of /** @type {NodeListOf<HTMLOptionElement>} */ (
      root.querySelectorAll(`select[name="${name}"] option[data-label]`)
    )) {
      option.textContent = `${option.dataset.label} · ${(facets[facet][option.value] ?? 0).toLocaleString("en")}`;
    }
  }
}
