"""A loose plugin: the part of the Gas Sensor Array Drift set that suites use as a stand-in for the whole.

It is offered under a name of its own, so that nothing takes it for the published set. A suite loads it with
``plugins: [partial_sets.py]``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oversample_bench.api import Dataset, Register, Unavailable, hookimpl

COUNTS = {1: 1316, 2: 1664, 3: 681, 4: 592, 5: 1779, 6: 665}
"""Rows of each gas in batches 1 to 6, 8 and 9."""


@hookimpl
def register_datasets(register: Register) -> None:
    """Offer the part by name."""
    register("gas_drift_partial", gas_drift_partial)


def gas_drift_partial(data_dir: Path | None = None) -> Dataset:
    """Return batches 1 to 6, 8 and 9 of the gas set, 6,697 of its 13,910 rows.

    Parameters
    ----------
    data_dir : Path, optional
        Where ``gas_drift_partial.npz`` (arrays ``X`` and ``y``) is.

    Raises
    ------
    Unavailable
        When it is not there, or holds other rows.
    """
    path = None if data_dir is None else data_dir / "gas_drift_partial.npz"
    if path is None or not path.is_file():
        raise Unavailable(
            "gas_drift_partial.npz is not in the data folder; make it of batches 1-6, 8 and 9 of UCI 224 "
            "(arrays X and y) and name the folder with --data-dir"
        )
    with np.load(path, allow_pickle=False) as arrays:
        X, y = arrays["X"], arrays["y"]
    found = dict(zip(*(part.tolist() for part in np.unique(y, return_counts=True)), strict=True))
    if found != COUNTS or X.shape[1] != 128:
        raise Unavailable(f"{path} holds {X.shape[1]} features and classes {found}, not 128 and {COUNTS}")
    source = "Gas Sensor Array Drift, UCI 224 (Vergara et al. 2012), batches 1-6, 8 and 9 only"
    return Dataset(X=X, y=y, source=source, licence="research only, no commercial use")
