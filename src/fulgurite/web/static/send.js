// Files on their way in: dropped anywhere on the page, sent one by one with their progress, handed on to the report.

const forms = [...document.querySelectorAll("form[data-send]")];

function line(holder, name) {
  const row = document.createElement("p");
  const label = document.createElement("span");
  label.className = "text";
  label.textContent = name;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", `sending ${name}`);
  const said = document.createElement("span");
  said.className = "said";
  row.append(label, " ", progress, " ", said);
  holder.append(row);
  return { row, label, progress, said };
}

function post(form, data, told) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) told.progress.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      told.progress.removeAttribute("value");
      told.said.textContent = "sent; waiting for an answer";
    });
    request.addEventListener("load", () => {
      const isLoggedOut = new URL(request.responseURL || location.href).pathname === "/login";
      const why = isLoggedOut ? "not sent: the session has ended; log in again" : `the server answered ${request.status}`;
      resolve(request.response ?? { sent: [], fault: why });
    });
    request.addEventListener("error", () => resolve({ sent: [], fault: "the server could not be reached" }));
    request.send(data);
  });
}

function show(holder, told, answer) {
  told.progress.remove();
  told.said.textContent = answer.fault ?? "";
  told.row.classList.toggle("failed", Boolean(answer.fault));
  if (answer.sent.length === 0) return;
  told.row.remove();
  for (const one of answer.sent) {
    const row = document.createElement("p");
    const name = document.createElement(one.href ? "a" : "span");
    name.className = "text";
    name.textContent = one.name;
    if (one.href) name.href = one.href;
    const said = document.createElement("span");
    said.textContent = ` ${one.said}`;
    said.className = one.is_refused ? "said failed" : "said";
    row.append(name, said);
    holder.append(row);
  }
}

async function send(form) {
  const holder = form.querySelector("[data-sending]");
  const button = form.querySelector("button:not([type=button])");
  const whole = new FormData(form);
  const files = whole.getAll("file").filter((file) => file.name !== "" || file.size > 0);
  whole.delete("file");
  const url = whole.get("url");
  holder.hidden = false;
  holder.replaceChildren();
  if (files.length === 0 && !url) {
    line(holder, "No file is chosen.").progress.remove();
    return;
  }
  button.disabled = true;
  const all = [];
  const portions = files.map((file, index) => [file.name, file, index === 0 ? url : null]);
  if (portions.length === 0) portions.push([url, null, url]);
  for (const [name, file, address] of portions) {
    const data = new FormData();
    for (const [field, value] of whole) if (field !== "url") data.append(field, value);
    if (address) data.append("url", address);
    if (file) data.append("file", file, file.name);
    const told = line(holder, name);
    const answer = await post(form, data, told);
    show(holder, told, answer);
    all.push(...answer.sent);
  }
  button.disabled = false;
  if (all.length === 1 && all[0].sandbox_id) location.assign(all[0].href);
}

for (const form of forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

// Dropping: on the form that files are analysed by.
const target = forms.find((form) => form.querySelector("[data-drop]"));
if (target) {
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dropping", depth > 0);
  };
  addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    const field = event.target instanceof Element ? event.target.closest("form[data-send]")?.querySelector("input[type=file]") : null;
    const chosen = field ?? target.querySelector("input[type=file]");
    chosen.files = event.dataTransfer.files;
    const details = chosen.closest("details");
    if (details) details.open = true;
    chosen.form.querySelector("button:not([type=button])").focus();
  });
}
