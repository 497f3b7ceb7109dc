"""What the whole sets of the GL-GAN paper are (Wang et al., SDM 2020, sections 4.1.1 and 5).

Values only. The counts are those of the official copies, train and test (or valid) together. BASEHOCK
is not of the paper, but near Gisette in shape.
"""

from __future__ import annotations

from dataclasses import dataclass

from oversample_bench.api import Dataset
from oversample_bench.datasets.classes import class_counts


@dataclass(frozen=True)
class Published:
    """The size of a whole set, and its terms."""

    n_features: int
    counts: dict[str, int]
    source: str
    licence: str


def difference(found: Dataset, published: Published) -> str:
    """Return how a copy's size departs from the published one, or an empty string."""
    counts = class_counts(found)
    if (found.X.shape[1], counts) == (published.n_features, published.counts):
        return ""
    return (
        f"it has {found.X.shape[1]} features and classes {counts}, the published one {published.n_features} "
        f"features and classes {published.counts}"
    )


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
    "basehock": Published(
        n_features=4862,
        counts={"1": 994, "2": 999},
        source="BASEHOCK, word counts of two newsgroups (ASU feature selection repository)",
        licence="none stated",
    ),
}
