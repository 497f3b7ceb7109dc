"""Says what is known of a worker's death: Ray passes on exit codes rarely, and signals never."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from oversample_bench.core.outcome import Failed, Status
from oversample_bench.execution.runners.worker import Station

LOG_LINES = 30
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def is_lost_node(failed: Any) -> bool:
    """Tell whether a worker died with its node: no fault of the method, so that it is tried again."""
    return isinstance(failed, Failed) and failed.kind == "lost node"


def refusal(error: Exception) -> str:
    """Return the exception that a worker raised instead of starting; empty where it raised none."""
    lines = [line.strip() for line in COLOURS.sub("", str(error)).splitlines() if line.strip()]
    return lines[-1] if lines and "creation task" in str(error) else ""


def cause_of_death(error: Exception, station: Station | None, seconds: float) -> Failed:
    """Return what an error of Ray, and what the worker itself wrote, tell of its end."""
    text = str(error)
    if type(error).__name__ == "ActorUnavailableError":
        return Failed(Status.CRASHED, "", "lost node", "the worker is out of reach", "", seconds)
    log = _tail(station)
    status, kind, message = Status.CRASHED, "died", "its process died: killed by a signal, or it ended itself"
    if "running low on memory" in text:
        status, kind, message = (
            Status.OOM,
            "memory",
            "its process was killed because the node ran out of memory",
        )
    elif "node has died" in text or "node was terminated" in text or "its node" in text:
        kind, message = "lost node", "the node that it ran on was lost"
    elif "exit code " in text:
        code = text.split("exit code ")[1].split(maxsplit=1)[0].rstrip(".,'\"")
        kind, message = f"exit code {code}", f"its process ended itself with exit code {code}"
    else:
        signals = [word for line in log.splitlines() for word in line.split() if word.startswith("SIG")]
        if signals:
            kind, message = signals[0], f"its process was killed by {signals[0]}"
    return Failed(status, "", kind, message, log, seconds)


def _tail(station: Station | None) -> str:
    """Return the last lines that a worker wrote to its error file, where that is on this machine."""
    path = Path(station.errors) if station and station.errors else None
    if path is None or not path.is_file():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:])
