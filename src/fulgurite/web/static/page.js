// What every page has: the theme, the search key, dropped files. Without it everything works, less smoothly.

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function themeNow() {
  return root.dataset.theme ?? (dark.matches ? "dark" : "light");
}

const themeSwitch = document.querySelector("[data-theme-switch]");
if (themeSwitch) {
  const label = () => {
    themeSwitch.textContent = themeNow() === "dark" ? "Light theme" : "Dark theme";
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

// "/" goes to the search field, as in most programs of the field.
document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#q");
  const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (field && event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    field.focus();
    field.select();
  }
});

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
