"""How many trials a suite asks for, and the most that can be planned."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from oversample_bench.core.errors import counted
from oversample_bench.suite.fields import complaint

if TYPE_CHECKING:
    from oversample_bench.suite.model import Suite
    from oversample_bench.suite.source import Steps

MOST_TRIALS = 1_000_000
"""A plan is held in memory, two kilobytes a trial where each has a split of its own: 2 GB for this many."""

MOST_BATCH = 1_000
"""The batch is part of what each of its members is, so that the work of planning grows with its square."""


def refuse_too_many(suite: Suite) -> None:
    """Raise a complaint when a plan of ``suite`` is more than a machine holds."""
    members = [(item.splits or suite.splits) * (item.seeds or suite.seeds) for item in suite.data]
    lists = {key: len(getattr(suite, f"{key}s")) for key in ("ratio", "method", "classifier")}
    rates = {"noise level": suite.protocol.label_noise, "missing rate": suite.protocol.missing_rate}
    lists |= {noun: len(given) for noun, given in rates.items() if len(given) > 1}
    pairs = sum(item.follows(method.label) for method in suite.methods for item in suite.classifiers)
    others = [count for noun, count in lists.items() if noun not in ("method", "classifier")]
    total = sum(members) * pairs * prod(others)
    if total > MOST_TRIALS:
        repeats = f"{_readable(sum(members))} pairs of split and seed on {counted(len(members), 'data set')}"
        shape = ", ".join(counted(count, noun) for noun, count in lists.items())
        raise complaint(
            f"The suite asks for {_readable(total)} trials: {repeats}, {shape}. At most {MOST_TRIALS:,} can "
            "be planned. Ask for less, or make several suites of it.",
            at=_largest(suite),
        )
    for position, method in enumerate(suite.methods):
        size = min(method.batch, max(members))
        if size > MOST_BATCH:
            raise complaint(
                f"Each batch of '{method.label}' would hold {size:,} pairs of split and seed; at most "
                f"{MOST_BATCH:,} can be fitted in one model.",
                at=("methods", position, "batch"),
            )


def _largest(suite: Suite) -> Steps:
    """Return the way to the field that multiplies the trials most."""
    own: dict[Steps, int] = {
        ("data", position, key): getattr(item, key)
        for position, item in enumerate(suite.data)
        for key in ("splits", "seeds")
    }
    lists: dict[Steps, int] = {
        (key,): len(getattr(suite, key)) for key in ("data", "ratios", "methods", "classifiers")
    }
    factors: dict[Steps, int] = {("splits",): suite.splits, ("seeds",): suite.seeds, **own, **lists}
    return max(factors, key=lambda steps: factors[steps])


def _readable(number: int) -> str:
    return f"{number:,}" if number < 10**15 else "more than 10^15"
