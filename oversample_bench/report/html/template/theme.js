"use strict";
// Light or dark: as the system wishes until the button is pressed. Nothing is kept between visits.

const root = document.documentElement;
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches;
}

function announce(name) {
  document.dispatchEvent(new Event(name));
}

function showTheme() {
  const button = document.getElementById("theme");
  button.textContent = isDark() ? "Light view" : "Dark view";
  button.hidden = false;
}

function turn() {
  showTheme();
  announce("theme");
}

document.getElementById("theme").addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  turn();
});
systemDark.addEventListener("change", turn);

// On paper: light, with everything unfolded. Afterwards as before.
let before = null;

addEventListener("beforeprint", () => {
  if (before) return;
  const folded = [...document.querySelectorAll("details:not([open])")];
  before = { theme: root.dataset.theme, folded };
  folded.forEach((part) => { part.open = true; });
  root.dataset.theme = "light";
  announce("paper");
});

addEventListener("afterprint", () => {
  if (!before) return;
  before.folded.forEach((part) => { part.open = false; });
  if (before.theme) root.dataset.theme = before.theme;
  else delete root.dataset.theme;
  before = null;
  announce("theme");
});
