"use strict";
// Heat map, differences, curves and cost, drawn from the numbers of the page and from what `view` shows of them.

const MOST_ROWS = 200;
const ROW_HEIGHT = 20;
const DODGE = 0.015;

function scoreAt(metric, row, method) {
  const steps = metric.mean[row * model.methods.length + method];
  return steps === null ? null : steps / 10 ** metric.decimals;
}

function cellText(row, method) {
  const cell = scoreRows[view.metric][row].cells[COLUMNS_BEFORE + method];
  return cell.textContent.replace(/\s+/g, " ");
}

function heat(now) {
  const metric = metricNow();
  const rows = view.rows.slice(0, MOST_ROWS);
  if (!rows.length || !view.methods.length) return nothing("No rows or no methods are shown.");
  const held = choice("heat") === "gain" && metric.gains
    ? model.methods.findIndex((method) => method.name === metric.gains.reference) : null;
  const value = (row, method) => {
    const score = scoreAt(metric, row, method);
    if (held === null || score === null) return score;
    const base = scoreAt(metric, row, held);
    return base === null ? null : score - base;
  };
  const z = rows.map((row) => view.methods.map((method) => value(row, method)));
  const text = rows.map((row, i) => view.methods.map((method, j) =>
    `${label(rowName(row))}<br>${label(model.methods[method].name)}: ${label(cellText(row, method))}`
    + (held === null ? "" : `<br>${signed(z[i][j])} against ${label(model.methods[held].name)}`)));
  const most = Math.max(1e-9, ...z.flat().filter((one) => one !== null).map(Math.abs));
  const scale = held === null ? { colorscale: "Cividis", reversescale: !metric.higher }
    : { colorscale: "RdBu", reversescale: metric.higher, zmin: -most, zmax: most };
  const cut = rows.length < view.rows.length ? ` The first ${rows.length} of ${view.rows.length} rows; filter to see others.` : "";
  const what = held === null ? `Mean ${metric.name}` : `Mean ${metric.name} minus that of ${metric.gains.reference}`;
  return {
    caption: `${what}, ${counted(rows.length, "row")} and ${counted(view.methods.length, "method")}; gaps have no score.${cut}`,
    traces: [{
      type: "heatmap", z, text, hoverinfo: "text", xgap: 1, ygap: 1, hoverongaps: true, ...scale,
      colorbar: { thickness: 12, outlinewidth: 0, len: 1, tickfont: { color: now.ink } },
    }],
    layout: layout(now, Math.max(200, rows.length * ROW_HEIGHT + 130), {
      plot_bgcolor: now.gap,
      xaxis: axis(now, "", { ...ticks(view.methods.map((method) => model.methods[method].name)), showgrid: false, side: "top", tickangle: isNarrow() ? -90 : -40 }),
      yaxis: axis(now, "", { ...ticks(rows.map(rowName)), autorange: "reversed", showgrid: false }),
    }),
  };
}

function ticks(names) {
  return { tickmode: "array", tickvals: names.map((_, place) => place), ticktext: names.map(shortLabel), zeroline: false };
}

function gains(now) {
  const metric = metricNow();
  if (!metric.gains) return null;
  const shown = metric.gains.lines.filter(([ratio, classifier, method, mean]) => mean !== null
    && (view.ratio === null || ratio === view.ratio) && (view.classifier === null || classifier === view.classifier)
    && view.methods.includes(method));
  if (!view.methods.length) return nothing("No methods are shown.");
  if (!shown.length) return nothing("No pair of scores is shown.");
  const groups = [...new Set(shown.map(([ratio, classifier]) => `${ratio} ${classifier}`))];
  const methods = view.methods.filter((method) => shown.some((line) => line[2] === method));
  const step = methods.length + 1;
  const traces = methods.map((method, at) => {
    const own = shown.filter((line) => line[2] === method);
    const look = lookOf(method, now);
    return {
      type: "scatter", mode: "markers", name: shortLabel(model.methods[method].name), hoverinfo: "text",
      x: own.map((line) => line[3]), y: own.map((line) => groups.indexOf(`${line[0]} ${line[1]}`) * step + at),
      error_x: {
        type: "data", symmetric: false, thickness: 1.5, width: 3, color: look.color,
        array: own.map((line) => (line[5] === null ? 0 : line[5] - line[3])),
        arrayminus: own.map((line) => (line[4] === null ? 0 : line[3] - line[4])),
      },
      marker: { color: look.color, symbol: look.symbol, size: 8 },
      text: own.map((line) => gainText(metric, line)),
    };
  });
  const names = groups.map((key) => {
    const [ratio, classifier] = key.split(" ").map(Number);
    return model.classifiers[classifier] + (model.ratios.length > 1 ? ` (${model.ratios[ratio]})` : "");
  });
  const better = metric.higher ? "right of 0 is better" : "left of 0 is better";
  return {
    caption: `Mean paired difference in ${metric.name} from ${metric.gains.reference} with 95 % interval over ${metric.gains.unit}, whatever rows are shown; ${better}.`
      + (shown.some((line) => line[4] === null) ? " Points without a line rest on one value." : ""),
    traces,
    layout: layout(now, Math.max(240, groups.length * step * 15 + 120) + legendRoom(methods.length), {
      xaxis: axis(now, `${metric.name} minus that of ${metric.gains.reference}`, { zeroline: true, zerolinewidth: 1.5 }),
      yaxis: axis(now, "", {
        tickmode: "array", tickvals: groups.map((_, place) => place * step + (methods.length - 1) / 2), ticktext: names.map(shortLabel),
        range: [groups.length * step - 0.5, -1], showgrid: false, zeroline: false,
      }),
    }),
  };
}

