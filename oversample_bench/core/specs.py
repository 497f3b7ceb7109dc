"""Frozen values that say what is to be computed, and the digest of such a value.

Identity is equality: two trials share a fit if and only if their resample specs are equal. There are no ids
and no registry of running jobs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath
from typing import Any

PROTOCOL_VERSION = 1
"""Raised whenever the same spec would give other splits, seeds or rows: part of every digest."""

NUMBERS_VERSION = 1
"""Raised whenever a built-in method, classifier or metric comes to other numbers: part of their digests, in
place of the release's version. ``tests/test_numbers.py`` tells when it has to be."""

FIDELITY_VERSION = 2
"""Raised whenever the same rows would have another fidelity. It is recorded with each run and no part of any
digest: no score hangs on it. 1: distances from matrix products, the rim of a ball by their rounding."""


THEN = "!then"
"""The key under which the parameters of a classifier hold the methods that are put around it."""

PAIRS = "!pairs"
"""The only key of what stands in JSON for a mapping with keys that are not all text."""

canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
"""Return a value as JSON text that does not depend on the order of keys."""


def digest(*parts: Any) -> str:
    """Return 32 hexadecimal digits for JSON-like ``parts`` (BLAKE2b of their canonical text)."""
    return hashlib.blake2b(canonical(parts).encode(), digest_size=16).hexdigest()


