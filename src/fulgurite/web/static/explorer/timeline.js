// @ts-check
// All that matches, in time: stacked by groups of kinds, and brushed to choose a span.

const HEIGHT = 110;
const MIN_DRAG = 4;

/** @typedef {{from_ms: number | null, to_ms: number | null, buckets: number, kinds: Record<string, number[]>}} Histogram */

export class Timeline {
  /**
   * @param {HTMLElement} figure
   * @param {{acts: Record<string, import("./acts.js").Act>, groups: string[]}} about
   * @param {(from: number, to: number) => void} chosen in milliseconds
   */
  constructor(figure, about, chosen) {
    this.figure = figure;
    this.place = /** @type {HTMLElement} */ (figure.querySelector("[data-plot]"));
    this.about = about;
    this.chosen = chosen;
    /** @type {any} */
    this.plot = null;
    /** @type {[number, number] | null} */
    this.span = null;
    this.colours = this.#colours();
    new ResizeObserver(() => this.#fit()).observe(this.place);
    const recolour = () => {
      this.colours = this.#colours();
      this.plot?.redraw(false, true);
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** @param {Histogram} found */
  show(found) {
    this.figure.hidden = found.from_ms === null || found.buckets === 0;
    if (found.from_ms === null || found.to_ms === null || found.buckets === 0) return;
    const width = (found.to_ms - found.from_ms + 1) / found.buckets;
    const from = found.from_ms;
    const starts = Array.from({ length: found.buckets }, (_, bucket) => (from + bucket * width) / 1000);
    const data = [starts, ...this.#stacked(found)];
    const range = [from / 1000, (found.to_ms + 1) / 1000];
    if (this.plot === null) this.#make(data, range);
    else {
      this.range = range;
      this.plot.setData(data);
    }
    this.#fit();
    this.mark(this.span);
  }

  /** Shows which span is chosen. @param {[number, number] | null} span in milliseconds */
  mark(span) {
    this.span = span;
    if (this.plot === null || this.range === undefined) return;
    const [low, high] = this.range;
    const inside = (/** @type {number} */ value) => Math.min(high, Math.max(low, value));
    const left = span === null ? 0 : this.plot.valToPos(inside(span[0] / 1000), "x");
    const right = span === null ? 0 : this.plot.valToPos(inside(span[1] / 1000), "x");
    this.plot.setSelect({ left, width: Math.max(0, right - left), top: 0, height: this.plot.over.clientHeight }, false);
  }

  /** For each group the sum of it and all before it, the highest first: the lower ones are drawn over it. */
  #stacked(/** @type {Histogram} */ found) {
    const below = new Array(found.buckets).fill(0);
    const made = [];
    for (const group of this.about.groups) {
      for (const [kind, counts] of Object.entries(found.kinds)) {
        if ((this.about.acts[kind]?.group ?? "other") !== group) continue;
        counts.forEach((count, bucket) => { below[bucket] += count; });
      }
      made.push([...below]);
    }
    return made.reverse();
  }

  /** @param {number[][]} data @param {number[]} range */
  #make(data, range) {
    // Of vendor/uPlot.iife.min.js, which the page loads before this.
    const uPlot = /** @type {any} */ (window).uPlot;
    this.range = range;
    const bars = uPlot.paths.bars({ size: [1, Infinity], align: 1, gap: 0 });
    const axis = { stroke: () => this.colours.soft, grid: { stroke: () => this.colours.line, width: 1 }, ticks: { show: false } };
    const series = [...this.about.groups].reverse().map((group) => ({
      label: group,
      paths: bars,
      width: 0,
      points: { show: false },
      fill: () => this.colours[group],
    }));
    this.plot = new uPlot(
      {
        width: this.place.clientWidth || 600,
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        scales: { x: { time: false, range: () => this.range }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ high) => [0, Math.max(1, high)] } },
        axes: [{ ...axis, size: 26 }, { ...axis, size: 56, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick.toLocaleString("en") : "")) }],
        series: [{}, ...series],
        hooks: { setSelect: [() => this.#select()] },
      },
      data,
      this.place,
    );
  }

  #select() {
    const { left, width } = this.plot.select;
    if (width < MIN_DRAG) return this.mark(this.span);
    const from = this.plot.posToVal(left, "x");
    const to = this.plot.posToVal(left + width, "x");
    return this.chosen(Math.round(from * 1000), Math.round(to * 1000));
  }

  #fit() {
    const width = this.place.clientWidth;
    if (this.plot === null || width === 0 || width === this.plot.width) return;
    this.plot.setSize({ width, height: HEIGHT });
    this.mark(this.span);
  }

  /** The colours of the theme as a canvas reads them. */
  #colours() {
    /** @type {Record<string, string>} */
    const found = {};
    const probe = document.createElement("i");
    this.figure.append(probe);
    for (const name of [...this.about.groups.map((group) => `of-${group}`), "soft", "line"]) {
      probe.className = `colour ${name}`;
      found[name.replace(/^of-/, "")] = getComputedStyle(probe).color;
    }
    probe.remove();
    return found;
  }
}