function gainText(metric, [ratio, classifier, method, mean, low, high, n, better, equal, worse]) {
  const at = model.ratios.length > 1 ? ` at ratio ${label(model.ratios[ratio])}` : "";
  const interval = low === null ? "" : ` [${signed(low)}, ${signed(high)}]`;
  const counts = metric.gains.unit === "data sets" ? `<br>better on ${better}, equal on ${equal}, worse on ${worse}` : "";
  return `${label(model.methods[method].name)} with ${label(model.classifiers[classifier])}${at}<br>`
    + `${signed(mean)}${interval}, n = ${n} ${metric.gains.unit}${counts}`;
}

// By what a ratio is multiplied so that the intervals of several methods stand side by side.
function apart(ratios, place) {
  const steps = ratios.slice(1).map((ratio, at) => Math.log(ratio / ratios[at]));
  return Math.exp(DODGE * Math.min(...steps) * place);
}

function curves(now) {
  const metric = metricNow();
  if (!metric.curves.length) return null;
  const dataset = Number(choice("curves"));
  const classifier = view.classifier ?? 0;
  const shown = metric.curves.filter((curve) => curve[0] === dataset && curve[1] === classifier && view.methods.includes(curve[2]));
  if (!view.methods.length) return nothing("No methods are shown.");
  if (!shown.length) return nothing("No method has a score for this choice, or no data set is whole at every ratio.");
  const ratios = [...new Set(shown.flatMap((curve) => curve[4]))].sort((a, b) => a - b);
  const traces = shown.map(([, , method, , own, mean, low, high], place) => {
    const x = own.map((ratio) => ratio * apart(ratios, place - (shown.length - 1) / 2));
    const look = lookOf(method, now);
    return {
      type: "scatter", mode: "lines+markers", name: shortLabel(model.methods[method].name), x, y: mean, hoverinfo: "text",
      line: { color: look.color, dash: look.dash, width: 2 }, marker: { color: look.color, symbol: look.symbol, size: 8 },
      error_y: {
        type: "data", symmetric: false, thickness: 1, width: 3, color: look.color,
        array: mean.map((value, i) => (high[i] === null ? 0 : high[i] - value)),
        arrayminus: mean.map((value, i) => (low[i] === null ? 0 : value - low[i])),
      },
      text: mean.map((value, i) => `${label(model.methods[method].name)} at ${own[i]}: ${value === null ? "–" : value.toFixed(3)}`
        + (low[i] === null ? "" : ` [${low[i].toFixed(3)}, ${high[i].toFixed(3)}]`)),
    };
  });
  const where = dataset < 0 ? `, mean over ${shown[0][3]} data sets that are whole at every ratio,` : ` on ${model.datasets[dataset]}`;
  return {
    caption: `${metric.name} of ${model.classifiers[classifier]}${where} at every ratio, whatever rows are shown, with 95 % intervals, which may leave the frame; lines are moved a little apart${view.classifier === null && model.classifiers.length > 1 ? "; choose another classifier above" : ""}.`,
    traces,
    layout: layout(now, 440 + legendRoom(shown.length), {
      xaxis: axis(now, "ratio, minority : majority in training", { type: "log", tickmode: "array", tickvals: ratios, ticktext: ratios.map(String) }),
      yaxis: axis(now, metric.name, { zeroline: false, range: span(shown) }),
    }),
  };
}

// Room for the means and as much again for their intervals: those of two data sets would leave nothing else to see.
function span(shown) {
  const of = (at) => shown.flatMap((curve) => curve[at]).filter((value) => value !== null);
  const [least, most] = [Math.min(...of(5)), Math.max(...of(5))];
  const room = Math.max(most - least, 0.02);
  const [low, high] = [Math.min(least, ...of(6)), Math.max(most, ...of(7))];
  return [Math.max(low, least - room / 2) - 0.06 * room, Math.min(high, most + room / 2) + 0.06 * room];
}

// Mean scores over the shown rows in which every shown method is whole.
function qualities(metric) {
  const width = model.methods.length;
  const short = new Set(metric.short);
  const rows = view.rows.filter((row) => view.methods.every((method) =>
    !short.has(row * width + method) && scoreAt(metric, row, method) !== null));
  const means = view.methods.map((method) => rows.reduce((sum, row) => sum + scoreAt(metric, row, method), 0) / rows.length);
  return { n: rows.length, means, costs: view.methods.map((method) => costsOver(rows, method)) };
}

