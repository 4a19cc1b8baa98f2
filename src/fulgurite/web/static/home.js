// The list keeps itself up to date while it is looked at: its lines are asked for again, those that changed replaced.

const BUSY_MS = 2_000;
const QUIET_MS = 6_000;
const holder = document.querySelector("[data-analyses]");
const isFirst = !new URLSearchParams(location.search).has("after");

function pause() {
  return holder.querySelector("[data-open]") ? BUSY_MS : QUIET_MS;
}

function replaceLines(fresh) {
  const table = holder.querySelector("tbody");
  const other = fresh.querySelector("tbody");
  if (!table || !other || holder.dataset.analyses === "whole") {
    const isInUse = holder.contains(document.activeElement);
    if (fresh.innerHTML !== holder.innerHTML && !isInUse) holder.replaceChildren(...fresh.childNodes);
    return;
  }
  const known = new Map([...table.rows].map((row) => [row.dataset.row, row]));
  const lines = [...other.rows].map((row) => {
    const old = known.get(row.dataset.row);
    return old && (old.outerHTML === row.outerHTML || old.contains(document.activeElement)) ? old : document.adoptNode(row);
  });
  if (lines.length !== table.rows.length || lines.some((row, index) => row !== table.rows[index])) {
    table.replaceChildren(...lines);
  }
}

let timer = 0;

async function refresh() {
  clearTimeout(timer);
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, redirect: "error" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-analyses]");
        if (fresh) replaceLines(fresh);
      }
    } catch {
      // The server is away for a moment: what is shown stays.
    }
  }
  timer = setTimeout(refresh, pause());
}

if (holder && isFirst) {
  timer = setTimeout(refresh, pause());
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
}

// The field takes several lines when pasted; Enter sends it, as in a field of one line.
const field = document.querySelector("[data-seek]");
field?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});
