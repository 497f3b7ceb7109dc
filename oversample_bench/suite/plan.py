"""Turns a suite into trials. Pure: reads no data, opens no store and imports no plugin.

Batches are formed here and never in a scheduler: a model trained alone and the same model trained among
others drift apart by rounding, so the neighbours of a resample are part of what it is. The members of one
data set, ratio and method are cut into batches in the order of split and seed, so that more splits leave the
batches that were full as they were, and so do more seeds on a single split. More seeds on several splits form
other batches: no order of the members can grow both ways.

A set that stands in a suite twice, once with many splits and once with many seeds on one split, shares the
resamples that are equal in both; those that are made in batches are not, as their neighbours differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.references import named
from oversample_bench.core.specs import DataSpec, Protocol, ResampleSpec, SplitSpec, TrialSpec, digest

if TYPE_CHECKING:
    from oversample_bench.suite import DataItem, Suite

Fit: TypeAlias = tuple[ResampleSpec, ...]
"""The resamples that one call makes: one of them, or the members of a batch in their order."""

Member: TypeAlias = tuple[int, int]
"""A split and a seed."""


@dataclass(frozen=True)
class Planned:
    """A trial under the labels that the tables show."""

    spec: TrialSpec
    dataset: str
    ratio: str
    method: str
    classifier: str


@dataclass(frozen=True)
class Plan:
    """Every trial of a suite, in an order that does not change from run to run.

    Attributes
    ----------
    name : str
        The suite's name.
    trials : tuple of Planned
        Ordered by data set, ratio, split, seed, method and classifier; once for each set of labels that it
        stands under.
    """

    name: str
    trials: tuple[Planned, ...]

    def data(self) -> tuple[DataSpec, ...]:
        """Return the data sets, each once."""
        return tuple(dict.fromkeys(trial.spec.resample.split.data for trial in self.trials))

    def splits(self) -> tuple[SplitSpec, ...]:
        """Return the splits, each once."""
        return tuple(dict.fromkeys(trial.spec.resample.split for trial in self.trials))

    def names(self) -> set[tuple[str, str]]:
        """Return the kinds and names of its methods and classifiers, and of what these refer to."""
        used = {("oversampler", trial.spec.resample.method) for trial in self.trials}
        used |= {("classifier", trial.spec.classifier) for trial in self.trials}
        return {name for kind, component in used for name in named(kind, component)}

    def fits(self) -> tuple[Fit, ...]:
        """Return the calls that make the resamples, each resample in exactly one of them."""
        return fits(trial.spec.resample for trial in self.trials)

    def shard(self, number: int, count: int) -> Plan:
        """Return one of ``count`` parts: disjoint, together the whole, of as many fits as there can be.

        A fit goes to one part with all of its trials. Which one hangs on labels, split and seed alone, so
        that every machine cuts a suite in the same way, wherever its data lie.

        Parameters
        ----------
        number : int
            From 1 on.
        count : int
            How many parts there are.

        Raises
        ------
        UsageError
            When there are more parts than fits.
        """
        keys: dict[ResampleSpec, str] = {}
        for trial in self.trials:
            first = first_of(trial.spec.resample)
            names = (trial.dataset, trial.ratio, trial.method, first.split.index, first.seed)
            keys.setdefault(first, digest(*names))
        if count > len(keys):
            raise UsageError(f"{counted(count, 'shard')} of {counted(len(keys), 'fit')}: some would be empty")
        order = sorted(keys, key=keys.__getitem__)
        own = set(order[number - 1 :: count])
        chosen = tuple(trial for trial in self.trials if first_of(trial.spec.resample) in own)
        return replace(self, trials=chosen)

    def __str__(self) -> str:
        n_trials = len({trial.spec for trial in self.trials})
        shown = f", shown as {len(self.trials):,}" if n_trials < len(self.trials) else ""
        return (
            f"{self.name}: {counted(len(self.splits()), 'split')}, {counted(len(self.fits()), 'fit')}, "
            f"{counted(n_trials, 'trial')}{shown}"
        )


def plan(suite: Suite, shard: tuple[int, int] | None = None) -> Plan:
    """Return every trial that ``suite`` asks for, or those of one `Plan.shard` of it."""
    around = {
        method.label: {
            item.label: item.component().followed_by(method.wrappers())
            for item in suite.classifiers
            if item.follows(method.label)
        }
        for method in suite.methods
    }
    trials = (
        Planned(
            TrialSpec(resample, classifier),
            spoilt_label(data.label, protocol),
            ratio_label(ratio),
            method,
            label,
        )
        for data, protocol, ratio in product(suite.data, suite.protocol.specs(), suite.ratios)
        for method, resample in _resamples(suite, data, ratio, protocol)
        for label, classifier in around[method].items()
    )
    whole = Plan(suite.name, tuple(trials))
    return whole.shard(*shard) if shard else whole


def ratio_label(ratio: float | None) -> str:
    """Return the ratio as tables show it."""
    return "natural" if ratio is None else f"{ratio:g}"


def spoilt_label(label: str, protocol: Protocol) -> str:
    """Return what tables call a data set whose rows are spoilt: ``ecoli1, label noise 0.1``."""
    told = [f"{name.replace('_', ' ')} {rate:g}" for name, rate in protocol.spoilt().items()]
    return ", ".join([label, *told])


def _resamples(
    suite: Suite, data: DataItem, ratio: float | None, protocol: Protocol
) -> Iterator[tuple[str, ResampleSpec]]:
    """Yield the resamples of one data set and ratio, split by split, each with the label of its method."""
    members = tuple(product(range(data.splits or suite.splits), range(data.seeds or suite.seeds)))
    methods = [(item.label, item.component(), batches_of(members, item.batch)) for item in suite.methods]
    rows = data.spec()
    for member in members:
        split = SplitSpec(rows, ratio, protocol, index=member[0])
        for label, method, batches in methods:
            yield label, ResampleSpec(split, method, seed=member[1], batch=batches.get(member, ()))


def batches_of(members: tuple[Member, ...], size: int) -> dict[Member, tuple[Member, ...]]:
    """Return the batch of each member; nothing where each is fitted alone (``size`` 1)."""
    if size == 1:
        return {}
    cut = [members[start : start + size] for start in range(0, len(members), size)]
    return {member: batch for batch in cut for member in batch}


def fits(resamples: Iterable[ResampleSpec]) -> tuple[Fit, ...]:
    """Group resamples into the calls that make them; a batch is whole even when one member is asked for."""
    found: dict[ResampleSpec, Fit] = {}
    for resample in dict.fromkeys(resamples):
        first = first_of(resample)
        if first not in found:
            found[first] = members_of(resample)
    return tuple(found.values())


def first_of(resample: ResampleSpec) -> ResampleSpec:
    """Return the first resample of the batch that ``resample`` is made in, by which the batch is known."""
    if not resample.batch:
        return resample
    index, seed = resample.batch[0]
    return replace(resample, split=replace(resample.split, index=index), seed=seed)


def members_of(resample: ResampleSpec) -> Fit:
    """Return every resample of the batch that ``resample`` is made in, itself among them, in their order."""
    if not resample.batch:
        return (resample,)
    return tuple(
        replace(resample, split=replace(resample.split, index=index), seed=seed)
        for index, seed in resample.batch
    )
