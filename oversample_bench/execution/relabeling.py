"""What to do where folders that are to be merged mean different things by one label.

The label of the earlier folder stays, since its reports speak of it; that of the later one gets another name
if that is asked for, else nothing is merged. Decides on names and touches no store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oversample_bench.core.errors import UsageError, counted, listed, nearest
from oversample_bench.core.labels import normal
from oversample_bench.store.label_senses import Label, Sense, Senses

MOST_TOLD = 3
"""Of labels with two meanings, in a sentence."""


@dataclass(frozen=True)
class Relabeled:
    """A label that has become another one.

    Attributes
    ----------
    folder : Path
        The source whose label it was.
    column : str
        ``method`` or ``classifier``.
    label, name : str
        The label in the source, and in the target.
    meaning : str
        What it stands for.
    """

    folder: Path
    column: str
    label: str
    name: str
    meaning: str


@dataclass(frozen=True)
class _Clash:
    """One label that means one thing in an earlier folder and another in a later one."""

    label: Label
    earlier: Mapping[Sense, Path]
    folder: Path
    meant: frozenset[Sense]

    def __str__(self) -> str:
        column, label = self.label
        before = ", ".join(f"{sense} in '{folder}'" for sense, folder in self.earlier.items())
        now = " and ".join(sorted(map(str, self.meant)))
        return f"the {column} '{label}' is {before} and {now} in '{self.folder}'"


@dataclass
class _Known:
    """The labels of the folders so far, what they mean, and in which folder each meaning was met first."""

    labels: dict[Label, dict[Sense, Path]] = field(default_factory=dict)

    def add(self, label: Label, meant: Iterable[Sense], folder: Path) -> None:
        own = self.labels.setdefault(label, {})
        for sense in sorted(meant, key=str):
            own.setdefault(sense, folder)

    def clashes(self, folder: Path, found: Senses) -> Iterator[_Clash]:
        """Yield the labels of a folder that mean something else in an earlier one."""
        for label, meant in found.items():
            earlier = self.labels.get(label, {})
            if earlier and meant - earlier.keys():
                yield _Clash(label, dict(earlier), folder, meant)

    def called(self, column: str, clash: _Clash, own: Senses) -> str:
        """Return the label that just what a clash is about has already, or an empty string."""
        found = (
            label
            for (kind, label), meant in self.labels.items()
            if kind == column and meant.keys() == clash.meant and (kind, label) not in own
        )
        return next(found, "")

    def is_free(self, label: Label, clash: _Clash, own: Senses) -> bool:
        """Tell whether a label can stand for what ``clash`` is about: nothing has it, or just that."""
        return label not in own and (label not in self.labels or self.labels[label].keys() == clash.meant)


def relabelings(
    folders: Iterable[tuple[Path, Senses]], wanted: Mapping[str, str] | None
) -> tuple[Relabeled, ...]:
    """Find the labels with two meanings, and return what those of later folders are to be called.

    Parameters
    ----------
    folders : iterable of (Path, Senses)
        The target, then the sources in their order, each with what its labels mean.
    wanted : mapping of str to str or None
        New names by label; what it does not name is numbered: ``smote (2)``. None: no label may change.

    Raises
    ------
    UsageError
        When a label means two things and none may change, or a wanted name is taken or names nothing.
    """
    known, found, refused = _Known(), [], []
    for folder, own in folders:
        clashes = {clash.label: clash for clash in known.clashes(folder, own)}
        refused += list(clashes.values()) if wanted is None else []
        names: dict[Label, str] = {}
        for label, clash in clashes.items() if wanted is not None else ():
            names[label] = _name(known, clash, own, wanted or {})
            known.add((label[0], names[label]), clash.meant, folder)
        for label, meant in own.items():
            known.add((label[0], names.get(label, label[1])), meant, folder)
        found += [
            Relabeled(folder, *label, name, " and ".join(sorted(map(str, own[label]))))
            for label, name in names.items()
        ]
    if refused:
        raise UsageError(_refusal(refused))
    _check_wanted(wanted or {}, {one.label for one in found})
    return tuple(found)


def _name(known: _Known, clash: _Clash, own: Senses, wanted: Mapping[str, str]) -> str:
    """Return the wanted name for what a clash is about, or the first free number behind its label."""
    column, label = clash.label
    if len(clash.meant) > 1:
        raise UsageError(
            f"{_sentence(str(clash))}: two things in one folder. Merge the folders that it was made from."
        )
    there = known.called(column, clash, own)
    if label in wanted:
        name = normal(wanted[label])
        if why := _unfit(name, there, free=known.is_free((column, name), clash, own), column=column):
            raise UsageError(
                f"'{label}' of '{clash.folder}' cannot be called {_quoted(name)}, {why}. Choose another name."
            )
        return name
    if there:
        return there
    number = 2
    while not known.is_free((column, f"{label} ({number})"), clash, own):
        number += 1
    return f"{label} ({number})"


def _quoted(name: str) -> str:
    return f"'{name}'" if name.isprintable() else repr(name)


def _unfit(name: str, there: str, *, free: bool, column: str) -> str:
    """Return why a name cannot be given, or an empty string."""
    if not name or not name.isprintable():
        return "which is empty" if not name else "which is no text of one line"
    if there and there != name:
        return f"since that very thing is called '{there}' already, as from a merge before"
    return "" if free else f"which is another {column} already"


def _check_wanted(wanted: Mapping[str, str], changed: set[str]) -> None:
    for label in wanted:
        if label not in changed:
            there = f"Those that do: {listed(changed)}." if changed else "No label does: leave it out."
            raise UsageError(
                f"There is a new name for '{label}', which does not mean two things in these folders. "
                f"{there}{nearest(label, changed)}"
            )


def _refusal(clashes: list[_Clash]) -> str:
    label = clashes[0].label[1]
    rest = len(clashes) - MOST_TOLD
    more = f"; and {counted(rest, 'label')} more" if rest > 0 else ""
    told = _sentence("; ".join(map(str, clashes[:MOST_TOLD])))
    return (
        f"{told}{more}. One column cannot show both, so nothing was merged. With --relabel that of the later "
        f"folder is called '{label} (2)', with --relabel '{label}=NAME' as you say."
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
