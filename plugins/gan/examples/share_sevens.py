#!/usr/bin/env python
"""Draws sevens that `glgan_adaptive` made at a share of 0, a half and 1, and at the one that it measured.

Rows, data and rules are those of ``mnist_figures.py``: 5,460 fours and 54 sevens to train on, the first
images that a sampler returned, one CPU thread.

    pip install matplotlib
    python plugins/gan/examples/share_sevens.py --data-dir DIR
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure
from mnist_figures import FILE, MINORITY, Digits, drawn, new_rows, read, save, thinned

from oversample_bench_gan.adaptive import GLGANAdaptive

SHARES = (0.0, 0.5, 1.0, None)
"""None measures it."""


def picture(digits: Digits, count: int, seed: int, **params: Any) -> Figure:
    """Fit a sampler a share, and return their rows below real ones."""
    kinds = {"trained on": digits.X[digits.y == MINORITY][:count], "held back": digits.hidden[:count]}
    for share in SHARES:
        sampler = GLGANAdaptive(share=share, random_state=seed, device="cpu", **params)
        rows = new_rows(sampler, digits, count)
        kinds[f"share {sampler.share_:.2f}{', measured' if share is None else ''}"] = rows
    fours, sevens = digits.counts
    told = f"MNIST, {fours} fours and {sevens} sevens to train on, seed {seed}"
    return drawn(kinds, f"Sevens: two lines of real ones, then glgan_adaptive's, none picked\n{told}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description="Draw sevens of glgan_adaptive by the share.")
    parser.add_argument("--data-dir", type=Path, required=True, help=f"the folder with {FILE}")
    parser.add_argument("--out", type=Path, default=Path("reports/glgan_adaptive"), help="where it goes")
    parser.add_argument("--rows", type=int, default=10, help="images of each kind (10)")
    parser.add_argument("--ratio", type=float, default=0.01, help="sevens for each four (0.01)")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    digits = thinned(*read(asked.data_dir), ratio=asked.ratio, seed=asked.seed)
    save(picture(digits, asked.rows, asked.seed), asked.out / "sevens.png")


if __name__ == "__main__":
    main()
