"""One thread for each CPU slot, in every library that would like more.

Environment variables hold for what is imported later, threadpoolctl for what is loaded already; it takes
both to cover BLAS, OpenMP and torch.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment(threads: int = 1) -> dict[str, str]:
    """Return the variables that a process starts with to keep to ``threads``."""
    return dict.fromkeys(VARIABLES, str(threads))


def claim() -> None:
    """Set the variables in this process and its children; what the user has set stays."""
    for name, value in environment().items():
        os.environ.setdefault(name, value)


@contextmanager
def limited(threads: int = 1) -> Iterator[None]:
    """Hold the libraries that are loaded to ``threads`` for the length of the block."""
    from threadpoolctl import threadpool_limits

    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else 0
    with threadpool_limits(threads):
        if torch:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(before)
