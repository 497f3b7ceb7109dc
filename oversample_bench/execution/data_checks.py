"""Checks the design of a suite against its data: classes, ratios, and columns that give the classes away.

Knows sizes of classes and nothing of how they were found: `bench run` counts rows, `bench plan` may know
without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Skip
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.classes import named, two_classes
from oversample_bench.datasets.column_remarks import doubts
from oversample_bench.datasets.common_datasets import cards
from oversample_bench.datasets.leaks import disguised
from oversample_bench.datasets.paper_facts import PUBLISHED
from oversample_bench.datasets.survey import Survey, surveyed
from oversample_bench.datasets.table_files import about
from oversample_bench.evaluation.split import Sizes, sizes
from oversample_bench.plugins.registry import BUILT_IN, Registry
from oversample_bench.suite import Suite


def complaints(suite: Suite, position: int, sentences: Iterable[str]) -> list[str]:
    """Return sentences about a data set as lines with the place of its entry."""
    where, label = suite.where("data", position), suite.data[position].label
    return [f"{where}: the data set '{label}': {sentence}" for sentence in sentences]


def bad_design(suite: Suite, position: int, counts: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the classes of a data set, and with ratios that it cannot be thinned to.

    Parameters
    ----------
    suite : Suite
        Names classes, ratios and the share to test on.
    position : int
        Of the data set.
    counts : mapping of str to int
        Its rows of each class.
    """
    test_size = suite.protocol.test_size
    try:
        majority, minority = named(counts, suite.data[position].spec())
        rows = (counts[majority], counts[minority])
        sizes(rows, None, test_size)  # raises where no ratio is at fault
    except UsageError as error:
        return complaints(suite, position, [str(error)])
    wrong = []
    for place, ratio in enumerate(suite.ratios):
        try:
            found = sizes(rows, ratio, test_size)
        except Skip:
            continue
        except UsageError as error:
            who = f"the data set '{suite.data[position].label}'"
            wrong.append(f"{suite.where('ratios', place)}: {who}: {error}")
            continue
        wrong += _wrong_way_round(suite, position, (majority, minority), found)
    return wrong


def _wrong_way_round(suite: Suite, position: int, names: tuple[str, str], found: Sizes) -> list[str]:
    """Return a line where the minority is not the rarer class, at the place where it is named."""
    try:
        found.check_direction()
    except UsageError as error:
        where, label = suite.where("data", position, "minority"), suite.data[position].label
        said = f"`majority: {names[0]}`, `minority: {names[1]}`"
        return [f"{where}: the data set '{label}': with {said} {error}"]
    return []


def leaks_of(dataset: Dataset, spec: DataSpec) -> list[str]:
    """Return a sentence about columns of a file that are its two classes under other names.

    Of a registered set, whose columns somebody has chosen, nothing is said; nor where classes are wrong.
    """
    if not spec.path:
        return []
    try:
        classes = two_classes(dataset, spec)
    except UsageError:
        return []
    if len(classes.rows) == len(dataset.y):
        return []  # seen when the file was read
    found = disguised(dataset, classes.rows, classes.y, spec.reading)
    return [about(spec.path, f"{sentence}.") for sentence in doubts(found)]


@dataclass(frozen=True)
class Known:
    """What `bench plan` knows of the data of a suite without reading all of it.

    Attributes
    ----------
    told : tuple of str
        How files are read, and what is to be looked at.
    counts : mapping of DataSpec to mapping of str to int
        The rows of each class, of sets of which they are known.
    """

    told: tuple[str, ...]
    counts: Mapping[DataSpec, Mapping[str, int]]


def survey_data(suite: Suite, registry: Registry) -> Known:
    """Look at the data of a suite as `bench plan` does.

    Raises
    ------
    UsageError
        With a line for each mistake, as `bench run` would.
    """
    wrong: list[str] = []
    told: list[str] = []
    counts: dict[DataSpec, Mapping[str, int]] = {}
    for position, item in enumerate(suite.data):
        try:
            found = _surveyed(item.spec(), registry)
        except UsageError as error:
            wrong += complaints(suite, position, str(error).splitlines())
            continue
        wrong += complaints(suite, position, [about(item.path, sentence) for sentence in found.problems])
        if found.counts is not None:
            counts[item.spec()] = found.counts
            wrong += bad_design(suite, position, found.counts)
        told += [f"{item.label}: {note}" for note in found.notes]
        told += [f"{item.label}: caution: {sentence}" for sentence in found.cautions]
    if wrong:
        raise UsageError("\n".join(wrong))
    return Known(tuple(told), counts)


def _surveyed(spec: DataSpec, registry: Registry) -> Survey:
    """Return what is known of a data set: of a file by a look at it, of the host's own sets by heart."""
    if spec.path:
        return surveyed(Path(spec.path), spec.target, spec.reading)
    return Survey(counts=known_counts(spec.name, registry))


def known_counts(name: str, registry: Registry) -> Mapping[str, int] | None:
    """Return the rows of each class of a registered set where they are known without it, or None."""
    if registry.entry("dataset", name).plugin != BUILT_IN:
        return None
    if name in PUBLISHED:
        return PUBLISHED[name].counts
    card = cards().get(name)
    return None if card is None else {"0": card.n_majority, "1": card.n_minority}
