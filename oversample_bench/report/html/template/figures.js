"use strict";
// What all figures share: their colours, their labels and how they are put on the page.

const PAPER_WIDTH = 680;
const LEGEND_LINE = 19;
let onPaper = false;

function colours() {
  const style = getComputedStyle(root);
  const names = ["paper", "panel", "ink", "soft", "line", "grid", "black", "gap", "accent"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// Plotly reads a few tags and entities in texts; here a name is a name. Long ones lose their middle.
function label(name, most = isNarrow() ? 44 : 200) {
  const line = String(name).replace(/\s+/g, " ").trim();
  const tail = Math.floor((most - 1) / 2);
  const text = line.length <= most ? line : `${line.slice(0, most - 1 - tail)}…${line.slice(line.length - tail)}`;
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// No button that sends a figure away: nothing of the page leaves the reader's machine.
function settings() {
  return {
    responsive: true, displaylogo: false, showSendToCloud: false, displayModeBar: isNarrow() || onPaper ? false : "hover",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "sendChartToCloud"],
  };
}

// Room above a plot for the names of its lines.
function legendRoom(n) {
  return isNarrow() ? LEGEND_LINE * Math.ceil(n / 2) : 0;
}

function counted(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

function shortLabel(name) {
  return label(name, isNarrow() ? 16 : 34);
}

function isNarrow() {
  return !onPaper && innerWidth < 640;
}

function lookOf(place, now) {
  const { colour, symbol, dash } = model.methods[place];
  return { color: colour === "#000000" ? now.black : colour, symbol, dash };
}

function placeName(dataset, ratio) {
  return model.ratios.length > 1 ? `${model.datasets[dataset]} (${model.ratios[ratio]})` : model.datasets[dataset];
}

function rowName(place) {
  const [dataset, ratio, classifier] = model.rows[place];
  const several = model.classifiers.length > 1 && view.classifier === null;
  return placeName(dataset, ratio) + (several ? ` · ${model.classifiers[classifier]}` : "");
}

function signed(value) {
  return value === null ? "–" : `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function axis(now, title, more = {}) {
  return {
    title: { text: label(title, isNarrow() ? 34 : 90), font: { size: 12 } }, gridcolor: now.grid, linecolor: now.line, zerolinecolor: now.soft,
    tickcolor: now.line, automargin: true, ...more,
  };
}

function layout(now, height, more) {
  return {
    height, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: now.ink, size: 12, family: getComputedStyle(document.body).fontFamily },
    margin: { l: 10, r: 10, t: 10, b: 10 }, modebar: { bgcolor: "rgba(0,0,0,0)", color: now.soft, activecolor: now.accent }, hovermode: "closest", dragmode: isNarrow() ? false : "zoom",
    hoverlabel: { bgcolor: now.panel, bordercolor: now.line, font: { color: now.ink }, align: "left" },
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", yref: "paper" },
    ...(onPaper ? { width: PAPER_WIDTH } : { autosize: true }), ...more,
  };
}

// Draws what `made` holds: caption, traces and layout; or says why there is nothing to draw.
function put(key, made) {
  const figure = document.getElementById(key);
  figure.hidden = made === null;
  if (made === null) return;
  figure.querySelector("figcaption").textContent = made.caption;
  const frame = figure.querySelector(".frame");
  const plot = figure.querySelector(".plot");
  frame.hidden = !made.traces;
  if (!made.traces) return;
  plot.setAttribute("aria-label", made.caption);
  Plotly.react(plot, made.traces, made.layout, settings());
}

function choice(key) {
  return document.getElementById(`${key}-choice`).value;
}

function metricNow() {
  return model.metrics[view.metric];
}

function nothing(caption) {
  return { caption };
}
