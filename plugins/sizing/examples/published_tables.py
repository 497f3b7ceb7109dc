#!/usr/bin/env python
"""Two tables of Ma and Zhang (2026), published against ours, cell by cell, into a folder.

nice -n 4 python plugins/sizing/examples/published_tables.py reports/sizing

The first table is made in full, twice: by the stream of random numbers of the authors, and by another. Of the
second, whose 100 repetitions took the authors six hours on nine threads, the first ten are made, with
intervals. The folder is written anew after each of these, so that a run can be stopped. Needs torch.
"""

# ruff: noqa: T201, E501 - a script for a terminal, with lines of a report in it

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import aligned_generator
import mixed_marginals
import numpy as np
import pandas as pd
import torch
from scipy.stats import t as student_t

OTHER_SEED = 7
LEVEL = 0.95


@dataclass(frozen=True)
class Mean:
    """A mean over repetitions, with its interval."""

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Return the mean with its interval by Student's t; without one where there is a single value."""
        found, n = np.asarray(values, dtype=float), len(values)
        mean = float(found.mean())
        half = (
            float(student_t.ppf((1 + LEVEL) / 2, n - 1) * found.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        )
        return cls(mean, mean - half, mean + half, n)

    def holds(self, value: float) -> str:
        """Return whether a published value lies in the interval, in a word; none where there is no interval."""
        if self.n == 1:
            return ""
        return "yes" if self.low <= value <= self.high else "no"


def aligned_cells(trials: pd.DataFrame, stream: str) -> list[dict[str, object]]:
    """Return the cells of the first table: published, ours and our interval."""
    cells = []
    for method, column in (("VTSS", "vtss"), ("full balancing", "balanced")):
        for n_minority, published in zip(
            aligned_generator.SIZES, aligned_generator.PUBLISHED[method], strict=True
        ):
            found = Mean.of(trials.loc[trials["n_minority"] == n_minority, column].tolist())
            cells.append(cell("aligned generator", method, f"n1 = {n_minority}", published, found, stream))
    return cells


def end_to_end_cells(trials: pd.DataFrame) -> list[dict[str, object]]:
    """Return the cells of the second table, and of the mean sizes and GQS."""
    cells = []
    for quantity, column, published in (
        ("balanced test log loss", "loss", mixed_marginals.PUBLISHED),
        ("mean size", "size", mixed_marginals.PUBLISHED_SIZES),
        ("mean GQS", "quality", mixed_marginals.PUBLISHED_QUALITY),
    ):
        for method, value in published.items():
            found = Mean.of(trials.loc[trials["method"] == method, column].tolist())
            cells.append(cell("end to end", method, quantity, value, found, "authors'"))
    return cells


def cell(
    table: str, method: str, quantity: str, published: float, found: Mean, stream: str
) -> dict[str, object]:
    """Return one line of ``published.csv``."""
    names = {"table": table, "stream": stream, "method": method, "cell": quantity, "published": published}
    ours = {"ours": found.value, "low": found.low, "high": found.high, "repetitions": found.n}
    return {**names, **ours, "published_in_interval": found.holds(published)}


def against_cost(trials: pd.DataFrame) -> dict[str, Mean]:
    """Return the paired difference of each method's loss and that of the tuned cost."""
    wide = trials.pivot(index="repetition", columns="method", values="loss")
    rival = wide.pop("tuned cost-sensitive")
    return {str(method): Mean.of((wide[method] - rival).tolist()) for method in wide}


def number(value: float) -> str:
    """Return four significant digits, as the notebooks print."""
    return f"{value:.4g}"


def table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    marks = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, marks, *lines])


def aligned_table(cells: list[dict[str, object]]) -> str:
    """Return published, replayed and independent numbers of the first table."""
    by = {(c["stream"], c["method"], c["cell"]): c for c in cells}
    lines = []
    for method, values in aligned_generator.PUBLISHED.items():
        for n_minority, published in zip(aligned_generator.SIZES, values, strict=True):
            replayed = by["authors'", method, f"n1 = {n_minority}"]
            other = by["another", method, f"n1 = {n_minority}"]
            lines.append(
                [
                    f"{method}, n1 = {n_minority}",
                    number(published),
                    number(replayed["ours"]),  # type: ignore[arg-type]
                    "yes" if number(replayed["ours"]) == number(published) else "no",  # type: ignore[arg-type]
                    interval(other),
                    str(other["published_in_interval"]),
                ]
            )
    header = [
        "excess risk",
        "published",
        "ours, their stream",
        "same digits",
        "ours, another stream",
        "holds it",
    ]
    return table(header, lines)


