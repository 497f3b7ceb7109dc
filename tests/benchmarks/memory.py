"""How much memory a process has had.

Not by ``ru_maxrss`` where the system tells better: a process on Linux begins with that of the one which has
started it, so that a small child of a large run looks large.
"""

from __future__ import annotations

import re
import resource
import sys

from oversample_bench.evaluation.limits import CLEAR, STATUS


def peak_mib() -> float:
    """Return the most that this process has had since it began, or since `forget_peak`, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text()) if STATUS.exists() else None
    if found:
        return int(found[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def forget_peak() -> None:
    """Let the peak begin at what the process has now, where the system can."""
    if CLEAR.exists():
        CLEAR.write_text("5")
