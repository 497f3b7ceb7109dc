#!/usr/bin/env python
"""Say what `suites/noise.yaml` found at each level of label noise, for the claim of GK-SMOTE.

python plugins/density/examples/noise_levels.py reports/noise

The folder holds ``trials.parquet``, as `bench export` writes it; ``levels.md`` comes beside it. A data set at
one level is one value, the mean of its splits and of the classifiers that every method goes with.
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

NOISE = ", label noise "
METRICS = {"mcc": "MCC", "balanced_accuracy": "balanced accuracy", "auprc": "PR AUC"}
FREE = ("none", "class_weight")


def values(trials: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return one row a level and data set, one column a method; NaN where a method has not all its trials."""
    parts = trials["dataset"].str.split(NOISE, expand=True).reindex(columns=[0, 1])
    known = trials.assign(level=parts[1].fillna("0").astype(float), set=parts[0], value=trials[metric])
    n_methods = trials["method"].nunique()
    shared = known.groupby("classifier")["method"].transform("nunique") == n_methods
    rows = known[shared].groupby(["level", "set", "method"], sort=False)["value"]
    return rows.agg(lambda own: own.mean(skipna=False)).unstack("method")


def ranks(wide: pd.DataFrame) -> pd.DataFrame:
    """Return the mean rank at each level over the data sets in which every method is whole; 1 is best."""
    return wide.dropna().rank(axis=1, ascending=False).groupby(level="level").mean()


def beaten(wide: pd.DataFrame, method: str) -> pd.Series:
    """Return over how many of its competing samplers the method has the better mean, a level."""
    means = wide.dropna().groupby(level="level").mean()
    others = means.drop(columns=[name for name in (method, *FREE) if name in means])
    return others.lt(means[method], axis=0).sum(axis=1).astype(str) + f" of {others.shape[1]}"


def table(trials: pd.DataFrame) -> str:
    """Return the mean and the mean rank of each method in Markdown, a row a metric and level."""
    methods = list(trials["method"].unique())
    lines = [["metric", "flipped", "sets", *methods, "samplers that gk_smote beats"]]
    lines.append(["---"] * len(lines[0]))
    for metric, name in METRICS.items():
        wide = values(trials, metric)
        whole = wide.dropna().groupby(level="level")
        mean, n_sets, rank, count = whole.mean(), whole.size(), ranks(wide), beaten(wide, "gk_smote")
        for level in mean.index:
            cells = [f"{mean.loc[level, one]:.3f} ({rank.loc[level, one]:.1f})" for one in methods]
            lines.append([name, f"{level:g}", str(n_sets[level]), *cells, str(count[level])])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Read the trials, and write the table beside them."""
    parser = argparse.ArgumentParser(description="Say what suites/noise.yaml found at each level.")
    parser.add_argument("folder", type=Path, help="where trials.parquet is")
    folder = parser.parse_args().folder
    text = (
        "# GK-SMOTE by label noise\n\nMean over data sets, and the mean rank in brackets (1 is best). The "
        "paper claims: better than all competitors without noise, than 90.9 % of them at 0.3.\n\n"
        f"{table(pd.read_parquet(folder / 'trials.parquet'))}\n"
    )
    (folder / "levels.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
