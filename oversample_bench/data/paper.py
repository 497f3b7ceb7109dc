"""The data sets of the GL-GAN paper (Wang et al., SDM 2020, section 4.1.1 and 5) by name.

They are read from ``<data dir>/<name>.npz`` (arrays ``X`` and ``y``) and refused unless they are whole:
rows, features and every class count must be those of the published set, so that a partial copy is never
taken for the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.data.classes import class_counts
from oversample_bench.data.files import read_file
from oversample_bench.errors import UsageError


@dataclass(frozen=True)
class Published:
    """The size of a whole set, and its terms."""

    n_features: int
    counts: dict[str, int]
    source: str
    licence: str


def _labelled(first: int, *counts: int) -> dict[str, int]:
    return {str(first + position): count for position, count in enumerate(counts)}


PUBLISHED = {
    "usps": Published(
        n_features=256,
        counts=_labelled(0, 1553, 1269, 929, 824, 852, 716, 834, 792, 708, 821),
        source="USPS, 9,298 digits of 16 x 16 pixels (Hull 1994)",
        licence="none stated",
    ),
    "sensorless": Published(
        n_features=48,
        counts=_labelled(1, *[5319] * 11),
        source="Sensorless Drive Diagnosis, UCI 325",
        licence="CC BY 4.0 (UCI)",
    ),
    "gas_drift": Published(
        n_features=128,
        counts=_labelled(1, 2565, 2926, 1641, 1936, 3009, 1833),
        source="Gas Sensor Array Drift, UCI 224 (Vergara et al. 2012)",
        licence="research only, no commercial use",
    ),
    "madelon": Published(
        n_features=500,
        counts={"-1": 1300, "1": 1300},
        source="Madelon, UCI 171 (Guyon et al. 2004), train and valid",
        licence="CC BY 4.0 (UCI)",
    ),
    "gisette": Published(
        n_features=5000,
        counts={"-1": 3500, "1": 3500},
        source="Gisette, UCI 170 (Guyon et al. 2004), train and valid",
        licence="CC BY 4.0 (UCI)",
    ),
    "mnist": Published(
        n_features=784,
        counts=_labelled(0, 6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958),
        source="MNIST, train and test (LeCun et al. 1998)",
        licence="none stated",
    ),
    "mnist_4_7": Published(
        n_features=784,
        counts={"4": 6824, "7": 7293},
        source="MNIST, the digits 4 and 7 of train and test (LeCun et al. 1998)",
        licence="none stated",
    ),
    "basehock": Published(  # not of the paper: near Gisette in shape
        n_features=4862,
        counts={"1": 994, "2": 999},
        source="BASEHOCK, word counts of two newsgroups (ASU feature selection repository)",
        licence="none stated",
    ),
}


def load(name: str, data_dir: Path | None = None) -> Dataset:
    """Return a set of the paper from ``<data_dir>/<name>.npz``.

    Parameters
    ----------
    name : str
        One of `PUBLISHED`.
    data_dir : Path, optional
        Where the files are; what ``--data-dir`` or ``OVERSAMPLE_BENCH_DATA`` says.

    Raises
    ------
    Unavailable
        When the file is not there, or not the whole set.
    """
    path = None if data_dir is None else data_dir / f"{name}.npz"
    if path is None or not path.is_file():
        where = "no --data-dir is given" if path is None else f"there is no {path}"
        raise Unavailable(
            f"the data set '{name}' is not on this machine: {where}. Put {name}.npz (arrays X and y) into a "
            "folder and name it with --data-dir or OVERSAMPLE_BENCH_DATA"
        )
    try:
        dataset = read_file(path, "y")
    except UsageError as error:
        raise Unavailable(str(error)) from error
    published = PUBLISHED[name]
    _check(dataset, published, path)
    return Dataset(X=dataset.X, y=dataset.y, source=published.source, licence=published.licence)


def _check(dataset: Dataset, published: Published, path: Path) -> None:
    found = (dataset.X.shape[1], class_counts(dataset))
    if found != (published.n_features, published.counts):
        raise Unavailable(
            f"{path} is not the whole set: it has {found[0]} features and classes {found[1]}, the published "
            f"one {published.n_features} features and classes {published.counts}. A partial file can be "
            "used by `path:`"
        )
