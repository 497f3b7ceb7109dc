"""The data sets of a suite: their fingerprints without reading them where that can be, their rows when asked.

A fingerprint is remembered in the store under a stamp of its source (size and time of a file, version of a
package), so that a run with nothing left to do loads no data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from oversample_bench.api import Dataset
from oversample_bench.core.digests import UNAVAILABLE, Identity
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed, Ok, Outcome
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.classes import class_counts
from oversample_bench.datasets.official_sources import Official
from oversample_bench.datasets.sources import Source, card, fingerprint
from oversample_bench.execution.data_checks import bad_design, complaints, known_counts, leaks_of
from oversample_bench.plugins.registry import Registry
from oversample_bench.suite import Suite
from oversample_bench.suite.plan import Plan

DATA_VARIABLE = "OVERSAMPLE_BENCH_DATA"

Remember = Callable[[str, str, Mapping[str, Any]], None]


def data_folder(given: Path | None) -> Path | None:
    """Return the folder of data files: as given, or as ``OVERSAMPLE_BENCH_DATA`` says.

    Raises
    ------
    UsageError
        When it is not a folder.
    """
    named = os.environ.get(DATA_VARIABLE, "")
    folder = given or (Path(named) if named else None)
    if folder is not None and not folder.is_dir():
        told = "--data-dir" if given else DATA_VARIABLE
        raise UsageError(f"{told} names '{folder}', which is not a folder")
    return folder and folder.absolute()  # wherever foreign code goes


class Inventory:
    """Loads each data set once.

    Parameters
    ----------
    registry : Registry
        Where named sets come from.
    data_dir : Path or None
        Handed to loaders that look for files.
    known : mapping of str to str
        Fingerprints by stamp, from the store.
    download : callable, optional
        Brings a set that is nowhere on this machine, as `oversample_bench.datasets.paper_downloads.Downloads`
        does. Without it nothing is downloaded, whatever a suite names.
    """

    def __init__(
        self,
        registry: Registry,
        data_dir: Path | None,
        known: Mapping[str, str],
        download: Callable[[Official], Path] | None = None,
    ) -> None:
        self.registry = registry
        self._data_dir = data_dir
        self._download = download
        self._known = dict(known)
        self._loaded: dict[DataSpec, Outcome[Dataset]] = {}

    def source(self, spec: DataSpec) -> Source:
        """Return where the rows of ``spec`` come from."""
        if spec.path:
            return Source(spec)
        entry = self.registry.entry("dataset", spec.name)
        return Source(spec, entry.rows_from, entry.resolve, self._data_dir, self._download)

    def dataset(self, spec: DataSpec) -> Outcome[Dataset]:
        """Return the rows, or why a registered set is not to be had.

        Raises
        ------
        UsageError
            When a file of the user cannot be used.
        """
        rows = _rows(spec)
        if rows not in self._loaded:
            from oversample_bench.evaluation import stages

            source = self.source(spec)
            self._loaded[rows] = Ok(source.load()) if spec.path else stages.load(source)
        return self._loaded[rows]

    def fingerprint(self, spec: DataSpec, remember: Remember | None) -> str:
        """Return the hash of the rows: remembered, or worked out now.

        Without ``remember`` a set that the store has never seen is not loaded, and taken for unavailable.
        """
        stamp = self.source(spec).stamp()
        if stamp not in self._known and (remember is not None or self._seen(stamp)):
            found = self.dataset(spec)
            if isinstance(found, Failed):
                return UNAVAILABLE
            self._known[stamp] = fingerprint(found.value)
            if remember is not None:
                remember(stamp, self._known[stamp], card(found.value))
        return self._known.get(stamp, UNAVAILABLE)

    def _seen(self, stamp: str) -> bool:
        """Tell whether the same name or path is known, of another size, time or version."""
        name = json.loads(stamp)[0]
        return any(json.loads(known)[0] == name for known in self._known)

    def forget(self, spec: DataSpec) -> None:
        """Let go of the rows of a set that is done with; why one is not to be had is kept."""
        if isinstance(self._loaded.get(_rows(spec)), Ok):
            del self._loaded[_rows(spec)]

    def identity(self, plan: Plan, remember: Remember | None) -> Identity:
        """Return what the names of ``plan`` stand for."""
        return Identity(
            fingerprints={spec: self.fingerprint(spec, remember) for spec in plan.data()},
            sources=self.registry.sources(plan.names()),
        )


def _rows(spec: DataSpec) -> DataSpec:
    """Return what the rows are known by: one set, whichever of its classes are asked for."""
    return replace(spec, majority="", minority="")


def check_data(suite: Suite, inventory: Inventory) -> list[str]:
    """Check that every file can be read, every class is there and every ratio leaves enough rows.

    A set that is not on this machine, and a ratio for which a set has too few rows, are no mistakes of the
    suite: they become rows with a reason.

    Returns
    -------
    list of str
        How each file was read: what was recognised, left out, or taken for missing.

    Raises
    ------
    UsageError
        With a line for each mistake.
    """
    wrong: list[str] = []
    told: list[str] = []
    for position, item in enumerate(suite.data):
        try:
            found = inventory.dataset(item.spec())
        except UsageError as error:
            wrong += complaints(suite, position, str(error).splitlines())
            known = getattr(error, "counts", None)
            wrong += bad_design(suite, position, known) if known else []
            continue
        counts = (
            class_counts(found.value)
            if isinstance(found, Ok)
            else known_counts(item.dataset, inventory.registry)
        )
        wrong += bad_design(suite, position, counts) if counts else []
        if isinstance(found, Ok):
            wrong += complaints(suite, position, leaks_of(found.value, item.spec()))
            told += [f"{item.label}: {note}" for note in found.value.notes]
    if wrong:
        raise UsageError("\n".join(wrong))
    return told
