"use strict";
// Predicted probabilities against what came of them, of one classifier; all rows of all data sets together.

function calibration(now) {
  if (!model.calibration.length) return null;
  const classifier = view.classifier ?? model.calibration[0][0];
  const own = model.calibration.filter((curve) => curve[0] === classifier);
  const who = model.classifiers[classifier];
  if (!own.length) return nothing(`No trial of ${who} has left probabilities; choose another classifier above.`);
  const shown = own.filter((curve) => view.methods.includes(curve[1]));
  if (!shown.length) return nothing("No methods are shown.");
  const another = view.classifier === null && new Set(model.calibration.map((curve) => curve[0])).size > 1;
  return {
    caption: `How often the minority came against how probable ${who} had called it, in ten bins of the test rows of all data sets and ratios; `
      + "filters of rows do not change it. On the diagonal predictions can be believed; below it the minority comes less often than predicted. "
      + `Larger marks stand for more rows; bins of a few rows are left out${another ? "; choose another classifier above" : ""}.`,
    traces: [diagonal(now), ...shown.map((curve) => calibrationTrace(curve, now))],
    layout: layout(now, 500 + legendRoom(shown.length), {
      xaxis: axis(now, "mean predicted probability", { range: [-0.02, 1.02], zeroline: false }),
      yaxis: axis(now, "share of the minority", { range: [-0.02, 1.02], zeroline: false }),
    }),
  };
}

function diagonal(now) {
  return { type: "scatter", mode: "lines", x: [0, 1], y: [0, 1], line: { color: now.soft, width: 1 }, hoverinfo: "skip", showlegend: false };
}

function calibrationTrace([, method, trials, score, rows, predicted, seen], now) {
  const look = lookOf(method, now);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const [brier, reliability, resolution, uncertainty] = score.map((value) => value.toFixed(3));
  const terms = `Brier score ${brier} = reliability ${reliability} − resolution ${resolution} + uncertainty ${uncertainty},<br>means over data sets and ratios, ${counted(trials, "trial")}`;
  return {
    type: "scatter", mode: "lines+markers", name: shortLabel(model.methods[method].name), x: predicted, y: seen, hoverinfo: "text",
    line: { color: look.color, dash: look.dash, width: 2 },
    marker: { color: look.color, symbol: look.symbol, size: rows.map((n) => 6 + 9 * Math.sqrt(n / total)), opacity: 1, line: { width: 0 } },
    text: rows.map((n, at) => `${label(model.methods[method].name)}: ${n.toLocaleString("en")} rows<br>`
      + `predicted ${predicted[at].toFixed(3)}, seen ${seen[at].toFixed(3)}<br>${terms}`),
  };
}
