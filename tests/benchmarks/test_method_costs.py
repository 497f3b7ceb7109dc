"""What one fit of each method of the literature list costs on 1,000 x 20 with 30 minority rows, one thread.

Nothing here passes or fails by a clock; the goals are told beside the figures.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_limits

from oversample_bench.plugins.registry import load_registry

COSTS = {
    "vtss": 20, "tg_vtss": 20, "bias_corrected": 20, "gk_smote": 20, "gk_smote_kde": 20, "leo_cvae": 20,
    "cvae": 20, "moms": 20, "moms_mmd": 20, "imbllm": 120, "great_like": 120, "kotaro": 20, "tuned_mlp": 20,
}  # fmt: skip
"""The goal of each, in seconds of two cores; here it has one thread."""
AROUND_SMOTE = {"vtss", "tg_vtss", "bias_corrected"}
CLASSIFIERS = {"kotaro", "tuned_mlp"}


def built(name: str) -> Any:
    """Return the method with its defaults, around SMOTE where it stands around a sampler."""
    registry = load_registry()
    entry = registry.entry("classifier" if name in CLASSIFIERS else "oversampler", name)
    if entry.state != "ok":
        pytest.skip(f"{name}: {entry.reason}")
    inner = {"sampler": registry.entry("oversampler", "smote").build({})} if name in AROUND_SMOTE else {}
    return entry.build(inner)


@pytest.mark.parametrize("name", COSTS)
def test_a_fit(benchmark: Any, tell: Any, name: str) -> None:
    """One fit with the defaults, in seconds of the processor."""
    X, y = make_classification(1000, weights=[0.97], flip_y=0, random_state=0)
    method = built(name)
    fit = method.fit if name in CLASSIFIERS else method.fit_resample

    def timed() -> float:
        start = time.process_time()
        with threadpool_limits(1):
            fit(X, y)
        return time.process_time() - start

    seconds = benchmark.pedantic(timed, rounds=1)
    tell(f"a fit of `{name}`, 1,000 x 20", f"{seconds:.1f} s", f"{COSTS[name]} s")
