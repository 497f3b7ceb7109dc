"use strict";
// What is shown: one metric, some rows, some methods. The score tables and the figures follow `view`.

const model = JSON.parse(document.getElementById("model").textContent);
const form = document.getElementById("filters");
const scoreTables = [...document.querySelectorAll("table.scores")];
const scoreRows = scoreTables.map((table) => [...table.tBodies[0].rows]);
const COLUMNS_BEFORE = model.ratios.length > 1 ? 3 : 2;
const rowWords = model.rows.map(([dataset, ratio, classifier]) =>
  [model.datasets[dataset], model.ratios[ratio], model.classifiers[classifier]].join(" ").toLowerCase());
const view = { metric: 0, rows: [], methods: [], ratio: null, classifier: null };

function chosen(column) {
  const field = document.getElementById(`filter-${column}`);
  return field && field.value !== "" ? Number(field.value) : null;
}

function boxes() {
  return [...form.querySelectorAll("input[name=method]")];
}

function readView() {
  const words = document.getElementById("filter-text").value.toLowerCase().split(/\s+/).filter(Boolean);
  view.metric = chosen("metric");
  view.ratio = chosen("ratio");
  view.classifier = chosen("classifier");
  view.methods = model.methods.map((_, place) => place);
  if (boxes().length) view.methods = boxes().filter((box) => box.checked).map((box) => Number(box.value));
  view.rows = model.rows.map((_, place) => place).filter((place) => {
    const [, ratio, classifier] = model.rows[place];
    return (view.ratio === null || ratio === view.ratio)
      && (view.classifier === null || classifier === view.classifier)
      && words.every((word) => rowWords[place].includes(word));
  });
}

function showRows() {
  const rows = new Set(view.rows);
  scoreRows[view.metric].forEach((row, place) => { row.hidden = !rows.has(place); });
}

function showColumns() {
  const methods = new Set(view.methods);
  const lines = [scoreTables[view.metric].tHead.rows[0], ...scoreRows[view.metric]];
  for (const line of lines) {
    for (let place = 0; place < model.methods.length; place += 1) {
      line.cells[COLUMNS_BEFORE + place].hidden = !methods.has(place);
    }
  }
}

function tell() {
  const parts = [`${view.rows.length} of ${model.rows.length} rows`];
  if (model.methods.length > 1) parts.push(`${view.methods.length} of ${model.methods.length} methods`);
  document.getElementById("shown").textContent = `${parts.join(" and ")} shown.`;
  const count = document.getElementById("methods-shown");
  if (count) count.textContent = `(${view.methods.length} of ${model.methods.length})`;
}

function show() {
  readView();
  document.querySelectorAll("[data-metric]").forEach((part) => {
    part.hidden = Number(part.dataset.metric) !== view.metric;
  });
  showRows();
  showColumns();
  tell();
  announce("view");
}

function check(state) {
  boxes().forEach((box) => { box.checked = state; });
  show();
}

let waiting = 0;
form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(show));
form.addEventListener("change", show);
document.getElementById("filter-text").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 120);
});
document.getElementById("methods-all")?.addEventListener("click", () => check(true));
document.getElementById("methods-none")?.addEventListener("click", () => check(false));
