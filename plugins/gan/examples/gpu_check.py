#!/usr/bin/env python
"""What a GPU changes of the sampling methods of this plugin: rows, scores, and seconds.

Four questions, on USPS 2 against 8 thinned to 0.01 (the file ``usps.npz`` of ``--data``):

1. Are the rows those of the CPU? The same seeds on both devices; the largest difference of a new value, and
   of the losses of the first steps, before rounding has had time to grow.
2. Is each member of a batch alone? A batch of three against the same three fits, on the GPU.
3. Do scores stay? MCC of a linear SVC over splits, on rows from the CPU, and from the GPU by float32, TF32
   and bfloat16 (by autocast); paired differences with Student's intervals, and seconds.
4. What does one fit of 2828 x 5000 take there, in seconds and in memory?

How much faster batches are than single fits is the question of ``gpu_batching.py``.

    python plugins/gan/examples/gpu_check.py --data data
    python plugins/gan/examples/gpu_check.py --data data --device cpu --splits 2 --steps 20 --rounds 10
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import stats
from sklearn.metrics import matthews_corrcoef
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.adaptive import GLGANAdaptive
from oversample_bench_gan.bagan import BAGAN
from oversample_bench_gan.cgan import CGAN
from oversample_bench_gan.glgan import GLGAN

METHODS = (GLGAN, AutoOnly, AEWithoutCluster, GLGANAdaptive, CGAN, BAGAN)
RATIO = 0.01
FIRST_STEPS = 10
"""Losses that are compared before rounding has grown."""
MEMBERS = 3
"""Of the batch whose members are fitted alone as well."""
LARGE = (2828, 5000)
PRECISIONS = ("float32", "tf32", "bfloat16")

Array = Any


@dataclass(frozen=True, eq=False)
class Split:
    """Scaled training rows at a ratio of 0.01, and test rows."""

    X: Array
    y: Array
    X_test: Array
    y_test: Array


def splits(folder: Path, count: int) -> list[Split]:
    """Return splits of USPS 2 (0) against 8 (1)."""
    with np.load(folder / "usps.npz", allow_pickle=False) as arrays:
        chosen = np.isin(arrays["y"], (2, 8))
        X, y = arrays["X"][chosen].astype(np.float64), (arrays["y"][chosen] == 8).astype(int)
    return [_split(X, y, seed) for seed in range(count)]


def _split(X: Array, y: Array, seed: int) -> Split:
    X_all, X_test, y_all, y_test = train_test_split(X, y, test_size=0.2, stratify=y, random_state=seed)
    majority, minority = (np.flatnonzero(y_all == label) for label in (0, 1))
    kept = np.sort(np.concatenate([majority, minority[: int(RATIO * len(majority))]]))
    scaler = StandardScaler().fit(X_all[kept])
    return Split(scaler.transform(X_all[kept]), y_all[kept], scaler.transform(X_test), y_test)


@contextmanager
def precision(name: str, device: torch.device) -> Iterator[None]:
    """Compute products of matrices as ``name`` says, for as long as the context lasts."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if name == "tf32" else "highest")
    try:
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=name == "bfloat16"):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def sampler(kind: type, device: torch.device, few: dict[str, int]) -> Any:
    """Return a sampler on a device, with the steps that were asked for where it has them."""
    made = kind(device=str(device))
    known = made.get_params()
    return made.set_params(**{name: value for name, value in few.items() if name in known})


def fitted(one: Any, drawn: Sequence[Split]) -> list[tuple[Array, Array]]:
    """Fit all splits as one batch, the number of a split its seed; raise what a member failed with."""
    made = one.fit_resample_batch([(split.X, split.y) for split in drawn], range(len(drawn)))
    for member in made:
        if isinstance(member, Exception):
            raise member
    return list(made)


def difference(
    first: Sequence[tuple[Array, Array]], second: Sequence[tuple[Array, Array]]
) -> tuple[float, float]:
    """Return the largest and the median difference of a value, in standard deviations of its feature."""
    apart = np.concatenate([np.abs(a[0] - b[0]).ravel() for a, b in zip(first, second, strict=True)])
    changed = apart[apart > 0]
    return float(apart.max()), float(np.median(changed)) if len(changed) else 0.0


def early(first: Any, second: Any) -> float:
    """Return the largest relative difference of the losses of the first steps."""
    told = []
    for a, b in zip(first.history_, second.history_, strict=True):
        for name, losses in a.items():
            here, there = losses[:FIRST_STEPS], b[name][:FIRST_STEPS]
            if name in ("reconstruction", "clustering") or len(a) == 1:
                told.append(np.abs(here - there) / np.maximum(np.abs(here), 1e-6))
    return float(max(part.max() for part in told)) if told else float("nan")


