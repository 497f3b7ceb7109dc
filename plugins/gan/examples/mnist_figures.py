#!/usr/bin/env python
"""Draws sevens that samplers made from few real ones, and the losses of GL-GAN while it learnt to.

MNIST, 4 the majority and 7 the minority, as in Figures 5 and 6 of Wang et al., SDM 2020. Four fifths of the
fours are trained on and ``ratio`` times as many sevens; the other sevens are the truth to compare with. Picks
no images: those drawn are the first that a sampler returned. Works on one CPU thread, so that a seed gives
the same files; takes a minute or two.

    pip install matplotlib
    python plugins/gan/examples/mnist_figures.py --data-dir DIR
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from imblearn.datasets import make_imbalance
from imblearn.over_sampling import SMOTE
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.cgan import CGAN
from oversample_bench_gan.glgan import GLGAN

Array = npt.NDArray[Any]

MAJORITY, MINORITY = 4, 7
WIDTH = 28
"""Pixels of a side of an image."""
FILE = "mnist_4_7.npz"
RAW, SMOOTH = "#b0b0b0", "#004488"  # a light and a dark one: apart without colour as well
EQUATIONS = {
    "reconstruction": "3.1",
    "clustering": "3.2",
    "discriminator": "3.4",
    "classifier": "3.5",
    "generator": "3.6",
}
"""The losses of ``history_`` and their numbers in the paper, the first phase's first."""
FIRST_PHASE = ("reconstruction", "clustering")