def paired(value: Any) -> Any:
    """Return ``value`` with mappings that JSON has no form for, such as ``{0: 1, 1: 10}``, as lists of pairs.

    A value in which every key is text stays as it is, so that its digest does.
    """
    if isinstance(value, list | tuple):
        return [paired(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    inner = {key: paired(item) for key, item in value.items()}
    if PAIRS not in inner and all(isinstance(key, str) for key in inner):
        return inner
    return {PAIRS: sorted(([key, item] for key, item in inner.items()), key=_kind_and_key)}


def _kind_and_key(pair: list[Any]) -> tuple[str, Any]:
    return type(pair[0]).__name__, pair[0]


def _mapping(read: dict[str, Any]) -> dict[Any, Any]:
    """Return the mapping that `paired` has made a list of pairs of, or what was read as it is."""
    return {key: item for key, item in read[PAIRS]} if PAIRS in read else read  # noqa: C416 - pairs are lists


def _hash_once(spec: object) -> int:
    """Return the hash of a spec's fields, worked out once: a plan looks each spec up many times."""
    fields = vars(spec)
    if "_hash" not in fields:
        object.__setattr__(spec, "_hash", hash(tuple(fields.values())))
    return int(fields["_hash"])


def _without_hash(spec: object) -> dict[str, Any]:
    """Return what a spec is pickled by: text has another hash in another process."""
    return {name: value for name, value in vars(spec).items() if name != "_hash"}


@dataclass(frozen=True)
class Component:
    """A registered name and the parameters that it is built with.

    Parameters
    ----------
    name : str
        A registered name.
    params : str, default="{}"
        Canonical JSON of the keyword arguments, so that equal parameters are equal values. Mappings whose
        keys are not all text are `paired` in it.
    """

    name: str
    params: str = "{}"

    @classmethod
    def of(cls, name: str, params: Mapping[str, Any] | None = None) -> Component:
        """Return the component with ``params`` brought into canonical form."""
        return cls(name, canonical(paired(params or {})))

    def kwargs(self) -> dict[str, Any]:
        """Return the parameters as keyword arguments."""
        read = dict(json.loads(self.params, object_hook=_mapping))
        read.pop(THEN, None)
        return read

    def then(self) -> tuple[Component, ...]:
        """Return the methods that are put around a classifier, the innermost first."""
        if THEN not in self.params:
            return ()
        parts = json.loads(self.params, object_hook=_mapping).get(THEN, ())
        return tuple(Component.of(part["name"], part["params"]) for part in parts)

    def followed_by(self, parts: Sequence[Component]) -> Component:
        """Return a classifier with methods around it; it stays as it is where there are none."""
        if not parts:
            return self
        told = [{"name": part.name, "params": part.kwargs()} for part in parts]
        return Component.of(self.name, {**self.kwargs(), THEN: told})


TABLES = {
    "csv": (".csv", ".csv.gz", ".tsv", ".tsv.gz"),
    "parquet": (".parquet", ".parq", ".pq"),
    "npz": (".npz",),
}
"""How the names of files end, by what is in them; case does not matter."""


def table_kind(path: str) -> str:
    """Return ``csv``, ``parquet`` or ``npz`` for a file of that name, or an empty string."""
    name = PurePath(path).name.lower()
    return next((kind for kind, endings in TABLES.items() if name.endswith(endings)), "")


def table_stem(path: str) -> str:
    """Return the name of a file of a table without its ending."""
    name = PurePath(path).name
    endings = sorted((ending for known in TABLES.values() for ending in known), key=len, reverse=True)
    ending = next((ending for ending in endings if name.lower().endswith(ending)), "")
    return name[: -len(ending)] if ending else name


@dataclass(frozen=True)
class Reading:
    """How a file is read, where its own look does not say.

    Parameters
    ----------
    ignore : tuple of str, default=()
        Columns that are left out.
    missing : tuple of str, default=()
        What stands for a missing value beside the empty cell, as text.
    categorical, numeric : tuple of str, default=()
        Columns that are categories, and columns that are numbers, whatever they look like.
    separator, decimal, encoding : str, default=""
        Of a CSV file; empty to have them recognised.
    """

    ignore: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    separator: str = ""
    decimal: str = ""
    encoding: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Reading:
        """Return the reading that was written as JSON, where tuples are lists."""
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
        }
        return cls(**plain)


@dataclass(frozen=True)
class DataSpec:
    """Which rows: a registered set or a file, and its two classes.

    Parameters
    ----------
    name : str
        A registered data set; empty for a file.
    path : str
        A file as the suite names it, made absolute; empty for a registered set.
    target : str
        The column (or, in an npz, the array) with the labels; empty for a registered set.
    majority, minority : str
        Labels as text. An empty minority stands for the rarer of two classes, an empty majority for
        the other of two.
    reading : Reading
        How the file is read.
    """

    name: str = ""
    path: str = ""
    target: str = ""
    majority: str = ""
    minority: str = ""
    reading: Reading = Reading()


@dataclass(frozen=True)
class Protocol:
    """How a set becomes training and test rows.

    Parameters
    ----------
    test_size : float, default=0.2
        The share of each class that is tested on, rounded down to whole rows.
    scale : {"standard", "minmax", "none"}, default="standard"
        Fitted on the training rows after thinning.
    target_ratio : float, default=1.0
        The ratio minority : majority that oversamplers are asked for.
    label_noise : float, default=0.0
        The share of the training rows of each class that carry the label of the other.
    missing_rate : float, default=0.0
        The share of the values of training and test rows that are made missing.
    """

    test_size: float = 0.2
    scale: str = "standard"
    target_ratio: float = 1.0
    label_noise: float = 0.0
    missing_rate: float = 0.0

    def as_written(self) -> dict[str, Any]:
        """Return the fields as the store keeps them: rates of what is not spoilt are left out."""
        return {
            "test_size": self.test_size, "scale": self.scale, "target_ratio": self.target_ratio,
            **self.spoilt(),
        }  # fmt: skip

    def spoilt(self) -> dict[str, float]:
        """Return what is wrong with the rows on purpose; nothing for rows as they are."""
        told = {"label_noise": self.label_noise, "missing_rate": self.missing_rate}
        return {name: rate for name, rate in told.items() if rate}


@dataclass(frozen=True)
class SplitSpec:
    """One split of one set, thinned to one ratio (None: as it comes)."""

    data: DataSpec
    ratio: float | None
    protocol: Protocol
    index: int

    __hash__ = _hash_once
    __getstate__ = _without_hash


@dataclass(frozen=True)
class ResampleSpec:
    """What one method makes of one split with one seed, and the batch that it is made in.

    ``batch`` lists the (split, seed) pairs that are fitted together; it is empty for a fit of its own.
    A model that is trained among others differs from one trained alone by rounding, so the batch is part
    of the identity, and the plan, not the scheduler, forms it.
    """

    split: SplitSpec
    method: Component
    seed: int
    batch: tuple[tuple[int, int], ...] = ()

    __hash__ = _hash_once
    __getstate__ = _without_hash


@dataclass(frozen=True)
class TrialSpec:
    """One classifier on one resample: one row of results."""

    resample: ResampleSpec
    classifier: Component

    __hash__ = _hash_once
    __getstate__ = _without_hash


def parted(source: str) -> tuple[str, str]:
    """Return who offers a name, and the hash of the code; an empty one for what counts by no code."""
    who, _, code = source.partition(" code ")
    return who, code


def exact(share: float) -> Fraction:
    """Return the fraction that a person who writes 0.29 means, free of binary rounding."""
    return Fraction(repr(float(share)))
