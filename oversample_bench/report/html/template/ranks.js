"use strict";
// The critical-difference diagram. Filters choose its metric and classifier and hide names; ranks they leave alone.

const CD_ROOM = 58;
const BAR_STEP = 9;
const NAME_STEP = 18;
const MOST_NAMES = 12;

function ranks(now) {
  const metric = metricNow();
  if (!metric.ranks.length) return null;
  const several = model.classifiers.length > 1;
  const wanted = view.classifier ?? (several ? -1 : 0);
  const found = metric.ranks.find(([classifier]) => classifier === wanted);
  const who = wanted < 0 ? `the mean of all ${model.classifiers.length} classifiers` : model.classifiers[wanted];
  if (!found) return nothing(`By ${metric.name} of ${who}, too few data sets have every score of every method to rank them.`);
  if (!found[4].some((method) => view.methods.includes(method))) return nothing("No methods are shown.");
  return { caption: ranksCaption(metric, who, found), ...ranksDiagram(found, now) };
}

function ranksCaption(metric, who, [classifier, n, critical, p, methods]) {
  const total = model.datasets.length;
  const over = n < total ? `${n} of ${total} data sets (the others lack a score of some method)` : `${n} data sets`;
  const hidden = methods.filter((method) => !view.methods.includes(method)).length;
  const told = p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
  return `Mean ranks by ${metric.name} of ${who} over ${over}, each ranked once by its mean${classifier < 0 || model.ratios.length > 1 ? " (less ratios and classifiers with which no method is whole)" : ""}; 1 is best. A bar joins methods that Nemenyi's test does not tell apart at 5 %; `
    + `CD = ${critical.toFixed(2)} is the least difference that it does. ${told} (Iman and Davenport) for no difference at all`
    + `${p > 0.05 ? ": take all methods as joined. " : ". "}`
    + `Ranks are among all ${methods.length} methods, whatever rows${model.ratios.length > 1 ? " and ratios" : ""} the filters show`
    + `${hidden ? `; ${hidden} of the methods ${hidden > 1 ? "are" : "is"} ranked but hidden.` : "."}`;
}

function ranksDiagram([, n, critical, , methods, means, bars], now) {
  const places = methods.map((_, place) => place).filter((place) => view.methods.includes(methods[place]));
  const [low, high] = rankRange(means, critical);
  const ends = [low - 0.03 * (high - low), high + 0.03 * (high - low)];
  const kept = shownBars(bars, places);
  const lines = rankLines(places, [methods, means], ends, BAR_STEP * (kept.length + 1) + 8);
  const bottom = Math.max(...lines.map((line) => line.y)) + NAME_STEP;
  const side = (isLeft) => sideOf(lines.filter((line) => line.isLeft === isLeft));
  return {
    traces: [criticalTrace(low, critical, now), ...kept.map((bar, at) => barTrace(bar, BAR_STEP * (at + 1) + 2, [methods, means], now)),
      ...lines.map((line) => methodTrace(line, n, now))],
    layout: layout(now, CD_ROOM + bottom + 16, {
      showlegend: false, dragmode: false, margin: { l: side(true), r: side(false), t: 8, b: 8, pad: 0 },
      xaxis: axis(now, "", {
        range: ends, anchor: "free", position: bottom / (CD_ROOM + bottom), side: "top", dtick: Math.ceil((high - low) / (isNarrow() ? 8 : 16)),
        tick0: low, ticks: "outside", showline: true, linecolor: now.ink, showgrid: false, zeroline: false, fixedrange: true, automargin: false,
      }),
      yaxis: { range: [bottom, -CD_ROOM], visible: false, fixedrange: true },
      annotations: [criticalNote(low, critical, now), ...lines.map((line) => nameNote(line, n, now))],
    }),
  };
}

// From each rank to its name: the better half to the left, the others to the right, or all to the left for want of room.
function rankLines(places, [methods, means], ends, start) {
  const lines = places.map((place) => ({ method: methods[place], mean: means[place] }));
  lines.forEach((line) => { line.text = `${shortLabel(model.methods[line.method].name)} (${line.mean.toFixed(2)})`; });
  const width = onPaper ? PAPER_WIDTH : document.getElementById("figures-section").clientWidth;
  const left = 2 * sideOf(lines) > 0.55 * width ? lines.length : Math.ceil(lines.length / 2);
  return lines.map((line, at) => {
    const isLeft = at < left;
    return { ...line, isLeft, end: ends[isLeft ? 0 : 1], y: start + NAME_STEP * ((isLeft ? at : lines.length - 1 - at) + 0.3) };
  });
}

// Room beside the scale for the names of these lines.
function sideOf(lines) {
  return 14 + Math.max(0, ...lines.map((line) => widthOf(line.text)));
}

function widthOf(text) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

// Whole ranks between which all methods, the hidden ones too, and the critical difference have room.
function rankRange(means, critical) {
  const low = Math.floor(means[0]);
  return [low, Math.max(Math.ceil(means.at(-1)), low + Math.ceil(critical), low + 1)];
}

// Of each bar the shown methods that it joins; without those that join one method or no more than another bar.
function shownBars(bars, places) {
  const kept = [];
  let reached = -1;
  for (const [first, last] of bars) {
    const own = places.filter((place) => place >= first && place <= last);
    if (own.length < 2 || own.at(-1) <= reached) continue;
    kept.push(own);
    reached = own.at(-1);
  }
  return kept;
}

function barTrace(bar, y, [methods, means], now) {
  const names = bar.slice(0, MOST_NAMES).map((place) => label(model.methods[methods[place]].name));
  if (bar.length > MOST_NAMES) names.push(`and ${bar.length - MOST_NAMES} more`);
  const ends = [means[bar[0]] - 0.03, means[bar.at(-1)] + 0.03];
  return { type: "scatter", mode: "lines", x: ends, y: [y, y], line: { color: now.ink, width: 4 }, hoverinfo: "text", text: `not told apart:<br>${names.join("<br>")}` };
}

function criticalTrace(low, critical, now) {
  const x = [low, low, low, low + critical, low + critical, low + critical];
  return { type: "scatter", mode: "lines", x, y: [-36, -28, -32, -32, -36, -28], line: { color: now.ink, width: 1.2 }, hoverinfo: "skip" };
}

function criticalNote(x, critical, now) {
  return { x, y: -46, text: `CD = ${critical.toFixed(2)}`, xanchor: "left", xshift: -4, showarrow: false, font: { size: 12, color: now.ink } };
}

function rankText({ method, mean }, n) {
  return `${label(model.methods[method].name)}<br>mean rank ${mean.toFixed(2)} over ${n} data sets`;
}

function methodTrace(line, n, now) {
  const look = lookOf(line.method, now);
  return {
    type: "scatter", mode: "lines+markers", name: shortLabel(model.methods[line.method].name), x: [line.mean, line.mean, line.end], y: [0, line.y, line.y],
    cliponaxis: false, hoverinfo: "text", line: { color: look.color, width: 1.2 },
    marker: { color: look.color, symbol: look.symbol, size: [10, 0, 0], opacity: 1, line: { width: 0 } }, text: rankText(line, n),
  };
}

function nameNote(line, n, now) {
  return {
    x: line.end, y: line.y, text: line.text, hovertext: rankText(line, n), xanchor: line.isLeft ? "right" : "left", xshift: line.isLeft ? -2 : 2,
    yanchor: "middle", showarrow: false, hoverlabel: { bgcolor: now.panel, bordercolor: now.line, font: { color: now.ink } },
  };
}
