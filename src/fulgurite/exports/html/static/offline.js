// @ts-check
// A report that stands alone: its events are opened, listed, filtered; the whole is saved as JSON; hashes are copied.
import { element, visible } from "./text.js";

const ROW = 28; // pixels, as .grid-row is high
const MARGIN = 12; // rows drawn beyond what is seen
const MOST = 500_000; // rows: browsers know no taller boxes

/** @param {string} id */
const the = (id) => document.getElementById(id);

/**
 * The bytes of a packed piece.
 * @param {string} packed gzip in base64
 */
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

const pieces = [...document.querySelectorAll("script.piece")].map((piece) => piece.textContent ?? "");
/** @type {any[]} */
const events = [];
/** @type {string[]} in lower case, what of each event is searched; made when it is first asked for */
const searched = [];

/** What an event is about: its path, name, address. */
function what(event) {
  if (event.event === "flow_start") return [event.remote_addr, event.remote_port].filter((part) => part !== undefined && part !== null).join(":");
  if (event.event === "api") return `${event.api}(${(event.args ?? []).join(", ")})`;
  const plain = event.path ?? event.url ?? event.target ?? event.act ?? event.sni ?? event.n ?? event.name;
  return plain === undefined || plain === null ? "" : String(plain);
}

/** How it was done. */
function how(event) {
  return String(event.verb ?? event.method ?? event.op ?? event.type ?? event.kind ?? event.proto ?? event.object ?? "");
}

/** All that stands in a value, for the search. */
function words(value) {
  if (value === null || typeof value !== "object") return String(value);
  return Array.isArray(value) ? value.map(words).join("\n") : Object.entries(value).map(([name, one]) => `${name} ${words(one)}`).join("\n");
}

