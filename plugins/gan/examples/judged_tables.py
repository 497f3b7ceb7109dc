#!/usr/bin/env python
"""Prints the two tables of reports/gan.md from the trials beside the committed reports.

python plugins/gan/examples/judged_tables.py reports/gan reports/gan_ranks
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

SHOWN = {
    "mlp": "MLP",
    "linear_svc": "LinearSVC",
    "adaboost_samme_r": "AdaBoost (SAMME.R)",
    "adaboost": "AdaBoost",
}


def tables(folder: Path, scratch: Path) -> Path:
    """Return the folder of the CSV tables that the trials of a committed report come to."""
    made = scratch / folder.name
    source = folder / "trials.parquet"
    line = ["report", str(made), "--no-figures", "--from", str(source)]
    subprocess.run([sys.executable, "-m", "oversample_bench", *line], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
    return made / "tables"


def differences(folder: Path) -> str:
    """Return GL-GAN minus each other method, a row a method and a column a classifier."""
    found = pd.read_csv(folder / "comparisons_mcc.csv")
    found = found[(found["scope"] == "overall") & found["classifier"].isin(list(SHOWN))]
    found["cell"] = [
        f"{_bold(f'{-row.estimate:+.3f}', row.low > 0 or row.high < 0)} [{-row.high:+.3f}, {-row.low:+.3f}]"
        for row in found.itertuples()
    ]
    wide = found.pivot(index="method", columns="classifier", values="cell")
    columns = [name for name in SHOWN if name in wide]
    rows = wide.loc[found["method"].unique(), columns]
    return _table(["GL-GAN minus", *(SHOWN[name] for name in columns)], rows)


def ranks(folder: Path) -> str:
    """Return mean ranks over data sets, a row a method, the best first, and a column a classifier."""
    found = pd.read_csv(folder / "ranks_mcc.csv")
    wide = found.pivot(index="method", columns="classifier", values="mean_rank").sort_values("(all)")
    columns = [name for name in SHOWN if name in wide]
    best = wide == wide.min()
    cells = wide.round(2).map("{:.2f}".format)
    shown = cells.where(~best, "**" + cells + "**")[["(all)", *columns]]
    header = ["mean of the classifiers", *(SHOWN[name] for name in columns)]
    return _table(["method", *header], shown)


def _bold(text: str, is_bold: bool) -> str:  # noqa: FBT001 - a private word
    return f"**{text}**" if is_bold else text


def _table(header: Sequence[str], rows: pd.DataFrame) -> str:
    lines = [list(header), ["---", *["---:"] * rows.shape[1]]]
    lines += [[str(name), *cells] for name, cells in zip(rows.index, rows.to_numpy().tolist(), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        digits, thirteen = (tables(Path(folder), Path(made)) for folder in sys.argv[1:3])
        print(differences(digits), ranks(thirteen), sep="\n\n")