// Mean seconds and mean peak of a method's draws in the data sets and ratios of these rows; null where not recorded.
function costsOver(rows, method) {
  const places = new Set(rows.map((row) => `${model.rows[row][0]} ${model.rows[row][1]}`));
  const own = model.costs.filter(([dataset, ratio]) => places.has(`${dataset} ${ratio}`)).map((place) => place[2][method]);
  return [0, 1].map((which) => {
    const told = own.filter((one) => one[which] !== null);
    const sum = (at) => told.reduce((total, one) => total + one[at], 0);
    return told.length ? sum(which) / sum(2) : null;
  });
}

function front(points, sign) {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || sign * (b.score - a.score));
  const kept = [];
  for (const point of sorted) {
    if (!kept.length || sign * (point.score - kept.at(-1).score) > 0) kept.push(point);
  }
  return kept;
}

// Powers of ten; within one of them 1, 2 and 5 of it, or the ends where that is too few.
function costTicks(points) {
  const [low, high] = [Math.min(...points.map((point) => point.at)), Math.max(...points.map((point) => point.at))];
  if (high / low > 20) return { dtick: 1 };
  const steps = [-1, 0, 1, 2].flatMap((shift) => [1, 2, 5].map((digit) => digit * 10 ** (Math.floor(Math.log10(low)) + shift)));
  const inside = steps.filter((step) => step >= low / 1.1 && step <= high * 1.1);
  const tickvals = inside.length > 1 ? inside : [...new Set([low, high])];
  return { tickmode: "array", tickvals, ticktext: tickvals.map((step) => String(Number(step.toPrecision(2)))) };
}

function cost(now) {
  const metric = metricNow();
  const which = Number(choice("cost"));
  const { n, means, costs } = qualities(metric);
  if (!view.methods.length) return nothing("No methods are shown.");
  const points = view.methods.map((method, i) => ({ method, score: means[i], cost: costs[i][which] }))
    .filter((point) => n && point.cost !== null);
  if (!points.length) return nothing(n ? "No cost was recorded." : "In no shown row is every shown method whole.");
  const least = which ? 1 : 1e-4;
  points.forEach((point) => { point.at = Math.max(point.cost, least); });
  const unit = which ? "MiB" : "seconds";
  const best = front(points, metric.higher ? 1 : -1);
  const traces = points.map((point) => {
    const look = lookOf(point.method, now);
    const name = model.methods[point.method].name;
    return {
      type: "scatter", mode: "markers", name: shortLabel(name), x: [point.at], y: [point.score], hoverinfo: "text",
      marker: { color: look.color, symbol: look.symbol, size: 11 },
      text: [`${label(name)}<br>${metric.name} ${point.score.toFixed(3)}, ${point.cost.toPrecision(3)} ${unit}`],
    };
  });
  const line = {
    type: "scatter", mode: "lines", name: "not dominated", x: best.map((point) => point.at), y: best.map((point) => point.score),
    line: { color: now.soft, dash: "dot", width: 1, shape: "hv" }, hoverinfo: "skip",
  };
  return {
    caption: `Mean ${metric.name} over the ${counted(n, "shown row")} in which every shown method is whole, against ${which ? "the mean peak memory of a fit" : "the mean seconds of a fit"}. `
      + `Of a method right of the dotted line and on its worse side, another one is as good and cheaper. Less than ${least} ${unit} is shown as that.`,
    traces: [line, ...traces],
    layout: layout(now, 420 + legendRoom(points.length), {
      xaxis: axis(now, which ? "mean peak memory of a fit, MiB" : "mean seconds of a fit", { type: "log", ...costTicks(points) }),
      yaxis: axis(now, `mean ${metric.name}`, { zeroline: false }),
    }),
  };
}

const charts = { heat, gains, ranks, curves, cost, calibration, fidelity };

function fillChoices() {
  const several = model.metrics.some((metric) => metric.curves.some((curve) => curve[0] < 0));
  const names = model.datasets.map((name, place) => new Option(name, place));
  document.getElementById("curves-choice").append(...(several ? [new Option("mean over data sets", -1)] : []), ...names);
  if (!model.metrics.some((metric) => metric.gains)) document.querySelector("#heat .choice").hidden = true;
  if (!model.costs.some(([, , own]) => own.some((one) => one[1] !== null))) document.querySelector("#cost .choice").hidden = true;
}

function draw() {
  const now = colours();
  for (const [key, chart] of Object.entries(charts)) put(key, chart(now));
}

fillChoices();
document.addEventListener("view", draw);
document.addEventListener("theme", () => { onPaper = false; draw(); });
document.addEventListener("paper", () => { onPaper = true; draw(); });
for (const key of ["heat", "curves", "cost"]) document.getElementById(`${key}-choice`).addEventListener("change", draw);
showTheme();
show();