function explore() {
  const grid = the("grid");
  const rows = the("rows");
  const matching = the("matching");
  const chosen = the("chosen");
  const fields = /** @type {Record<string, HTMLInputElement>} */ ({ text: the("words"), kind: the("kind"), process: the("process") });
  const names = new Map([...the("process").querySelectorAll("option")].map((option) => [option.value, option.textContent ?? ""]));
  /** @type {number[]} indexes of the events that match */
  let found = [];
  let current = -1; // place in `found`
  let isWhole = false;

  function filter() {
    const text = fields.text.value.toLowerCase();
    const kind = fields.kind.value;
    const procid = fields.process.value;
    found = [];
    for (let index = 0; index < events.length; index += 1) {
      const event = events[index];
      if (kind && event.event !== kind) continue;
      if (procid && String(event.procid ?? "") !== procid) continue;
      if (text && !(searched[index] ??= words(event).toLowerCase()).includes(text)) continue;
      found.push(index);
    }
    current = -1;
    chosen.replaceChildren();
    grid.removeAttribute("aria-activedescendant");
    grid.scrollTop = 0;
    tell();
    draw();
  }

  function tell() {
    const state = isWhole ? "" : ` (reading, ${events.length.toLocaleString("en")} so far)`;
    const cut = found.length > MOST ? `; the first ${MOST.toLocaleString("en")} are listed, filter to see the others` : "";
    matching.textContent = `${found.length.toLocaleString("en")} of ${events.length.toLocaleString("en")} events${state}${cut}`;
    rows.style.height = `${Math.min(found.length, MOST) * ROW}px`;
    grid.setAttribute("aria-rowcount", String(found.length + 1));
  }

  function draw() {
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - MARGIN);
    const end = Math.min(found.length, MOST, first + Math.ceil(grid.clientHeight / ROW) + 2 * MARGIN);
    const made = document.createDocumentFragment();
    for (let place = first; place < end; place += 1) made.append(row(place));
    rows.replaceChildren(made);
  }

  /** @param {number} place */
  function row(place) {
    const index = found[place];
    const event = events[index];
    const made = element("div", "grid-row");
    made.setAttribute("role", "row");
    made.id = `row-${place}`;
    made.setAttribute("aria-rowindex", String(place + 2));
    made.setAttribute("aria-selected", String(place === current));
    made.style.top = `${place * ROW}px`;
    made.dataset.place = String(place);
    const at = event.at_ms === undefined || event.at_ms === null ? "–" : (event.at_ms / 1000).toFixed(3);
    const who = event.procid === undefined || event.procid === null ? "–" : (names.get(String(event.procid)) ?? String(event.procid));
    made.append(cell(String(index), "num"), cell(at, "num"), cell(who), cell(event.event.replaceAll("_", " ")), cell(how(event)), cell(what(event), "mono"));
    return made;
  }

  /** @param {string} text @param {string} [kind] */
  function cell(text, kind) {
    const made = element("span", `text ${kind ?? ""}`);
    made.setAttribute("role", "gridcell");
    made.append(visible(text, 300));
    return made;
  }

  /** @param {number} place */
  function choose(place) {
    if (found.length === 0) return;
    current = Math.max(0, Math.min(place, Math.min(found.length, MOST) - 1));
    const head = ROW;
    const top = current * ROW;
    if (top < grid.scrollTop) grid.scrollTop = top;
    if (top + ROW + head > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW + head - grid.clientHeight;
    draw();
    grid.setAttribute("aria-activedescendant", `row-${current}`);
    show(found[current]);
  }

  /** @param {number} index */
  function show(index) {
    const list = element("dl");
    list.append(element("dt", "", "number"), element("dd", "", String(index)));
    for (const [name, value] of Object.entries(events[index])) {
      const said = element("dd", "text");
      said.append(visible(typeof value === "object" && value !== null ? JSON.stringify(value, null, 1) : String(value)));
      list.append(element("dt", "", name), said);
    }
    chosen.replaceChildren(list);
  }

  /** @type {Record<string, (page: number) => number>} */
  const steps = {
    ArrowDown: () => current + 1,
    ArrowUp: () => current - 1,
    PageDown: (page) => current + page,
    PageUp: (page) => current - page,
    Home: () => 0,
    End: () => found.length - 1,
  };
  grid.addEventListener("keydown", (pressed) => {
    const step = steps[pressed.key];
    if (!step || pressed.ctrlKey || pressed.metaKey || pressed.altKey) return;
    pressed.preventDefault();
    choose(step(Math.max(1, Math.floor(grid.clientHeight / ROW) - 2)));
  });
  rows.addEventListener("click", (pressed) => {
    const hit = pressed.target instanceof Element ? pressed.target.closest(".grid-row") : null;
    if (hit instanceof HTMLElement) choose(Number(hit.dataset.place));
  });
  grid.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  for (const field of Object.values(fields)) field.addEventListener("input", filter);
  addEventListener("resize", draw);

  return async () => {
    for (const piece of pieces) {
      events.push(...JSON.parse(await unpacked(piece)));
      filter();
    }
    isWhole = true;
    filter();
  };
}

async function save() {
  const head = await unpacked(the("head").textContent);
  const lists = await Promise.all(pieces.map(unpacked));
  const all = lists.map((list) => list.slice(1, -1)).join(",");
  // What is empty is not written: the head has no list of events.
  const whole = all ? `${head.slice(0, -1)},"events":[${all}]}` : head;
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([whole], { type: "application/json" }));
  link.download = "report.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  the("saved").textContent = "Saved.";
}

document.addEventListener("click", async (pressed) => {
  const button = pressed.target instanceof Element ? pressed.target.closest("[data-copy]") : null;
  if (!(button instanceof HTMLElement)) return;
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy ?? "");
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy";
  }
  setTimeout(() => { button.textContent = said; }, 1500);
});

// A place that an address names is opened: signatures and processes are folded.
function unfold() {
  const place = location.hash ? the(decodeURIComponent(location.hash.slice(1))) : null;
  if (place instanceof HTMLDetailsElement) place.open = true;
}
addEventListener("hashchange", unfold);
unfold();

the("save").hidden = false;
the("save").addEventListener("click", save);
if (pieces.length > 0) {
  the("table").hidden = false;
  await explore()();
}
