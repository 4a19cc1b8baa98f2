// What every page has: the theme, the search key, dropped files. Without it everything works, less smoothly.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function themeNow() {
  return root.dataset.theme ?? (dark.matches ? "dark" : "light");
}

const themeSwitch = document.querySelector("[data-theme-switch]");
if (themeSwitch) {
  const label = () => {
    themeSwitch.ariaLabel = themeNow() === "dark" ? "Light theme" : "Dark theme";
    themeSwitch.title = themeSwitch.ariaLabel;
  };
  themeSwitch.hidden = false;
  themeSwitch.addEventListener("click", () => {
    root.dataset.theme = themeNow() === "dark" ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `fulgurite_theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Strict${secure}`;
    label();
  });
  dark.addEventListener("change", label);
  label();
}

// Keys, as in most programs of the field. Nothing happens while somebody types, or with a modifier held.
let isAfterG = false;
const dialog = document.querySelector("#keys");

function focusSearch() {
  const field = document.querySelector("#q");
  field?.focus();
  field?.select();
}

function moveLine(step) {
  const lines = [...document.querySelectorAll("[data-line]")];
  if (lines.length === 0) return;
  const at = lines.indexOf(document.activeElement);
  const next = at === -1 ? (step > 0 ? 0 : lines.length - 1) : Math.min(Math.max(at + step, 0), lines.length - 1);
  lines[next].focus();
  lines[next].scrollIntoView({ block: "nearest" });
}

function goTo(path) {
  const link = document.querySelector(`.top nav a[href="${path}"]`);
  link?.click();
}

const keys = {
  "/": focusSearch,
  "?": () => dialog?.showModal(),
  j: () => moveLine(1),
  k: () => moveLine(-1),
  t: () => themeSwitch?.click(),
};
const keysAfterG = { a: () => goTo("/"), s: () => goTo("/submit"), d: () => goTo("/admin") };

document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const act = (isAfterG ? keysAfterG : keys)[event.key];
  isAfterG = !isAfterG && event.key === "g";
  if (act) {
    event.preventDefault();
    act();
  }
});
const keysButton = document.querySelector("[data-keys-show]");
if (keysButton && dialog) {
  keysButton.hidden = false;
  keysButton.addEventListener("click", () => dialog.showModal());
}

// Copying: <button data-copy="text">.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!button) return;
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    const range = document.createRange();
    const target = button.previousElementSibling;
    if (target) {
      range.selectNodeContents(target);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
  }
  setTimeout(() => { button.textContent = said; }, 1500);
});