@dataclass(frozen=True, eq=False)
class Digits:
    """Rows to train on, all fours before all sevens, and the sevens that training does not have."""

    X: Array
    y: Array
    hidden: Array

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many fours and sevens there are to train on."""
        return int((self.y == MAJORITY).sum()), int((self.y == MINORITY).sum())


def read(folder: Path) -> tuple[Array, Array]:
    """Return all images of both digits as rows of numbers in [0, 1], and the digits.

    Parameters
    ----------
    folder : Path
        Holds ``mnist_4_7.npz`` with ``X`` (n, 784), 0 to 255, and ``y`` (n,).
    """
    path = folder / FILE
    if not path.is_file():
        raise SystemExit(
            f"'{folder}' has no {FILE}; it needs the arrays X (n, 784) of 0 to 255 and y (n,) of {MAJORITY} "
            f"and {MINORITY}, such as scikit-learn's fetch_openml('mnist_784') gives"
        )
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["X"].astype(np.float32) / 255, arrays["y"].astype(int)


def thinned(X: Array, y: Array, ratio: float, seed: int) -> Digits:
    """Return four fifths of the fours and ``ratio`` times as many sevens, drawn at random."""
    n_majority = math.ceil(0.8 * (y == MAJORITY).sum())
    n_minority = math.floor(ratio * n_majority)
    if n_minority < 2:
        raise SystemExit(
            f"a ratio of {ratio:g} leaves {n_minority} sevens beside {n_majority} fours; ask for a larger one"
        )
    wanted = {MAJORITY: n_majority, MINORITY: n_minority}
    kept, y_kept = make_imbalance(
        np.arange(len(y)).reshape(-1, 1), y, sampling_strategy=wanted, random_state=seed
    )
    hidden = np.setdiff1d(np.flatnonzero(y == MINORITY), kept.ravel())
    return Digits(X[kept.ravel()], y_kept, X[hidden])


def samplers(seed: int) -> dict[str, Any]:
    """Return what is compared, by the name in the picture; "GL-GAN" is the one whose losses are drawn."""
    own = {"random_state": seed, "device": "cpu"}
    return {
        "SMOTE": SMOTE(random_state=seed),
        "plain autoencoder": AEWithoutCluster(**own),
        "Auto-only": AutoOnly(**own),
        "cGAN": CGAN(**own),
        "GL-GAN": GLGAN(**own),
    }


def new_rows(sampler: Any, digits: Digits, count: int) -> Array:
    """Return the first ``count`` rows that a sampler adds."""
    X, _ = sampler.fit_resample(digits.X, digits.y)
    return X[len(digits.X) : len(digits.X) + count]


def strip(images: Array, columns: int) -> Array:
    """Return images side by side with white between them, (28, columns * 30)."""
    framed = np.zeros((columns, WIDTH, WIDTH + 2), dtype=np.float32)
    framed[: len(images), :, 1:-1] = images.reshape(-1, WIDTH, WIDTH)
    return framed.transpose(1, 0, 2).reshape(WIDTH, -1)


def drawn(kinds: Mapping[str, Array], title: str) -> Figure:
    """Return a figure with a panel of images for each kind.

    Parameters
    ----------
    kinds : mapping of str to ndarray of shape (n, 784)
        Images in [0, 1] by the name that stands beside them; ink is 1.
    title : str
        Stands above all.
    """
    columns = max(map(len, kinds.values()))
    figure = Figure(figsize=(1.8 + 0.62 * columns, 0.6 + 0.62 * len(kinds)), dpi=130, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1)
    figure.suptitle(title, fontsize=10)
    panels = figure.subplots(len(kinds), 1, squeeze=False).flat
    for axes, (name, images) in zip(panels, kinds.items(), strict=True):
        axes.imshow(strip(images, columns), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    return figure


def curves(history: Mapping[str, Array], title: str) -> Figure:
    """Return a figure with a panel for each loss, the first phase above the second.

    Parameters
    ----------
    history : mapping of str to ndarray of shape (n_steps,)
        `GLGAN`'s ``history_``.
    title : str
        Stands above all.
    """
    figure = Figure(figsize=(8, 5), dpi=110, layout="constrained")
    figure.suptitle(title, fontsize=10)
    phases = figure.subfigures(2, 1)
    second = [name for name in EQUATIONS if name not in FIRST_PHASE]
    for phase, names, unit in zip(phases, (FIRST_PHASE, second), ("step", "round"), strict=True):
        for axes, name in zip(phase.subplots(1, len(names)), names, strict=True):
            curve(axes, history[name])
            axes.set_title(f"{name}, ({EQUATIONS[name]})", fontsize=9)
            axes.set_xlabel(f"{unit} of the {'first' if unit == 'step' else 'second'} phase", fontsize=8)
            axes.tick_params(labelsize=7)
    return figure


def curve(axes: Axes, values: Array) -> None:
    """Draw a loss as it was, faintly, and its mean over a twentieth of the steps on top.

    The frame holds all but the largest fiftieth, so that the first steps do not flatten the others.
    """
    window = max(1, len(values) // 20)
    smooth = np.convolve(values, np.full(window, 1 / window), "valid")
    axes.plot(np.arange(1, len(values) + 1), values, color=RAW, linewidth=0.6)
    axes.plot(np.arange(len(smooth)) + (window + 1) / 2, smooth, color=SMOOTH, linewidth=1.6)
    low, high = values.min(), np.quantile(values, 0.98)
    axes.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low) + 1e-9)
    axes.spines[["top", "right"]].set_visible(False)


def figures(digits: Digits, compared: Mapping[str, Any], count: int, seed: int) -> dict[str, Figure]:
    """Fit every sampler and return both figures by the name of their file.

    Parameters
    ----------
    digits : Digits
        What is trained on, and what the result is compared with.
    compared : mapping of str to sampler
        By the name in the picture; "GL-GAN" has a ``history_``.
    count : int
        Images of each kind.
    seed : int
        Told in the titles.
    """
    fours, sevens = digits.counts
    kinds = {f"trained on ({min(count, sevens)} of {sevens})": digits.X[digits.y == MINORITY][:count]}
    kinds["held back"] = digits.hidden[:count]
    kinds |= {name: new_rows(sampler, digits, count) for name, sampler in compared.items()}
    told = f"MNIST, {fours} fours and {sevens} sevens to train on, seed {seed}"
    return {
        "mnist_4_7.png": drawn(
            kinds, f"Sevens: two lines of real ones, then those made, none picked\n{told}"
        ),
        "glgan_losses.png": curves(
            compared["GL-GAN"].history_,
            f"Losses of GL-GAN: each step (thin), mean of a twentieth (thick), 2 % cut off\n{told}",
        ),
    }


def save(figure: Figure, path: Path) -> None:
    """Write a PNG without a date or a version in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Draw sevens that samplers made, and the losses of GL-GAN.")
    parser.add_argument("--data-dir", type=Path, required=True, help=f"the folder with {FILE}")
    parser.add_argument(
        "--out", type=Path, default=Path("reports/figures"), help="the folder for the figures"
    )
    parser.add_argument("--rows", type=int, default=10, help="images of each kind (10)")
    parser.add_argument("--ratio", type=float, default=0.01, help="sevens for each four to train on (0.01)")
    parser.add_argument("--seed", type=int, default=0, help="of the rows and of every sampler (0)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw both figures and say where they are."""
    options = asked(arguments)
    digits = thinned(*read(options.data_dir), options.ratio, options.seed)
    for name, figure in figures(digits, samplers(options.seed), options.rows, options.seed).items():
        save(figure, options.out / name)
        print(options.out / name)


if __name__ == "__main__":
    torch.set_num_threads(1)  # the same files however many cores there are
    main()
