#!/usr/bin/env python
"""Prints the two tables of reports/gan.md from what `bench run` has written; computes nothing anew.

python plugins/gan/examples/judged_tables.py reports/gan reports/gan_ranks
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

SHOWN = {
    "mlp": "MLP",
    "linear_svc": "LinearSVC",
    "adaboost_samme_r": "AdaBoost (SAMME.R)",
    "adaboost": "AdaBoost",
}


def differences(folder: Path) -> str:
    """Return GL-GAN minus each other method, a row a method and a column a classifier."""
    found = pd.read_csv(folder / "tables" / "differences_mcc.csv")
    found["cell"] = [
        f"{_bold(f'{row.mean:+.3f}', row.low > 0 or row.high < 0)} [{row.low:+.3f}, {row.high:+.3f}]"
        for row in found.itertuples()
    ]
    wide = found.pivot(index="other", columns="classifier", values="cell")
    columns = [name for name in SHOWN if name in wide]
    rows = wide.loc[found["other"].unique(), columns]
    return _table(["GL-GAN minus", *(SHOWN[name] for name in columns)], rows)


def ranks(folder: Path) -> str:
    """Return mean ranks, a row a method, the best first, and a column a classifier."""
    found = pd.read_csv(folder / "tables" / "ranks_mcc.csv")
    wide = found.pivot(index="method", columns="classifier", values="mean_rank").sort_values("(all)")
    columns = [name for name in SHOWN if name in wide]
    best = wide == wide.min()
    cells = wide.round(2).map("{:.2f}".format)
    shown = cells.where(~best, "**" + cells + "**")[["(all)", *columns]]
    n_rows = found.drop_duplicates("classifier").set_index("classifier")["n_rows"]
    header = [f"all ({n_rows['(all)']} rows)", *(f"{SHOWN[name]} ({n_rows[name]})" for name in columns)]
    return _table(["method", *header], shown)


def _bold(text: str, is_bold: bool) -> str:  # noqa: FBT001 - a private word
    return f"**{text}**" if is_bold else text


def _table(header: Sequence[str], rows: pd.DataFrame) -> str:
    lines = [list(header), ["---", *["---:"] * rows.shape[1]]]
    lines += [[str(name), *cells] for name, cells in zip(rows.index, rows.to_numpy().tolist(), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(differences(Path(sys.argv[1])), ranks(Path(sys.argv[2])), sep="\n\n")