def interval(found: dict[str, object]) -> str:
    """Return a number with its interval, where there is one."""
    value = number(found["ours"])  # type: ignore[arg-type]
    return value if found["repetitions"] == 1 else f"{value} [{found['low']:.4g}, {found['high']:.4g}]"


def end_to_end_table(cells: list[dict[str, object]], quantity: str) -> str:
    """Return published numbers against ours for one quantity of the second table."""
    lines = [
        [str(c["method"]), f"{c['published']:g}", interval(c), str(c["published_in_interval"])]
        for c in cells
        if c["cell"] == quantity
    ]
    return table([quantity, "published (100)", f"ours ({cells[0]['repetitions']})", "holds it"], lines)


def median_sizes(trials: pd.DataFrame) -> str:
    """Return published medians of the sizes against ours, with the least and the largest of ours."""
    lines = []
    for method, published in mixed_marginals.PUBLISHED_MEDIANS.items():
        found = trials.loc[trials["method"] == method, "size"]
        lines.append([method, *map(number, (published, found.median(), found.min(), found.max()))])
    return table(["median size", "published (100)", f"ours ({len(found)})", "least", "largest"], lines)


def regimes(trials: pd.DataFrame) -> dict[str, int]:
    """Return how often each diagnosis was made."""
    counted = trials.loc[trials["regime"] != "", "regime"].value_counts()
    return {name: int(counted.get(name, 0)) for name in aligned_generator.PUBLISHED_REGIMES}


def counted(found: dict[str, int]) -> str:
    """Return counts in words."""
    return ", ".join(f"{n} {name}" for name, n in found.items())


def report(
    replayed: pd.DataFrame, other: pd.DataFrame, mixed: pd.DataFrame, seconds: dict[str, float]
) -> tuple[str, pd.DataFrame]:
    """Return the report in Markdown, and all its cells."""
    aligned = [*aligned_cells(replayed, "authors'"), *aligned_cells(other, "another")]
    parts = [head(seconds), first_part(aligned, replayed, other)]
    cells = aligned
    if len(mixed):
        end_to_end = end_to_end_cells(mixed)
        parts.append(second_part(end_to_end, mixed))
        cells = [*aligned, *end_to_end]
    return "\n\n".join(parts) + "\n", pd.DataFrame(cells)


def head(seconds: dict[str, float]) -> str:
    """Return what this is, and how long it took."""
    took = "; ".join(f"{name} {value:,.0f} s" for name, value in seconds.items())
    return f"""# Published tables of VTSS against ours

Z. Ma, A. Zhang, "Synthetic Augmentation in Imbalanced Learning: When It Helps, When It Hurts, and How Much to Add",
arXiv 2601.16120 (2026). Published numbers are those that the authors' notebooks print (July 2026). Made by
`nice -n 4 python plugins/sizing/examples/published_tables.py reports/sizing`.

Wall time, one process and one thread on a machine of {os.cpu_count()} cores that others used too (load
{os.getloadavg()[2]:.1f}): {took}. NumPy {np.__version__}, torch {torch.__version__}."""


def first_part(cells: list[dict[str, object]], replayed: pd.DataFrame, other: pd.DataFrame) -> str:
    """Return the section of the first table."""
    own = [c for c in cells if c["stream"] == "authors'"]
    same = sum(number(c["ours"]) == number(c["published"]) for c in own)  # type: ignore[arg-type]
    held = sum(c["published_in_interval"] == "yes" for c in cells if c["stream"] == "another")
    n = int(replayed.groupby("n_minority").size().iloc[0])
    return f"""## Asymmetry-aligned, "realistic" generator

{n} repetitions, twenty majority rows a minority row. With the random numbers of the notebook (seed 42), {same} of {len(own)}
cells have the digits that it prints. With others (seed {OTHER_SEED}), {held} of {len(own)} published values lie in our interval
of 95 %; as both are means of as many samples, five in six are to be expected.

{aligned_table(cells)}

Diagnoses of {len(replayed)} samples: {counted(regimes(replayed))} (published: {counted(aligned_generator.PUBLISHED_REGIMES)});
with the other stream {counted(regimes(other))}. So the row VTSS is that of TG-VTSS, and the generator that the
experiment calls realistic is nearly always diagnosed as biased: the gain over full balancing is that of the wide grid,
whose ends are nothing and twice what is missing."""


