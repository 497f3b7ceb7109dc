"""What can be said of a table from its first line: names that are missing, doubled, or asked for in vain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oversample_bench.core.errors import listed, nearest
from oversample_bench.core.labels import normal
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.column_remarks import quoted, yaml_list


@dataclass(frozen=True)
class Header:
    """The columns of a table by name.

    Parameters
    ----------
    names : tuple of str
        In their order and in their normal form; ``Unnamed: 0`` for a first column without one.
    told : str, default=""
        How a file was read to find them.
    """

    names: tuple[str, ...]
    told: str = ""

    @classmethod
    def of(cls, fields: Iterable[object], told: str = "") -> Header:
        """Return the header of which ``fields`` are the names as written."""
        return cls(tuple(normal(str(name)) or f"Unnamed: {n}" for n, name in enumerate(fields)), told)

    def positions(self, name: str) -> list[int]:
        """Return where the columns of that name stand."""
        return [position for position, own in enumerate(self.names) if own == name]

    def twice(self) -> list[str]:
        """Return the names that stand more than once."""
        return [name for name, count in Counter(self.names).items() if count > 1]


def wrong_names(header: Header, target: str, reading: Reading) -> list[str]:
    """Return what is wrong with the names of a table, one sentence a mistake.

    Parameters
    ----------
    header : Header
        The names that there are.
    target : str
        The column of labels.
    reading : Reading
        Columns that the suite names.
    """
    told = []
    if target not in header.names:
        told.append(_absent(header, target))
    twice = header.twice()
    if target in twice:
        count = len(header.positions(target))
        told.append(f"has {count} columns '{target}', the target; keep one of them in the file")
    others = [name for name in twice if name != target and name not in reading.ignore]
    if others:
        told.append(
            f"has more than one column named {quoted(others)}; name each once in the file, or leave them out "
            f"with `ignore: {yaml_list(others)}`"
        )
    return told + _unknown(header, reading)


def _absent(header: Header, target: str) -> str:
    read = f" It was read as {header.told}." if header.told else ""
    return (
        f"has no column '{target}'.{nearest(target, header.names)} It has: {listed(header.names)}.{read}"
        f"{_no_header(header.names)}"
    )


def _no_header(names: Sequence[str]) -> str:
    """Return a hint where the first line looks like a row."""
    numbers = sum(_is_number(name) for name in names)
    whole = [name for name in names if name.isdecimal()]
    if not numbers or 2 * numbers < len(names) or len(whole) == numbers == len(names):
        return ""  # whole numbers alone may be names
    return " The first line looks like a row; names are expected there."


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _unknown(header: Header, reading: Reading) -> list[str]:
    told = []
    for field in ("ignore", "categorical", "numeric"):
        absent = [name for name in getattr(reading, field) if name not in header.names]
        if absent:
            hints = "".join(dict.fromkeys(nearest(name, header.names) for name in absent))
            told.append(
                f"has no column {quoted(absent)}, which `{field}` names.{hints} "
                f"It has: {listed(header.names)}."
            )
    return told
