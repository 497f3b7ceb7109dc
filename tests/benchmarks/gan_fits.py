"""Fits of GL-GAN to be timed, and warm processes that keep to their threads to spread them over."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.memory import peak_mib

Problem = tuple[Any, Any]
Pools = Sequence[ProcessPoolExecutor]


def usps(folder: str) -> tuple[Problem, str]:
    """Return the training rows of USPS 2 against 8 at 0.01 and their name; made-up ones without a folder."""
    from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
    from oversample_bench.datasets.classes import two_classes
    from oversample_bench.datasets.paper_sets import load
    from oversample_bench.evaluation.split import thin

    if not (Path(folder) / "usps.npz").is_file():
        return random_rows(744, 7, 256), "random numbers in the shape of USPS 2/8"
    dataset, data = load("usps", Path(folder)), DataSpec("usps", majority="2", minority="8")
    classes = two_classes(dataset, data)
    train = thin(classes.y, SplitSpec(data, 0.01, Protocol(), 0)).train
    return (dataset.X[classes.rows][train], classes.y[train]), "USPS 2/8"


def random_rows(n_majority: int, n_minority: int, n_features: int) -> Problem:
    """Return normal numbers of a shape, the same ones each time."""
    X = np.random.default_rng(0).normal(size=(n_majority + n_minority, n_features))
    return X, np.repeat([0, 1], [n_majority, n_minority])


def alone(problem: Problem, seeds: Sequence[int]) -> None:
    """Fit once a seed, one after another."""
    from oversample_bench_gan.glgan import GLGAN

    for seed in seeds:
        GLGAN(random_state=seed, device="cpu").fit_resample(*problem)


def batched(problem: Problem, seeds: Sequence[int]) -> None:
    """Fit once, with a member a seed; raise what a member failed with."""
    from oversample_bench_gan.glgan import GLGAN

    for made in GLGAN(device="cpu").fit_resample_batch([problem] * len(seeds), seeds):
        if isinstance(made, Exception):
            raise made


def weighed(shape: tuple[int, int, int]) -> tuple[float, float, float]:
    """Return the seconds of a fit to rows of a shape, and the peak memory in MiB before it and after it."""
    problem = random_rows(*shape)
    before = peak_mib()
    start = time.perf_counter()
    alone(problem, [0])
    return time.perf_counter() - start, before, peak_mib()


def warm_up(threads: int) -> None:
    """Import everything, keep to ``threads``, and fit once, alone and batched."""
    import torch

    torch.set_num_threads(threads)
    small = random_rows(40, 8, 4)
    alone(small, [0])
    batched(small, [0, 1])


@contextmanager
def processes(count: int, threads: int) -> Iterator[list[ProcessPoolExecutor]]:
    """Start processes that have warmed up; each is a pool of its own, so that none takes another's work."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pools = [stack.enter_context(ProcessPoolExecutor(1, spawn)) for _ in range(count)]
        for ready in [pool.submit(warm_up, threads) for pool in pools]:
            ready.result()
        yield pools


def spread(
    pools: Pools, work: Callable[[Problem, Sequence[int]], None], problem: Problem, seeds: Sequence[int]
) -> None:
    """Do the work side by side, each process with its share of the seeds."""
    parts = [seeds[number :: len(pools)] for number in range(len(pools))]
    for done in [pool.submit(work, problem, part) for pool, part in zip(pools, parts, strict=True)]:
        done.result()
