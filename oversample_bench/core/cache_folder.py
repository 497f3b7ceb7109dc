"""Where files lie that are kept from one call to the next, and can be made or fetched again."""

from __future__ import annotations

import os
from pathlib import Path

CACHE_VARIABLE = "OVERSAMPLE_BENCH_CACHE"


def cache_folder() -> Path:
    """Return ``OVERSAMPLE_BENCH_CACHE``, or the user's folder of caches."""
    named = os.environ.get(CACHE_VARIABLE, "")
    if named:
        return Path(named)
    import pooch

    return Path(pooch.os_cache("oversample-bench"))
