"use strict";
// Sorts the tables that the page has: a button in each header, by mouse or by key, a third press undoes it.

const collator = new Intl.Collator("en", { numeric: true });
const TURNS = { ascending: "descending", descending: "ascending" };

// The number at the start of a cell, or NaN: "1,234", "+0.093 [...]", "27 of 30".
function leading(text) {
  const match = /^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?/i.exec(text.trim());
  return match ? Number(match[0].replaceAll(",", "")) : NaN;
}

function keyOf(row, column, numeric) {
  const text = row.cells[column].textContent;
  if (numeric) return leading(text);
  const value = Number(text);
  return text.trim() && !Number.isNaN(value) ? value : text;
}

// Numbers before words; what is missing comes last whichever way.
function compared(a, b, sign) {
  if (typeof a === "number" && typeof b === "number") {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return sign * (a - b);
  }
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return sign * collator.compare(a, b);
}

// Totals below the rows, in italics, stay there.
function isTotal(row) {
  return row.cells[0].querySelector("em") !== null;
}

function order(table, column, direction) {
  const body = table.tBodies[0];
  const numeric = table.tHead.rows[0].cells[column].classList.contains("number");
  const all = [...body.rows].sort((a, b) => a.dataset.place - b.dataset.place);
  const rows = all.filter((row) => !isTotal(row));
  if (direction) {
    const sign = direction === "ascending" ? 1 : -1;
    const keys = new Map(rows.map((row) => [row, keyOf(row, column, numeric)]));
    rows.sort((a, b) => compared(keys.get(a), keys.get(b), sign));
  }
  body.append(...rows, ...all.filter(isTotal));
}

function press(table, header) {
  const first = header.dataset.first || "ascending";
  const now = header.getAttribute("aria-sort");
  const next = !now ? first : now === first ? TURNS[first] : null;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  if (next) header.setAttribute("aria-sort", next);
  order(table, header.cellIndex, next);
}

function enable(table) {
  const body = table.tBodies[0];
  if (!table.tHead || table.tHead.hidden || !body || body.rows.length < 2) return;
  [...body.rows].forEach((row, place) => { row.dataset.place = place; });
  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => press(table, header));
    header.append(button);
  }
}

document.querySelectorAll("table.sortable").forEach(enable);
