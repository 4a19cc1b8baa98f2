// Follows an analysis that is under way; when it has ended, the page is asked for again and put in place of this one.

const section = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-state]");
const bar = document.querySelector("[data-live-bar]");

function show(event) {
  const told = JSON.parse(event.data);
  bar.value = told.progress_percentage;
  if (told.state !== "pending") said.textContent = "Is being analysed";
}

// What the new page's head needs and this one has not: styles first, so that nothing jumps.
function dress(next) {
  for (const link of next.head.querySelectorAll("link[rel=stylesheet]")) {
    if (!document.head.querySelector(`link[href="${CSS.escape(link.getAttribute("href"))}"]`)) {
      document.head.append(document.importNode(link, true));
    }
  }
  for (const script of next.head.querySelectorAll("script[src]")) {
    if (document.head.querySelector(`script[src="${CSS.escape(script.getAttribute("src"))}"]`)) continue;
    const mine = document.createElement("script");
    for (const name of ["type", "src", "integrity"]) mine.setAttribute(name, script.getAttribute(name) ?? "");
    document.head.append(mine);
  }
}

async function replace() {
  said.textContent = "Has ended; the report is being loaded";
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (next.querySelector("[data-live]")) {
    setTimeout(follow, 1000);
    return;
  }
  const main = document.importNode(next.querySelector("main"), true);
  document.querySelector("main").replaceWith(main);
  document.title = next.title;
  dress(next);
  main.focus();
}

function follow() {
  const stream = new EventSource(section.dataset.live);
  stream.addEventListener("progress", show);
  for (const name of ["finished", "failed"]) {
    stream.addEventListener(name, () => {
      stream.close();
      replace().catch(() => location.reload());
    });
  }
}

if (section) follow();
