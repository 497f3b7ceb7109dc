"""What every test stands on, those of the plugins too: one thread a process, no network, no figures."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

from oversample_bench.evaluation import threads

threads.claim()  # before anything imports numpy: two test processes share two cores

# No test reaches for the network, nor for what the user has downloaded; nor do the commands that it starts.
os.environ["OVERSAMPLE_BENCH_OFFLINE"] = "1"
os.environ["OVERSAMPLE_BENCH_CACHE"] = str(Path(tempfile.gettempdir()) / "oversample-bench-no-cache")
# Figures take longer than most runs; the tests of the figures ask for them.
os.environ["OVERSAMPLE_BENCH_FIGURES"] = "0"
# A report takes longer than most runs, too: tests that look at one ask for it, by the fixture `reports`.
os.environ["OVERSAMPLE_BENCH_REPORT"] = "0"

# How long an example takes is the machine's business. Where CI is set, Hypothesis repeats the same examples.
settings.register_profile(
    "any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

pytest_plugins = ["tests.groups", "tests.clusters", "tests.left_out"]


def pytest_collection_finish() -> None:
    """Leave what has been made so far, which stays to the end, out of every later collection of garbage.

    There are ten thousand tests; libraries that ask for a whole collection would look at them each time.
    """
    gc.collect()
    gc.freeze()