def second_part(cells: list[dict[str, object]], mixed: pd.DataFrame) -> str:
    """Return the section of the second table."""
    losses = [c for c in cells if c["cell"] == "balanced test log loss"]
    held = sum(c["published_in_interval"] == "yes" for c in losses)
    n = losses[0]["repetitions"]
    differences = [
        [method, f"{found.value:+.4f}" + (f" [{found.low:+.4f}, {found.high:+.4f}]" if found.n > 1 else "")]
        for method, found in against_cost(mixed).items()
    ]
    tables = [
        end_to_end_table(cells, quantity) for quantity in ("balanced test log loss", "mean size", "mean GQS")
    ]
    return f"""## End to end

Repetitions 1 to {n} of 100, on the rows, folds and seeds of the notebook, by the torch named above (theirs is not told);
{held} of {len(losses)} published losses lie in our interval of 95 %. Published values are means of 100, and single
repetitions are not printed, so that cells cannot be compared digit by digit.

{tables[0]}

What is missing to balance is 700 rows. Diagnoses: {counted(regimes(mixed))} (published: all biased, so that TG-VTSS is
VTSS with its wide grid).

{tables[1]}

{median_sizes(mixed)}

Sizes are skewed (a published mean of 225 beside a median of 70), so that an interval of few says little of their mean.

{tables[2]}

Balanced test log loss less that of the tuned cost, in pairs (below zero is better than the cost, for which no rows are made):

{table(["method", f"difference ({n})"], differences)}

Two things of the notebook are kept here and are not in the plugin. Its SMOTE and jitter leave each row's nearest
neighbour out (they use the second to fourth). And the beginning of its ADASYN pool is one in the order of parent
rows, so that few rows come from few parents; the plugin shuffles pools."""


def write(
    folder: Path, replayed: pd.DataFrame, other: pd.DataFrame, mixed: pd.DataFrame, seconds: dict[str, float]
) -> None:
    """Write the report, its cells, and a line a repetition."""
    folder.mkdir(parents=True, exist_ok=True)
    text, cells = report(replayed, other, mixed, seconds)
    (folder / "published.md").write_text(text, encoding="utf-8")
    cells.to_csv(folder / "published.csv", index=False, float_format="%.6g")
    both = pd.concat([replayed.assign(stream="authors'"), other.assign(stream="another")])
    both.to_csv(folder / "aligned_generator.csv", index=False, float_format="%.6g")
    mixed.to_csv(folder / "mixed_marginals.csv", index=False, float_format="%.6g")


def frame(outcomes: Sequence[object]) -> pd.DataFrame:
    """Return a line an outcome."""
    return pd.DataFrame([asdict(outcome) for outcome in outcomes])


def main(arguments: Sequence[str] | None = None) -> None:
    """Make both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("folder", type=Path)
    parser.add_argument("--aligned", type=int, default=aligned_generator.REPETITIONS, help="repetitions")
    parser.add_argument("--repetitions", type=int, default=10, help="of the end-to-end table; 0 for none")
    told = parser.parse_args(arguments)
    torch.set_num_threads(1)
    seconds, started = {}, time.perf_counter()
    replayed = frame(list(aligned_generator.repetitions(told.aligned)))
    seconds["first table"] = time.perf_counter() - started
    other = frame(list(aligned_generator.repetitions(told.aligned, OTHER_SEED)))
    outcomes: list[mixed_marginals.Outcome] = []
    seconds["the same with another stream"] = time.perf_counter() - started - seconds["first table"]
    write(told.folder, replayed, other, frame(outcomes), seconds)
    test, started = mixed_marginals.tested_on(), time.perf_counter()
    for done in range(told.repetitions):
        outcomes += mixed_marginals.repetition(done, test)
        seconds["second table"] = time.perf_counter() - started
        write(told.folder, replayed, other, frame(outcomes), seconds)
        print(f"repetition {done + 1} of {told.repetitions}: {seconds['second table']:.0f} s", flush=True)


if __name__ == "__main__":
    main()
