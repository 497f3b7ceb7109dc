"""What is left to do: specs with their digests and seeds, grouped by the call that makes the draws.

Pure. Resume is nothing but this: the plan less what has succeeded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from oversample_bench.core.digests import Identity
from oversample_bench.core.specs import Component, DataSpec, DrawSpec, TrialSpec
from oversample_bench.suite.plan import Plan, first_of, members_of


@dataclass(frozen=True)
class DrawTask:
    """A draw with all that its making depends on.

    Attributes
    ----------
    spec : DrawSpec
        What to draw.
    digest, split, fingerprint : str
        The digests of the draw, of its split and of the data.
    random_state : int
        The method's seed.
    """

    spec: DrawSpec
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
    """A trial with the digests of itself and of its draw, and the classifier's seed."""

    spec: TrialSpec
    digest: str
    draw: str
    random_state: int


@dataclass(frozen=True)
class Resources:
    """What one fit occupies: CPU slots (one thread each) and a share of GPUs."""

    cpus: float = 1
    gpus: float = 0


@dataclass(frozen=True)
class Job:
    """One fit and the trials that wait for its draws.

    Attributes
    ----------
    members : tuple of DrawTask
        One draw, or all members of a batch.
    trials : tuple of TrialTask
        What has not succeeded yet.
    stored : bool
        Whether each draw that the trials need lies on disk.
    resources : Resources
        For the fit; a trial takes one slot.
    """

    members: tuple[DrawTask, ...]
    trials: tuple[TrialTask, ...]
    stored: bool
    resources: Resources

    @property
    def data(self) -> DataSpec:
        """The data set of all its members."""
        return self.members[0].spec.split.data

    def needed(self) -> tuple[DrawTask, ...]:
        """Return the members that a trial waits for."""
        awaited = {trial.draw for trial in self.trials}
        return tuple(member for member in self.members if member.digest in awaited)


def draw_task(spec: DrawSpec, identity: Identity) -> DrawTask:
    """Return ``spec`` with its digests and its seed."""
    return DrawTask(
        spec=spec,
        digest=identity.draw(spec),
        split=identity.split(spec.split),
        fingerprint=identity.fingerprints[spec.split.data],
        random_state=_seed(spec.method, identity.method_seed(spec)),
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
        Tells whether the draw of a digest lies on disk.
    resources : mapping of Component to Resources
        By method.
    """
    waiting: dict[DrawSpec, dict[str, TrialTask]] = {}
    for planned in plan.trials:
        digest = identity.trial(planned.spec)
        if digest in done:
            continue
        first = first_of(planned.spec.draw)
        waiting.setdefault(first, {})[digest] = TrialTask(
            spec=planned.spec,
            digest=digest,
            draw=identity.draw(planned.spec.draw),
            random_state=_seed(planned.spec.classifier, identity.classifier_seed(planned.spec)),
        )
    for first, trials in waiting.items():
        yield Job(
            members=tuple(draw_task(member, identity) for member in members_of(first)),
            trials=tuple(trials.values()),
            stored=all(stored(digest) for digest in {trial.draw for trial in trials.values()}),
            resources=resources.get(first.method, Resources()),
        )
