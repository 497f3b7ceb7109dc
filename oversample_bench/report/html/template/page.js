"use strict";
// Sorting of tables, filters, themes, and when a figure is drawn. What is in tables and figures is decided elsewhere.

const root = document.documentElement;
const form = document.getElementById("filters");
const figures = [...document.querySelectorAll("figure[data-stem]")];
const views = new Map();

// Theme: that of the system until the button is pressed.
const themeButton = document.getElementById("theme");
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches;
}

function nameTheme() {
  themeButton.textContent = isDark() ? "Light" : "Dark";
}

themeButton.hidden = false;
themeButton.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});
systemDark.addEventListener("change", nameTheme);
nameTheme();

// Tables: a press on a header sorts, a second one turns the order, a third one undoes it.
const collator = new Intl.Collator("en", { numeric: true });
const NEXT = { none: "descending", descending: "ascending", ascending: "none" };

function keyOf(row, column) {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  return text === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

// Numbers before words; the order of words is turned, too.
function compared(a, b, sign) {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * (typeof a === "number" ? a - b : collator.compare(a, b));
}

function sort(table, header) {
  const order = NEXT[header.getAttribute("aria-sort") || "none"];
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  if (order !== "none") header.setAttribute("aria-sort", order);
  const rows = [...table.tBodies[0].rows].sort((a, b) => a.dataset.place - b.dataset.place);
  const lines = rows.filter((row) => !row.classList.contains("total"));
  if (order !== "none") {
    const sign = order === "ascending" ? 1 : -1;
    lines.sort((a, b) => compared(keyOf(a, header.cellIndex), keyOf(b, header.cellIndex), sign));
  }
  table.tBodies[0].append(...lines, ...rows.filter((row) => row.classList.contains("total")));
}

for (const table of document.querySelectorAll("table.sortable")) {
  const rows = [...table.tBodies[0].rows];
  rows.forEach((row, place) => { row.dataset.place = place; });
  if (table.tHead.hidden || rows.length < 2) continue;
  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(table, header));
    header.append(button);
  }
}

// Filters: rows and columns of tables are hidden, figures get their parameters.
const boxes = [...form.querySelectorAll("input[name=method]")];
const fields = [...form.querySelectorAll("select[data-column]")];
const words = document.getElementById("filter-text");
const metricField = document.getElementById("filter-metric");

function chosen() {
  const told = Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.dataset.column, field.value]));
  const methods = boxes.filter((box) => box.checked).map((box) => box.value);
  const parts = words ? words.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
  return { told, methods, parts };
}

function fits(row, { told, methods, parts }) {
  const place = row.dataset;
  return Object.entries(told).every(([column, value]) => place[column] === undefined || place[column] === value)
    && (!boxes.length || place.method === undefined || methods.includes(place.method))
    && (place.dataset === undefined || parts.every((part) => place.dataset.toLowerCase().includes(part)));
}

function filter() {
  const now = chosen();
  document.querySelectorAll("[data-metric]").forEach((part) => {
    part.hidden = metricField !== null && part.dataset.metric !== metricField.value;
  });
  for (const row of document.querySelectorAll("table.sortable tbody tr")) row.hidden = !fits(row, now);
  if (boxes.length) {
    for (const head of document.querySelectorAll("th[data-method]")) {
      const isHidden = !now.methods.includes(head.dataset.method);
      if (isHidden === head.hidden) continue;
      for (const row of head.closest("table").rows) row.cells[head.cellIndex].hidden = isHidden;
    }
    document.getElementById("methods-shown").textContent = `(${now.methods.length} of ${boxes.length})`;
  }
  tell();
  views.forEach((view) => signal(view, now));
}

function tell() {
  const rows = [...document.querySelectorAll("table.sortable tbody tr")].filter((row) => row.closest("[hidden]") === null || row.hidden);
  const hidden = rows.filter((row) => row.hidden).length;
  document.getElementById("shown").textContent = hidden ? `${hidden} of ${rows.length} lines of tables are hidden.` : "";
}

// A list of no methods would show all of them: one that no method is called stands for none.
function signal(view, { told, methods }) {
  const all = methods.length === boxes.length;
  const wanted = {
    shown_methods: all ? [] : [...methods, "\u0000"],
    shown_classifiers: told.classifier ? [told.classifier] : [],
    shown_ratios: told.ratio ? [told.ratio] : [],
  };
  const known = Object.keys(view.getState({ signals: () => true, data: () => false }).signals);
  let changed = false;
  for (const [name, value] of Object.entries(wanted)) {
    if (known.includes(name)) {
      view.signal(name, value);
      changed = true;
    }
  }
  if (changed) view.runAsync();
}

// Figures are drawn when they come near, and the others when there is nothing else to do.
async function draw(figure) {
  if (figure.dataset.drawn) return;
  figure.dataset.drawn = "yes";
  const spec = JSON.parse(document.querySelector(`script[data-spec="${CSS.escape(figure.dataset.stem)}"]`).textContent);
  delete spec.title; // it stands in the caption
  const made = await vegaEmbed(figure.querySelector(".chart"), spec, {
    ast: true, renderer: "svg", actions: { export: true, source: false, compiled: false, editor: false },
  });
  views.set(figure, made.view);
  signal(made.view, chosen());
}

async function drawAll() {
  for (const figure of figures) {
    await new Promise((done) => { (window.requestIdleCallback ?? setTimeout)(done); });
    await draw(figure);
  }
  root.dataset.drawn = "all";
}

if (figures.length && window.vegaEmbed) {
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
  }, { rootMargin: "600px" });
  figures.forEach((figure) => near.observe(figure));
  addEventListener("load", drawAll);
}

// Paper has everything unfolded, but for the menus of figures.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(.chart details)")];
  folded.forEach((part) => { part.open = true; });
});
addEventListener("afterprint", () => folded.forEach((part) => { part.open = false; }));

let waiting = 0;
form.hidden = form.querySelectorAll("select, input").length === 0;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("change", filter);
words?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(filter, 120);
});
for (const [id, state] of [["methods-all", true], ["methods-none", false]]) {
  document.getElementById(id)?.addEventListener("click", () => {
    boxes.forEach((box) => { box.checked = state; });
    filter();
  });
}
filter();
