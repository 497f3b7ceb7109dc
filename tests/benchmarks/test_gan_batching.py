"""Batches of GL-GAN against single fits over the same seeds, in warm processes, turn by turn.

Nothing here passes or fails by a clock. Rows are the training rows of USPS 2 against 8 at a ratio of 0.01
where ``OVERSAMPLE_BENCH_DATA`` names a folder that has them, else random numbers of that shape.
"""

from __future__ import annotations

import importlib
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("oversample_bench_gan.glgan", reason="plugins/gan is not installed")

ROUNDS = 3
WIDE = (2800, 28, 5000)
"""Majority rows, minority rows and features of Gisette at a ratio of 0.01."""


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the fits by the name under which the processes find them, too."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    return importlib.import_module("gan_fits")


@pytest.fixture
def rows(fits: Any) -> tuple[Any, str]:
    """Return a problem and its name."""
    return fits.usps(os.environ.get("OVERSAMPLE_BENCH_DATA", ""))


def seconds_of(function: Callable[[], Any]) -> float:
    """Return the wall-clock seconds of a call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def in_turn(
    benchmark: Any, singles: Callable[[], Any], batches: Callable[[], Any]
) -> tuple[float, float, float]:
    """Time singles and batches in turn; return the medians of both, and the median of their ratios."""
    peers: list[float] = []
    benchmark.pedantic(
        batches, setup=lambda: peers.append(seconds_of(singles)), rounds=ROUNDS, warmup_rounds=1
    )
    ours, peers = benchmark.stats.stats.data, peers[1:]
    ratios = [peer / own for peer, own in zip(peers, ours, strict=True)]
    return statistics.median(peers), statistics.median(ours), statistics.median(ratios)


def test_a_batch_in_each_of_two_processes(benchmark: Any, tell: Any, fits: Any, rows: Any) -> None:
    """Twenty fits in two processes of one thread: a batch of ten in each against ten single fits in each."""
    problem, name = rows
    with fits.processes(2, threads=1) as pools:
        singles, batches, ratio = in_turn(
            benchmark,
            lambda: fits.spread(pools, fits.alone, problem, range(20)),
            lambda: fits.spread(pools, fits.batched, problem, range(20)),
        )

    tell(
        f"20 fits of GL-GAN ({name}), two processes of one thread: single {singles:.1f} s, "
        f"a batch of ten in each {batches:.1f} s",
        f"{ratio:.2f} times",
        ">= 2 times",
    )


def test_one_batch_on_two_threads(benchmark: Any, tell: Any, fits: Any, rows: Any) -> None:
    """Ten fits: one batch in one process of two threads against five single fits in each of two processes."""
    problem, name = rows
    with fits.processes(2, threads=1) as pools, fits.processes(1, threads=2) as wide:
        singles, batches, ratio = in_turn(
            benchmark,
            lambda: fits.spread(pools, fits.alone, problem, range(10)),
            lambda: fits.spread(wide, fits.batched, problem, range(10)),
        )

    tell(
        f"10 fits of GL-GAN ({name}): single in two processes of one thread {singles:.1f} s, "
        f"one batch on two threads {batches:.1f} s",
        f"{ratio:.2f} times",
        ">= 2 times",
    )


@pytest.mark.parametrize("threads", [1, 2])
def test_a_single_fit(benchmark: Any, tell: Any, fits: Any, rows: Any, threads: int) -> None:
    """A fit to rows of the shape of USPS 2 against 8."""
    problem, name = rows
    with fits.processes(1, threads) as pools:
        benchmark.pedantic(fits.spread, args=(pools, fits.alone, problem, [0]), rounds=5, warmup_rounds=1)

    n, d = problem[0].shape
    median = statistics.median(benchmark.stats.stats.data)
    tell(f"a single fit of GL-GAN ({name}, {n} x {d}), {threads} thread(s)", f"{median:.2f} s", "-")


def test_a_wide_fit(benchmark: Any, tell: Any, fits: Any) -> None:
    """A fit to random numbers in the shape of Gisette, and the memory that it takes."""
    with fits.processes(1, threads=2) as (pool,):
        seconds, before, peak = benchmark.pedantic(lambda: pool.submit(fits.weighed, WIDE).result(), rounds=1)

    tell(
        f"a single fit of GL-GAN ({sum(WIDE[:2])} x {WIDE[2]} random numbers), two threads",
        f"{seconds:.1f} s, peak {peak:.0f} MiB ({before:.0f} MiB before it)",
        "-",
    )
