// The report page: places that addresses name are opened, events behind a signature come when it is opened.
import { visible } from "./text.js";

const ROWS = 20;

function opened(place) {
  for (let at = place; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}

// A process or flow that is beyond what the page shows has its events all the same.
function toEvents(name) {
  const [, what, number] = /^(process|flow)-(\d+)$/.exec(name) ?? [];
  const filter = { process: "procid", flow: "flow" }[what];
  if (filter) location.assign(`${location.pathname}/activity?${filter}=${number}`);
}

function toPlace() {
  const name = location.hash.slice(1);
  const place = name ? document.getElementById(name) : null;
  if (!place) {
    toEvents(name);
    return;
  }
  opened(place);
  place.scrollIntoView({ block: "start" });
  const focusable = place.matches("details") ? place.querySelector("summary") : place;
  if (!focusable.hasAttribute("tabindex") && focusable.tabIndex < 0) focusable.tabIndex = -1;
  focusable.focus({ preventScroll: true });
}

function cell(row, content, className) {
  const made = document.createElement("td");
  if (className) made.className = className;
  made.append(content);
  row.append(made);
}

function rowOf(item) {
  const row = document.createElement("tr");
  const { time, proc, count, ...rest } = item.d ?? {};
  cell(row, time === undefined ? "–" : (time / 1000).toFixed(3), "num");
  cell(row, visible(String(item.n), 60));
  const what = document.createElement("span");
  what.className = "text mono";
  const told = Object.entries(rest).filter(([, value]) => value !== null && value !== "");
  for (const [name, value] of told) {
    const label = document.createElement("span");
    label.className = "soft";
    label.append(visible(`${name} `, 40));
    const line = document.createElement("div");
    line.append(label, visible(typeof value === "object" ? JSON.stringify(value) : String(value), 300));
    what.append(line);
  }
  cell(row, what);
  const who = document.createDocumentFragment();
  if (proc !== undefined) {
    const link = document.createElement("a");
    link.href = `#process-${Number(proc)}`;
    link.textContent = `process ${Number(proc)}`;
    who.append(link);
  }
  cell(row, who);
  return row;
}

function tableOf(items) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const word of ["Time, s", "Event", "What", "By"]) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = word;
    head.append(th);
  }
  const body = table.createTBody();
  for (const item of items) body.append(rowOf(item));
  return table;
}

async function loadBehind(finding) {
  const place = finding.querySelector("[data-behind-rows]");
  if (!place || place.dataset.state) return;
  place.dataset.state = "loading";
  place.setAttribute("aria-busy", "true");
  place.textContent = "Loading…";
  try {
    const answer = await fetch(`${finding.dataset.behind}?limit=${ROWS}`);
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    place.replaceChildren(told.data.length ? tableOf(told.data) : "The report keeps none of these events.");
    place.classList.add("scroll");
    place.dataset.state = "loaded";
  } catch {
    place.textContent = "The events could not be loaded; open it again to try once more.";
    delete place.dataset.state;
  }
  place.removeAttribute("aria-busy");
}

document.addEventListener("toggle", (event) => {
  const one = event.target;
  if (!(one instanceof HTMLDetailsElement && one.open && one.dataset.behind)) return;
  if (opensAll.delete(one)) return;
  loadBehind(one);
}, true);

// Those that are opened together with all others: nobody asks the server for hundreds of lists at once.
const opensAll = new Set();

function openedTogether(all) {
  for (const one of all) {
    if (one.open) continue;
    opensAll.add(one);
    one.open = true;
  }
}

const openAll = document.querySelector("[data-open-all]");
if (openAll) {
  openAll.hidden = false;
  openAll.addEventListener("click", () => {
    const all = [...document.querySelectorAll(".parts details")];
    const isOpening = all.some((one) => !one.open);
    if (isOpening) openedTogether(all);
    else for (const one of all) one.open = false;
    openAll.textContent = isOpening ? "Close all" : "Open all";
  });
}

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (openAll && event.key === "o" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) openAll.click();
});

// The entry of the contents whose part is looked at.
const entries = new Map([...document.querySelectorAll(".contents a")].map((one) => [one.hash.slice(1), one]));
const inView = new Set();
const watch = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting } of changes) {
    if (isIntersecting) inView.add(target.id);
    else inView.delete(target.id);
  }
  const first = [...entries.keys()].find((id) => inView.has(id));
  for (const [id, link] of entries) {
    if (id === first) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}, { rootMargin: "-20% 0px -60% 0px" });
for (const id of entries.keys()) {
  const part = document.getElementById(id);
  if (part) watch.observe(part);
}

// On paper everything is open; on the screen it is as it was before.
let closedBefore = [];
addEventListener("beforeprint", () => {
  closedBefore = [...document.querySelectorAll(".parts details:not([open])")];
  openedTogether(closedBefore);
});
addEventListener("afterprint", () => {
  for (const one of closedBefore) one.open = false;
});

addEventListener("hashchange", toPlace);
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (link && link.getAttribute("href") === location.hash) toPlace();
});
toPlace();
// The browser goes to the place itself when all is loaded, and takes the focus away.
addEventListener("load", () => requestAnimationFrame(() => {
  if (location.hash && document.activeElement === document.body && document.getElementById(location.hash.slice(1))) toPlace();
}));
