"""A loose plugin: parts of two sets of the GL-GAN paper, which suites use as stand-ins for the whole.

They are offered under names of their own, so that nothing takes them for the published sets. A suite loads
them with ``plugins: [partial_sets.py]``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from oversample_bench.api import Dataset, Register, Unavailable, hookimpl


@dataclass(frozen=True)
class Part:
    """What a file has to hold, and how such a file is made."""

    n_features: int
    counts: dict[int, int]
    rows: str
    source: str
    licence: str


PARTS = {
    "gas_drift_partial": Part(
        n_features=128,
        counts={1: 1316, 2: 1664, 3: 681, 4: 592, 5: 1779, 6: 665},
        rows="batches 1 to 6, 8 and 9 of UCI 224",
        source="Gas Sensor Array Drift, UCI 224 (Vergara et al. 2012), batches 1-6, 8 and 9 only",
        licence="research only, no commercial use",
    ),
    "sensorless_partial": Part(
        n_features=48,
        counts={1: 5319, 2: 612} | dict.fromkeys(range(3, 12), 200),
        rows="the first 5,931 rows of UCI 325, and 200 of each further class",
        source="Sensorless Drive Diagnosis, UCI 325, 7,731 of 58,509 rows",
        licence="CC BY 4.0 (UCI)",
    ),
}


@hookimpl
def register_datasets(register: Register) -> None:
    """Offer the parts by name."""
    for name in PARTS:
        register(name, partial(load, name))


def load(name: str, data_dir: Path | None = None) -> Dataset:
    """Return a part of a set.

    Parameters
    ----------
    name : str
        One of `PARTS`.
    data_dir : Path, optional
        Where ``<name>.npz`` (arrays ``X`` and ``y``) is.

    Raises
    ------
    Unavailable
        When it is not there, or holds other rows.
    """
    part = PARTS[name]
    path = None if data_dir is None else data_dir / f"{name}.npz"
    if path is None or not path.is_file():
        raise Unavailable(
            f"{name}.npz is not in the data folder; make it of {part.rows} (arrays X and y) and name the "
            "folder with --data-dir"
        )
    with np.load(path, allow_pickle=False) as arrays:
        X, y = arrays["X"], arrays["y"]
    found = dict(zip(*(column.tolist() for column in np.unique(y, return_counts=True)), strict=True))
    if found != part.counts or X.shape[1] != part.n_features:
        told = f"{X.shape[1]} features and classes {found}"
        raise Unavailable(f"{path} holds {told}, not {part.n_features} and {part.counts}")
    return Dataset(X=X, y=y, source=part.source, licence=part.licence)
