"""What methods are compared with: one rule for the control, and which methods cost nothing to try."""

from __future__ import annotations

from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import UsageError, listed, nearest

BASELINE = "none"
WITH_ALL_ROWS = ("class_weight", "threshold")
"""Registered names of free methods that train on the rows as they are and are no doing nothing."""
FREE = (BASELINE, *WITH_ALL_ROWS, "random_under")
"""Registered names of methods that make no rows and take no time worth the name."""
ROPE = 0.01  # as the tutorial of the Bayesian test takes it for accuracies
OPTIONS = ("control", "focus")
"""What a suite's report section calls it, the second before version 0.2."""


def control(results: Results, asked: str = "") -> str:
    """Return the method that the others are compared with.

    Parameters
    ----------
    results : Results
        The run.
    asked : str, default=""
        A label; the suite's ``control``, else ``none``, else the first method.

    Raises
    ------
    UsageError
        When no method of the run has the label that is asked for.
    """
    methods = results.names("method")
    if asked and asked not in methods:
        raise UsageError(
            f"this run has no method '{asked}'.{nearest(asked, methods)} It has: {listed(methods)}."
        )
    named = [str(results.run["options"].get(option) or "") for option in OPTIONS]
    return next(name for name in (asked, *named, BASELINE, methods[0]) if name in methods)


def free(results: Results) -> list[str]:
    """Return the labels of the methods whose registered names are `FREE`, in plan order."""
    return [label for label, name in _names(results).items() if name in FREE]


def registered(results: Results) -> set[str]:
    """Return the registered names of the methods."""
    return set(_names(results).values())


def registered_name(results: Results, label: str) -> str:
    """Return the registered name of the method with a label."""
    return _names(results)[label]


def _names(results: Results) -> dict[str, str]:
    """Return the registered name of each label; a method of which no resample was tried goes by its label."""
    tried = results.resamples[results.resamples["registered"] != ""]
    names = dict(zip(tried["method"], tried["registered"], strict=True))
    return {label: names.get(label, label) for label in results.names("method")}


def rope(results: Results) -> float:
    """Return up to which difference methods are as good as each other: the suite's, or 0.01."""
    return float(results.run["options"].get("rope", ROPE))
