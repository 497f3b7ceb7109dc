#!/usr/bin/env python
"""Draw what `suites/training_curves.yaml` found: MCC against the ratio, by batch size and by augmentation.

python plugins/recipe/examples/training_curves.py reports/training_curves

The folder holds ``trials.parquet``, as `bench export` writes it. Beside it come ``batch_size.png``,
``augmentation.png`` and ``curves.md``, a table of paired differences from batches of 32 without augmentation,
each with its 95 % interval over splits (C. Nadeau and Y. Bengio, Machine Learning 52, 2003, 239-281). After
R. Shwartz-Ziv et al., NeurIPS 2023; qualitative, since it is one net on two pairs of digits.
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import vl_convert
from scipy.stats import t

SHARE = 0.25
"""n_test / n_train of a fifth that is tested on."""
REFERENCE = "batch 32"
BATCHES = ["batch 8", "batch 32", "batch 128", "batch 512"]
AUGMENTATIONS = ["batch 32", "noise 0.1", "noise 0.3", "noise 1", "smote to 0.5", "smote to 1"]
PLACE = ["dataset", "ratio", "setting"]


def settings(trials: pd.DataFrame) -> pd.DataFrame:
    """Return data set, ratio, split, setting and MCC; SMOTE is a setting of batches of 32."""
    setting = trials["classifier"].where(trials["method"] == "none", trials["method"])
    known = trials.assign(setting=setting, ratio=trials["ratio"].astype(float))
    return known[["dataset", "ratio", "split", "setting", "mcc"]]


def means(known: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of each point."""
    return known.groupby(PLACE, sort=False)["mcc"].mean().reset_index()


def differences(known: pd.DataFrame) -> pd.DataFrame:
    """Return the paired difference of each point from the reference, and half its 95 % interval."""
    wide = known.pivot(index=["dataset", "ratio", "split"], columns="setting", values="mcc")
    gains = wide.drop(columns=REFERENCE).sub(wide[REFERENCE], axis=0)
    by = gains.stack().rename("gain").groupby(level=["dataset", "ratio", "setting"], sort=False)
    n, sd = by.count(), by.std()
    half = t.isf(0.025, n - 1) * sd * np.sqrt(1 / n + SHARE)
    return pd.DataFrame({"gain": by.mean(), "half": half}).reset_index()


def drawn(points: pd.DataFrame, names: list[str], title: str) -> bytes:
    """Return a PNG with a panel a data set and a line a setting."""
    domain = alt.Scale(domain=names)  # the same for both, so that one legend shows both
    colours = alt.Scale(domain=names, scheme="tableau10")
    ratios = sorted(points["ratio"].unique())
    chart = (
        alt.Chart(points[points["setting"].isin(names)])
        .mark_line(point=True)
        .encode(
            x=alt.X(
                "ratio:Q",
                title="minority : majority in training",
                scale=alt.Scale(type="log", domain=[ratios[0], ratios[-1]]),
                axis=alt.Axis(values=ratios, format="g"),
            ),
            y=alt.Y("mcc:Q", title="MCC", scale=alt.Scale(zero=False)),
            color=alt.Color("setting:N", sort=None, title=None, scale=colours),
            strokeDash=alt.StrokeDash("setting:N", sort=None, title=None, scale=domain),
        )
        .properties(width=260, height=220)
        .facet(alt.Facet("dataset:N", title=None))
        .properties(title=title)
    )
    return bytes(vl_convert.vegalite_to_png(chart.to_dict(), scale=2))


def table(found: pd.DataFrame) -> str:
    """Return the differences in Markdown, a row a setting and a column a data set and ratio."""
    text = found.assign(
        text=[f"{gain:+.3f} ± {half:.3f}" for gain, half in zip(found["gain"], found["half"], strict=True)]
    )
    wide = text.pivot(index="setting", columns=["dataset", "ratio"], values="text")
    wide = wide.reindex([name for name in dict.fromkeys([*BATCHES, *AUGMENTATIONS]) if name in wide.index])
    names = [f"{dataset} at {ratio:g}" for dataset, ratio in wide.columns]
    lines = [["setting", *names], ["---"] * (len(names) + 1)]
    lines += [[str(name), *row] for name, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Read the trials, and write figures and table beside them."""
    parser = argparse.ArgumentParser(description="Draw what suites/training_curves.yaml found.")
    parser.add_argument("folder", type=Path, help="where trials.parquet is")
    folder = parser.parse_args().folder
    known = settings(pd.read_parquet(folder / "trials.parquet"))
    points = means(known)
    (folder / "batch_size.png").write_bytes(drawn(points, BATCHES, "Batch size against the ratio"))
    (folder / "augmentation.png").write_bytes(drawn(points, AUGMENTATIONS, "Augmentation against the ratio"))
    text = (
        "# Batch size and augmentation against the ratio\n\n"
        "MCC less that of batches of 32 without augmentation: mean over ten splits ± half the 95 % interval, "
        "uncorrected for the number of cells.\n\n"
        f"{table(differences(known))}\n\n![Batch size](batch_size.png)\n\n![Augmentation](augmentation.png)\n"
    )
    (folder / "curves.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
