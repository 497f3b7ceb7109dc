#!/usr/bin/env python
"""Times GL-GAN on a GPU: many fits as one batch against the same fits one after another on the same GPU.

Rows are random numbers in the shape of USPS 2 against 8 at a ratio of 0.01, since the time of a fit depends
on the shape alone. Prints a Markdown row for each size of batch: medians of rounds in which both ways take
turns, after one round that is not counted. Compares with no other machine, and writes no files.

    python plugins/gan/examples/gpu_batching.py
    python plugins/gan/examples/gpu_batching.py --device cpu --batches 10
"""

# ruff: noqa: T201 - a script for a terminal

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oversample_bench_gan.glgan import GLGAN

N_MAJORITY, N_MINORITY, N_FEATURES = 744, 7, 256
"""USPS 2 against 8: training rows at a ratio of 0.01."""
HEAD = (
    "| device | torch | batch | seconds a single fit | seconds a fit of the batch | ratio |\n"
    "| --- | --- | --- | --- | --- | --- |"
)

Problem = tuple[Any, Any]


@dataclass(frozen=True)
class Found:
    """What was measured with one size of batch."""

    size: int
    single_seconds: float
    batch_seconds: float

    def row(self, device: torch.device) -> str:
        """Return a line of the table; both times are those of one fit."""
        ratio = self.single_seconds / self.batch_seconds
        cells = (named(device), torch.__version__, self.size, f"{self.single_seconds:.3f}")
        return "| " + " | ".join(map(str, (*cells, f"{self.batch_seconds:.4f}", f"{ratio:.1f}"))) + " |"


def problem() -> Problem:
    """Return made-up rows, the same ones each time."""
    X = np.random.default_rng(0).normal(size=(N_MAJORITY + N_MINORITY, N_FEATURES))
    return X, np.repeat([0, 1], [N_MAJORITY, N_MINORITY])


def named(device: torch.device) -> str:
    """Return what a reader knows the device by."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    return f"CPU, {torch.get_num_threads()} thread(s)"


def seconds(work: Callable[[], Any], device: torch.device) -> float:
    """Return how long ``work`` takes, all that it started on the device included."""
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None
    wait()
    start = time.perf_counter()
    work()
    wait()
    return time.perf_counter() - start


def compare(sampler: Any, rows: Problem, size: int, rounds: int, singles: int = 10) -> Found:
    """Time ``size`` fits as one batch and some of them alone, in turn.

    Parameters
    ----------
    sampler : NeuralSampler
        With the device in its parameters.
    rows : (X, y)
        The problem of every fit; seeds differ.
    size : int
        Members of the batch.
    rounds : int
        Rounds that count; one more comes before them.
    singles : int, default=10
        Single fits in a round at most: their seconds are a mean anyway.
    """
    device, singles = torch.device(sampler.device), min(size, singles)
    times = [
        (
            seconds(lambda: alone(sampler, rows, range(singles)), device) / singles,
            seconds(lambda: together(sampler, rows, range(size)), device) / size,
        )
        for _ in range(1 + rounds)
    ]
    single, batch = (statistics.median(column) for column in zip(*times[1:], strict=True))
    return Found(size, single, batch)


def alone(sampler: Any, rows: Problem, seeds: Sequence[int]) -> None:
    """Fit once a seed, one after another."""
    for seed in seeds:
        sampler.set_params(random_state=seed).fit_resample(*rows)


def together(sampler: Any, rows: Problem, seeds: Sequence[int]) -> None:
    """Fit once, with a member a seed; raise what a member failed with."""
    for made in sampler.fit_resample_batch([rows] * len(seeds), seeds):
        if isinstance(made, Exception):
            raise made


def asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Time batches of GL-GAN against single fits on one device.")
    parser.add_argument("--device", default="cuda", help="a device of torch's (cuda)")
    parser.add_argument("--batches", type=int, nargs="+", default=[10, 32, 100], help="sizes (10 32 100)")
    parser.add_argument("--singles", type=int, default=10, help="single fits in a round at most (10)")
    parser.add_argument("--repeats", type=int, default=3, help="rounds that count (3)")
    parser.add_argument("--steps", type=int, default=GLGAN().steps, help="of the first phase (the default's)")
    parser.add_argument("--rounds", type=int, default=GLGAN().rounds, help="of the second (the default's)")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    options = asked(arguments)
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise SystemExit(
            f"no CUDA GPU here: torch {torch.__version__} finds none; run this on a machine that has one, or "
            "with `--device cpu` for the same comparison on one CPU thread"
        )
    if device.type == "cpu":
        torch.set_num_threads(1)
    sampler = GLGAN(device=options.device, steps=options.steps, rounds=options.rounds)
    print(HEAD)
    for size in options.batches:
        found = compare(sampler, problem(), size, options.repeats, options.singles)
        print(found.row(device), flush=True)


if __name__ == "__main__":
    main()
