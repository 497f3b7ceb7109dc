"""The numbers of a run beside those that came out when it was done again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from oversample_bench.core.errors import counted
from oversample_bench.core.outcome import Failed
from oversample_bench.core.specs import FIDELITY_VERSION
from oversample_bench.execution.verify_sample import Recorded, Sample

if TYPE_CHECKING:
    from oversample_bench.execution.runners.events import ResampleDone, TrialDone

DRAWN = (
    "n_real", "n_dropped", "n_new", "n_new_majority", "n_requested", "n_copies", "realised_ratio",
    "fidelity_precision", "fidelity_recall", "fidelity_density", "fidelity_coverage",
)  # fmt: skip
"""What is compared of a resample."""


@dataclass(frozen=True)
class Deviation:
    """A number that came out otherwise.

    Attributes
    ----------
    trial : str
        Its labels, those of the first trial of a resample.
    what : str
        A metric, or ``resample: n_new`` and the like; ``status`` where there is no number now.
    stored, found : float or str or None
        Then and now.
    """

    trial: str
    what: str
    stored: float | str | None
    found: float | str | None

    @property
    def size(self) -> float:
        """The absolute difference; infinite where one of the two is no number."""
        found = None if isinstance(self.found, float) and math.isnan(self.found) else self.found
        if self.stored == found:  # a store keeps NaN as no number
            return 0.0
        if isinstance(self.stored, int | float) and isinstance(found, int | float):
            return abs(self.stored - found)
        return math.inf


@dataclass(frozen=True)
class Verification:
    """What became of a sample.

    Attributes
    ----------
    n_trials : int
        Trials of the plan that succeeded.
    n_sampled, n_compared : int
        Those of the sample, and those of them that were repeated.
    n_numbers : int
        How many numbers were compared.
    deviations : tuple of Deviation
        Numbers further apart than the tolerance, the largest difference first.
    largest : float
        Of all differences, also of those within the tolerance.
    unverified : tuple of (str, str)
        The labels of a trial, or a metric, and why it could not be compared.
    """

    n_trials: int
    n_sampled: int
    n_compared: int
    n_numbers: int
    deviations: tuple[Deviation, ...]
    largest: float
    unverified: tuple[tuple[str, str], ...]

    @property
    def exit_code(self) -> int:
        """3 where a number differs, 2 where none does and some could not be compared, else 0."""
        if self.deviations:
            return 3
        return 2 if self.unverified else 0


@dataclass
class Comparison:
    """The numbers of then beside those of now."""

    recorded: Mapping[str, Recorded]
    metrics: Mapping[str, str]
    pairs: list[Deviation] = field(default_factory=list)
    n_trials: int = 0
    n_other_fidelity: int = 0

    def take_resample(self, event: ResampleDone, stored: Mapping[str, Any]) -> None:
        """Compare the audit and fidelity of a resample that trials of the sample stand on."""
        from oversample_bench.execution.recorder import resample_record

        label = next((one.label for one in self.recorded.values() if one.resample == event.task.digest), "")
        if not label or isinstance(event.outcome, Failed):  # the trial tells of the failure
            return
        now = resample_record(event, "", 0).columns
        same = stored.get("fidelity_version") == FIDELITY_VERSION
        self.n_other_fidelity += not same and stored["fidelity_precision"] is not None
        compared = DRAWN if same else [name for name in DRAWN if not name.startswith("fidelity_")]
        self.pairs += [
            Deviation(label, f"resample: {name}", stored[name], now.get(name)) for name in compared
        ]

    def take_trial(self, event: TrialDone) -> None:
        """Compare the scores of a trial."""
        one = self.recorded[event.task.digest]
        self.n_trials += 1
        if isinstance(event.outcome, Failed):
            told = f"{event.outcome.status.value}: {event.outcome.message}"
            self.pairs.append(Deviation(one.label, "status", "ok", told))
            return
        for name, source in self.metrics.items():
            if one.metric_sources.get(name) == source:
                found = event.outcome.value.values[name]
                self.pairs.append(Deviation(one.label, name, one.scores[name], found))

    def concluded(
        self, sample: Sample, tolerance: float, unverified: Sequence[tuple[str, str]]
    ) -> Verification:
        """Return what was found."""
        if self.n_other_fidelity:
            resamples = counted(self.n_other_fidelity, "resample")
            unverified = [*unverified, ("fidelity", f"of {resamples} was measured by another version of it")]
        beyond = sorted((pair for pair in self.pairs if pair.size > tolerance), key=lambda pair: -pair.size)
        return Verification(
            n_trials=sample.n_trials,
            n_sampled=len(sample.trials),
            n_compared=self.n_trials,
            n_numbers=len(self.pairs),
            deviations=tuple(beyond),
            largest=max((pair.size for pair in self.pairs), default=0.0),
            unverified=tuple(unverified),
        )
