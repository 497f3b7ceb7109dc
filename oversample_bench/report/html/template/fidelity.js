"use strict";
// Coverage against precision of the synthetic rows, at one ratio, over the data sets of the shown rows.

const SHARE = 1e4;

function fidelity(now) {
  if (!model.fidelity.length) return null;
  if (!view.methods.length) return nothing("No methods are shown.");
  const places = new Set(view.rows.map((row) => `${model.rows[row][0]} ${model.rows[row][1]}`));
  const own = model.fidelity.filter(([dataset, ratio]) => places.has(`${dataset} ${ratio}`));
  if (!own.length) return nothing("No resample of a shown row was compared with withheld rows.");
  const ratio = own[0][1];
  const marks = own.filter((place) => place[1] === ratio)
    .flatMap(([dataset, , own]) => own.map((mark) => fidelityMark(dataset, mark)));
  const points = view.methods.map((method) => pooled(method, marks.filter((mark) => mark.method === method))).filter((point) => point.n);
  if (!points.length) return nothing(`At ratio ${model.ratios[ratio]} no resample of a shown method and row was compared with withheld rows.`);
  return {
    caption: fidelityCaption(ratio, points),
    traces: points.flatMap((point) => [...(point.own.length > 1 ? [setsTrace(point, now)] : []), pooledTrace(point, now)]),
    layout: layout(now, 500 + legendRoom(points.length), {
      xaxis: axis(now, "precision", { range: [-0.03, 1.03], zeroline: false }), yaxis: axis(now, "coverage", { range: [-0.03, 1.03], zeroline: false }),
    }),
  };
}

function fidelityMark(dataset, [method, n, precision, coverage, precisionSd = 0, coverageSd = 0]) {
  return { dataset, method, n, mean: [precision / SHARE, coverage / SHARE], sd: [precisionSd / SHARE, coverageSd / SHARE] };
}

// Mean and standard deviation over the draws of all data sets, from those of each.
function pooled(method, own) {
  const n = own.reduce((sum, mark) => sum + mark.n, 0);
  const mean = [0, 1].map((which) => own.reduce((sum, mark) => sum + mark.n * mark.mean[which], 0) / n);
  const squares = (mark, which) => (mark.n - 1) * mark.sd[which] ** 2 + mark.n * (mark.mean[which] - mean[which]) ** 2;
  const sd = mean.map((_, which) => (n > 1 ? Math.sqrt(own.reduce((sum, mark) => sum + squares(mark, which), 0) / (n - 1)) : null));
  return { method, own, n, mean, sd };
}

function fidelityCaption(ratio, points) {
  const sizes = points.map((point) => point.n);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const sets = Math.max(...points.map((point) => point.own.length));
  const ratios = new Set(model.fidelity.map((place) => place[1])).size;
  return `Synthetic minority rows against the minority rows that thinning to ratio ${model.ratios[ratio]} hid: means of ${least === most ? most : `${least} to ${most}`} `
    + `draws a method on ${sets > 1 ? `the ${sets} shown data sets, and faint marks for each of them` : "one data set"}. Precision: the share of synthetic rows that lie where real ones are; `
    + "coverage: the share of real rows that have a synthetic one near. The best corner is the upper right. Bars are one standard deviation over draws and may leave the frame. "
    + (least < most ? "Methods with fewer draws failed or made no rows in the others, and may look better for it. " : "")
    + (ratios > 1 && view.ratio === null ? "Choose another ratio above. " : "");
}

function fidelityText({ n, mean, sd }, more) {
  const told = ["precision", "coverage"].map((name, which) => `${name} ${mean[which].toFixed(3)}${n > 1 ? ` ± ${sd[which].toFixed(3)}` : ""}`);
  return `${told.join("<br>")}<br>${n} draw${n > 1 ? "s" : ""}${more}`;
}

function setsTrace({ method, own }, now) {
  const look = lookOf(method, now);
  const name = model.methods[method].name;
  return {
    type: "scatter", mode: "markers", name: shortLabel(name), legendgroup: method, showlegend: false, hoverinfo: "text",
    x: own.map((mark) => mark.mean[0]), y: own.map((mark) => mark.mean[1]), marker: { color: look.color, symbol: look.symbol, size: 6, opacity: 0.45 },
    text: own.map((mark) => `${label(name)} on ${label(model.datasets[mark.dataset])}<br>${fidelityText(mark, "")}`),
  };
}

function pooledTrace(point, now) {
  const look = lookOf(point.method, now);
  const name = model.methods[point.method].name;
  const spread = (which) => ({ type: "data", thickness: 1, width: 3, color: look.color, array: [point.sd[which] ?? 0] });
  const where = point.own.length > 1 ? ` of ${point.own.length} data sets` : ` of ${label(model.datasets[point.own[0].dataset])}`;
  return {
    type: "scatter", mode: "markers", name: shortLabel(name), legendgroup: point.method, hoverinfo: "text",
    x: [point.mean[0]], y: [point.mean[1]], error_x: spread(0), error_y: spread(1),
    marker: { color: look.color, symbol: look.symbol, size: 11 }, text: [`${label(name)}<br>${fidelityText(point, where)}`],
  };
}
