"""Joins the folders of runs: their stores in one transaction, and the files of their resamples.

A merge that is killed leaves the rows of the target as they were. Files come before the rows that speak of
them, since a file without a row is not looked at; a file that has to give way to a source's goes before the
rows change, since a row without a file costs a fit and nothing else.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from oversample_bench import store
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.adoption import adopt, as_of_today
from oversample_bench.execution.relabeling import Relabeled, relabelings
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.store.label_senses import Label, Sense, senses
from oversample_bench.store.lock import LOCK_NAME, occupied
from oversample_bench.store.prediction_files import PredictionFiles
from oversample_bench.store.resample_files import ResampleFiles

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True)
class Merged:
    """What a merge has done.

    Attributes
    ----------
    added, replaced : mapping of str to int
        Rows of the target by table, and ``files`` of resamples.
    conflicts : tuple of (Path, Conflict)
        The source, and in what it differs from the target.
    unshown : tuple of str
        Metrics that a source has and the target's last run, by which a report is made, has not.
    relabeled : tuple of Relabeled
        Labels of sources that meant something else in an earlier folder, and what they are called now.
    mixed : mapping of (str, str) to frozenset of Sense
        Column and label of what means several things in the target all the same, since it did so in one of
        the folders before.
    """

    added: Mapping[str, int]
    replaced: Mapping[str, int]
    conflicts: tuple[tuple[Path, store.Conflict], ...]
    unshown: tuple[str, ...] = ()
    relabeled: tuple[Relabeled, ...] = ()
    mixed: Mapping[Label, frozenset[Sense]] = field(default_factory=dict)


def merge(
    target: str | Path,
    sources: Sequence[str | Path],
    *,
    prefer_source: bool = False,
    relabel: bool | Mapping[str, str] = False,
) -> Merged:
    """Take into ``target`` what the folders of other runs hold; doing so again changes nothing.

    Parameters
    ----------
    target : str or Path
        The folder of a run, or one that is yet to be made.
    sources : sequence of str or Path
        Folders of runs. They stay as they are.
    prefer_source : bool, default=False
        Whether, where two good rows of one digest differ or the same labels stand for two trials, the
        source's is kept.
    relabel : bool or mapping of str to str, default=False
        What becomes of the label of a method or classifier that means something else in an earlier folder:
        nothing is merged, or (True) it gets a number, as in ``smote (2)``, or the name that is given for it.

    Returns
    -------
    Merged
        Counts and conflicts.

    Raises
    ------
    UsageError
        When a folder is no run's, is given twice or is being written to, or when one label of a method or
        classifier means two things and ``relabel`` is False.
    """
    wanted = relabel if isinstance(relabel, Mapping) else {} if relabel else None
    return _merged(Path(target), [Path(source) for source in sources], wanted, prefer_source=prefer_source)


def _merged(
    target: Path, sources: Sequence[Path], wanted: Mapping[str, str] | None, *, prefer_source: bool
) -> Merged:
    _check(target, sources)
    registry = load_registry()  # tells what rows of earlier versions are called today
    with ExitStack() as stack:
        readers = [stack.enter_context(_read(source, registry)) for source in sources]
        relabeled = _relabeled(target, readers, registry, wanted)
        ledger = stack.enter_context(occupied(target))
        adopt(target, ledger, registry)
        merging = _Merging(target, {}, Counter(), Counter(), [])
        with ledger.transaction() as connection:
            for reader in readers:
                names = _new_names(relabeled, reader.folder)
                found = store.absorb(connection, reader.rows, prefer_source=prefer_source, names=names)
                merging.take(reader, found)
            merging.place_files()
        merging.replace_files()
        for source in sources:
            _join_predictions(target, source, prefer_source=prefer_source)
        shown = (store.last_run(connection) or {"metrics": {}})["metrics"]
        scored = {row[0] for row in connection.execute("SELECT DISTINCT metric FROM scores")}
        meant = senses(connection, registry.renewed)
    unshown = tuple(sorted(scored - set(shown)))
    mixed = {label: own for label, own in meant.items() if len(own) > 1}
    return Merged(merging.added, merging.replaced, tuple(merging.conflicts), unshown, relabeled, mixed)


def _relabeled(
    target: Path, readers: Sequence[_FolderState], registry: Registry, wanted: Mapping[str, str] | None
) -> tuple[Relabeled, ...]:
    """Return which labels of the sources have to be called otherwise, before anything is written."""
    meant = [(reader.folder, senses(reader.rows, registry.renewed)) for reader in readers]
    if (target / store.FILE_NAME).exists():
        with _read(target, registry) as there:
            meant.insert(0, (target, senses(there.rows, registry.renewed)))
    return relabelings(meant, wanted)


def _new_names(relabeled: Sequence[Relabeled], folder: Path) -> dict[Label, str]:
    return {(one.column, one.label): one.name for one in relabeled if one.folder == folder}


def _check(target: Path, sources: Sequence[Path]) -> None:
    """Refuse folders that cannot be joined, before any of them is locked or made."""
    counts = Counter(folder.resolve() for folder in (target, *sources))
    for folder in (target, *sources):
        if counts[folder.resolve()] > 1:
            raise UsageError(f"'{folder}' is named twice. Name each folder once, the target first.")
    for folder in sources:
        with closing(store.connect(folder)) as connection:
            if store.last_run(connection) is None:
                raise UsageError(f"The store of '{folder}' is empty: there is nothing to merge.")
    if target.is_dir() and any(target.iterdir()):
        if not (target / store.FILE_NAME).exists():
            raise UsageError(
                f"'{target}' holds files and is not the folder of a run: it has no {store.FILE_NAME}. "
                "Merge into the folder of a run, or into a new one."
            )
        store.connect(target).close()


@dataclass(frozen=True)
class _FolderState:
    """One state of a folder: its rows under the digests of today, and what files are called otherwise."""

    folder: Path
    rows: sqlite3.Connection
    called: Mapping[str, str]

    def file(self, digest: str) -> Path:
        """Return where the resample of a digest is, or would be."""
        return ResampleFiles(self.folder).path(self.called.get(digest, digest))


@contextmanager
def _read(folder: Path, registry: Registry) -> Iterator[_FolderState]:
    """Yield one state of a folder in which no run is going on."""
    with _undisturbed(folder), closing(store.connect(folder)) as connection:
        connection.execute("BEGIN")
        yield _FolderState(folder, *as_of_today(connection, registry))


@contextmanager
def _undisturbed(folder: Path) -> Iterator[None]:
    import filelock

    if not (folder / LOCK_NAME).exists():  # leave no file in a folder that is only read
        yield
        return
    lock = filelock.FileLock(folder / LOCK_NAME)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UsageError(f"a run is writing to '{folder}'. Merge it when the run is over.") from error
    except OSError:  # a folder that is for reading only: no run goes on there
        yield
        return
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class _Merging:
    """What has been taken from the sources so far, and the files that go with it.

    ``resamples`` tells for each good resample the file that it is to have, and whether that replaces one.
    """

    target: Path
    resamples: dict[str, tuple[Path, bool]]
    added: Counter[str]
    replaced: Counter[str]
    conflicts: list[tuple[Path, store.Conflict]]

    def take(self, source: _FolderState, found: store.Absorbed) -> None:
        """Note what one source gave."""
        self.added.update(found.added)
        self.replaced.update(found.replaced)
        self.conflicts.extend((source.folder, conflict) for conflict in found.conflicts)
        for digest, replaces in found.resamples.items():
            path = source.file(digest)
            if replaces or (path.is_file() and digest not in self.resamples):
                self.resamples[digest] = (path, replaces)

    def place_files(self) -> None:
        """Put the files of new resamples in their place, and remove those that have to give way."""
        files = ResampleFiles(self.target)
        for digest, (path, replaces) in self.resamples.items():
            if replaces:
                files.path(digest).unlink(missing_ok=True)
            elif not files.has(digest):
                _link(path, files.path(digest))
                self.added["files"] += 1

    def replace_files(self) -> None:
        """Put in place the files of resamples whose rows have replaced others."""
        for digest, (path, replaces) in self.resamples.items():
            if replaces and path.is_file():
                _link(path, ResampleFiles(self.target).path(digest))
                self.replaced["files"] += 1


def _join_predictions(target: Path, source: Path, *, prefer_source: bool) -> None:
    """Keep the answers of both folders; of one trial those of the folder whose row is kept."""
    mine, theirs = PredictionFiles(target), PredictionFiles(source)
    for resample in theirs.resamples():
        told, known = theirs.load(resample), mine.load(resample)
        if told is not None:
            mine.save(resample, told if prefer_source or known is None else known.with_others(told))


def _link(path: Path, place: Path) -> None:
    """Let ``place`` be the same file as ``path``, or a copy where the file system knows no links.

    A resample is never written to, only replaced by another file, so that the two folders stay apart.
    """
    with replacement(place) as beside:
        try:
            os.link(path, beside)
        except OSError:
            shutil.copyfile(path, beside)
