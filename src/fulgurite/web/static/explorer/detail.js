// @ts-check
// One event in full.

import { defanged, element, visible } from "../text.js";
import { fields } from "./acts.js";

const MAX_CHARACTERS = 20_000;

export class Detail {
  /**
   * @param {HTMLElement} root the explorer
   * @param {import("./acts.js").Words} words
   * @param {() => void} closed
   */
  constructor(root, words, closed) {
    this.panel = /** @type {HTMLElement} */ (root.querySelector("[data-detail]"));
    this.place = /** @type {HTMLElement} */ (root.querySelector("[data-fields]"));
    this.words = words;
    this.panel.querySelector("[data-close]")?.addEventListener("click", (event) => {
      event.preventDefault();
      closed();
    });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  /** @param {import("./source.js").Numbered} found */
  open(found) {
    const isAddress = this.words.acts[found.event.event]?.group === "network";
    const list = element("dl");
    for (const [name, value] of fields(found.event, this.words)) {
      const term = element("dt");
      term.append(visible(name, 80));
      const told = element("bdi", "text");
      told.append(isAddress ? defanged(value, MAX_CHARACTERS) : visible(value, MAX_CHARACTERS));
      const description = element("dd");
      description.append(told);
      list.append(term, description);
    }
    this.place.replaceChildren(element("h3", "", `Event ${found.index}`), list);
    this.panel.hidden = false;
    this.panel.scrollTop = 0;
  }

  close() {
    this.panel.hidden = true;
    this.place.replaceChildren();
  }
}