def compare_rows(drawn: Sequence[Split], device: torch.device, few: dict[str, int]) -> None:
    """Print what rows differ by between the devices, and between a batch and its members alone."""
    titles = ("method", "first losses, CPU and GPU", "new values, CPU and GPU: most, median", "batch, alone")
    print(f"| {' | '.join(titles)} |")
    print("| --- | --- | --- | --- |")
    for kind in METHODS:
        here, there = sampler(kind, torch.device("cpu"), few), sampler(kind, device, few)
        ours, theirs = fitted(here, drawn), fitted(there, drawn)
        most, median = difference(ours, theirs)
        begun = early(here, there)
        single = [
            there.set_params(random_state=seed).fit_resample(split.X, split.y)
            for seed, split in enumerate(drawn)
        ]
        alone = difference(theirs, single)
        print(
            f"| {kind.__name__} | {begun:.1e} | {most:.2g}, {median:.1e} | {alone[0]:.2g}, {alone[1]:.1e} |",
            flush=True,
        )


def score(made: tuple[Array, Array], split: Split) -> float:
    """Return MCC of a linear SVC on the test rows."""
    model = LinearSVC(random_state=0).fit(*made)
    return float(matthews_corrcoef(split.y_test, model.predict(split.X_test)))


def compare_scores(drawn: Sequence[Split], device: torch.device, few: dict[str, int]) -> None:
    """Print what scores and seconds are by each precision, against rows of the CPU."""
    print(
        "\n| method | rows by | MCC | difference from the CPU | seconds of the batch |\n" + "| --- " * 5 + "|"
    )
    for kind in (GLGAN, GLGANAdaptive):
        base = None
        for where, name in ((torch.device("cpu"), "float32"), *((device, name) for name in PRECISIONS)):
            one = sampler(kind, where, few)
            with precision(name, where):
                start = time.perf_counter()
                made = fitted(one, drawn)
                took = time.perf_counter() - start
            found = np.array([score(rows, split) for rows, split in zip(made, drawn, strict=True)])
            told = "" if base is None else _interval(found - base)
            base = found if base is None else base
            print(
                f"| {kind.__name__} | {where.type}, {name} | {found.mean():.4f} | {told} | {took:.1f} |",
                flush=True,
            )


def _interval(gains: Array) -> str:
    n = len(gains)
    if n < 2 or not gains.any():
        return f"{gains.mean():+.4f}"
    half = stats.t.ppf(0.975, n - 1) * gains.std(ddof=1) / np.sqrt(n)
    return f"{gains.mean():+.4f} [{gains.mean() - half:+.4f}, {gains.mean() + half:+.4f}]"


def fit_large(device: torch.device, few: dict[str, int], shape: tuple[int, int] = LARGE) -> None:
    """Print seconds and memory of one fit of random numbers, a hundredth of them minority rows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=shape), np.arange(shape[0]) < max(shape[0] // 100, 2)
    one = sampler(GLGAN, device, few).set_params(random_state=0)
    on_gpu = device.type == "cuda"
    if on_gpu:
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    start = time.perf_counter()
    one.fit_resample(X, y.astype(int))
    took = time.perf_counter() - start
    peak = f", peak {torch.cuda.max_memory_allocated() / 2**20:,.0f} MiB on it" if on_gpu else ""
    print(f"\none fit of GL-GAN, {shape[0]} x {shape[1]}: {took:.1f} s{peak}", flush=True)


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Compare this plugin's methods on a GPU with the CPU.")
    parser.add_argument("--data", type=Path, required=True, help="folder with usps.npz")
    parser.add_argument("--device", default="cuda", help="a device of torch's (cuda)")
    parser.add_argument("--splits", type=int, default=10, help="members of a batch (10)")
    parser.add_argument("--steps", type=int, help="of the first phase, or of a GAN (each method's default)")
    parser.add_argument("--rounds", type=int, help="of the second phase (each method's default)")
    parser.add_argument("--large", type=int, nargs=2, default=LARGE, help="rows and columns (2828 5000)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all tables."""
    options = asked(arguments)
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise SystemExit(f"no CUDA GPU here: torch {torch.__version__} finds none; try `--device cpu`")
    wanted = {"steps": options.steps, "rounds": options.rounds, "max_steps": options.steps}
    few = {key: value for key, value in wanted.items() if value is not None}
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{name}, torch {torch.__version__}\n")
    drawn = splits(options.data, options.splits)
    compare_rows(drawn[:MEMBERS], device, few)
    compare_scores(drawn, device, few)
    fit_large(device, few, tuple(options.large))


if __name__ == "__main__":
    main()
