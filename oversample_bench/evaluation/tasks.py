"""What is left to do: specs with their digests and seeds, grouped by the call that makes the resamples.

Pure. Resume is nothing but this: the plan less what has succeeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from oversample_bench.core.digests import Identity
from oversample_bench.core.specs import Component, DataSpec, ResampleSpec, TrialSpec
from oversample_bench.suite.plan import Plan, first_of, members_of


@dataclass(frozen=True)
class ResampleTask:
    """A resample with all that its making depends on.

    Attributes
    ----------
    spec : ResampleSpec
        What to make.
    digest, split, fingerprint : str
        The digests of the resample, of its split and of the data.
    random_state : int
        The method's seed.
    """

    spec: ResampleSpec
    digest: str
    split: str
    fingerprint: str
    random_state: int

    @property
    def target_ratio(self) -> float:
        """The ratio that the protocol asks methods for."""
        return self.spec.split.protocol.target_ratio


@dataclass(frozen=True)
class TrialTask:
    """A trial with the digests of itself and of its resample, and the seeds of classifier and method."""

    spec: TrialSpec
    digest: str
    resample: str
    random_state: int
    method_random_state: int


@dataclass(frozen=True)
class Resources:
    """An amount of a machine: CPU slots (one thread each) and GPUs, or shares of one.

    What a fit occupies, a worker has, or is left of a node, which may be nothing. What a suite may ask for is
    less than that: `oversample_bench.suite.ResourcesSection` refuses none and odd shares.
    """

    cpus: float = 1
    gpus: float = 0


@dataclass(frozen=True)
class Job:
    """One fit and the trials that wait for its resamples.

    Attributes
    ----------
    members : tuple of ResampleTask
        One resample, or all members of a batch.
    trials : tuple of TrialTask
        What has not succeeded yet.
    stored : bool
        Whether each resample that the trials need lies on disk.
    resources : Resources
        For the fit; a trial takes one slot.
    """

    members: tuple[ResampleTask, ...]
    trials: tuple[TrialTask, ...]
    stored: bool
    resources: Resources

    @property
    def data(self) -> DataSpec:
        """The data set of all its members."""
        return self.members[0].spec.split.data

    def needed(self) -> tuple[ResampleTask, ...]:
        """Return the members that a trial waits for."""
        awaited = {trial.resample for trial in self.trials}
        return tuple(member for member in self.members if member.digest in awaited)


def resample_task(spec: ResampleSpec, identity: Identity) -> ResampleTask:
    """Return ``spec`` with its digests and its seed."""
    return ResampleTask(
        spec=spec,
        digest=identity.resample(spec),
        split=identity.split(spec.split),
        fingerprint=identity.fingerprints[spec.split.data],
        random_state=_seed(spec.method, identity.method_seed(spec)),
    )


def trial_task(spec: TrialSpec, identity: Identity) -> TrialTask:
    """Return ``spec`` with its digests and its seeds."""
    return TrialTask(
        spec=spec,
        digest=identity.trial(spec),
        resample=identity.resample(spec.resample),
        random_state=_seed(spec.classifier, identity.classifier_seed(spec)),
        method_random_state=_seed(spec.resample.method, identity.method_seed(spec.resample)),
    )


def _seed(component: Component, ours: int) -> int:
    """Return the seed in effect: what the suite says goes before ours."""
    given = _given(component)
    return ours if given is None else given


@cache
def _given(component: Component) -> int | None:
    """Return the seed that a suite gives a component itself, if it does."""
    given = component.kwargs().get("random_state")
    return given if isinstance(given, int) else None


def jobs(
    plan: Plan,
    identity: Identity,
    done: AbstractSet[str],
    stored: Callable[[str], bool],
    resources: Mapping[Component, Resources],
) -> Iterator[Job]:
    """Yield what is left of ``plan``, in its order.

    Parameters
    ----------
    plan : Plan
        Every trial of the suite.
    identity : Identity
        Digests and seeds.
    done : set of str
        The digests of trials that need not be done again.
    stored : callable
        Tells whether the resample of a digest lies on disk.
    resources : mapping of Component to Resources
        By method.
    """
    waiting: dict[ResampleSpec, dict[str, TrialTask]] = {}
    for planned in plan.trials:
        digest = identity.trial(planned.spec)
        if digest in done:
            continue
        first = first_of(planned.spec.resample)
        waiting.setdefault(first, {})[digest] = trial_task(planned.spec, identity)
    for first, trials in waiting.items():
        yield Job(
            members=tuple(resample_task(member, identity) for member in members_of(first)),
            trials=tuple(trials.values()),
            stored=all(stored(digest) for digest in {trial.resample for trial in trials.values()}),
            resources=resources.get(first.method, Resources()),
        )
