"""GK-SMOTE as its public implementation has it: two clusters of density, and SMOTE inside each.

M. R. Miraj, H. Huang, T. Yang, J. Zhao, N. Mu, X. Lei, "GK-SMOTE: A Hyperparameter-Free Noise-Resilient
Gaussian KDE-Based Oversampling Approach", APWeb-WAIM 2025, 197-212, arXiv 2509.11163. The public
implementation by the first author calls itself no official release; it was read, not copied, and differs from
what is known of the paper. `gk_smote_kde` is our reading of the paper.

A minority row among whose nearest rows there is no other of the minority is noise, and no new row starts or
ends there. The others fall into two clusters by their density, however far apart they lie; new rows are
shared out by the clusters' sizes. The bandwidth of a row is the deviation of its own few distances, so a
blob and the same blob ten times as wide have the same densities: the clusters tell rows by the pattern of
their neighbours, not by how many there are to a volume.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.neighbors import NearestNeighbors

from oversample_bench_density.growing import Generator, GrowingSampler, between, copies

Array = npt.NDArray[Any]

NARROWEST = 1e-12
SAME = 1e-9
"""Densities, all between 0 and 1, that differ by no more than rounding does make one cluster."""


class GKSMOTE(GrowingSampler):
    """Interpolate inside the denser half of the minority, and inside the sparser.

    Parameters
    ----------
    k_neighbors : int, default=5
        Neighbours for noise, for densities and for partners.
    sampling_strategy : float, dict or str, default="auto"
        As in imbalanced-learn.
    random_state : int, RandomState or None, default=None
        Seeds clusters, seeds and places.

    Attributes
    ----------
    fallback_ : str
        What was done differently; empty when nothing was.
    noise_ : ndarray of shape (n_minority,)
        Which minority rows were taken for noise, of the class that grew last.
    safe_ : ndarray of shape (n_minority,)
        Which are in the denser cluster.
    """

    def _made(self, minority: Array, majority: Array, n_new: int, rng: Generator) -> tuple[Array, str]:
        self.noise_ = is_noise(minority, majority, self.k_neighbors)
        kept = np.flatnonzero(~self.noise_)
        self.safe_ = np.zeros(len(minority), dtype=bool)
        if len(kept) < 2:
            few = "1 row is" if len(kept) == 1 else f"{len(kept)} rows are"
            return copies(minority, n_new, rng), f"copies: {few} no noise, and interpolation needs 2"
        self.safe_[kept] = denser(densities(minority, self.k_neighbors)[kept], rng)
        clusters = [minority[self.safe_], minority[~self.safe_ & ~self.noise_]]
        n_safe = round(n_new * len(clusters[0]) / len(kept))
        parts = [
            inside(cluster, count, self.k_neighbors, rng)
            for cluster, count in zip(clusters, (n_safe, n_new - n_safe), strict=True)
        ]
        alone = any(len(cluster) == 1 and len(new) for cluster, new in zip(clusters, parts, strict=True))
        return np.concatenate(parts), "a cluster of one row is copied" if alone else ""


def is_noise(minority: Array, majority: Array, k: int) -> Array:
    """Tell which minority rows have none of the minority among their ``k`` nearest other rows.

    Rows that equal the row itself are no neighbours; one without any neighbour is noise.
    """
    everything = np.vstack([minority, majority])
    labels = np.arange(len(everything)) < len(minority)
    tree = NearestNeighbors().fit(everything)
    noise = np.ones(len(minority), dtype=bool)
    for row, one in enumerate(minority):
        same = int((everything == one).all(axis=1).sum())
        near = tree.kneighbors(one[None], min(len(everything), k + same), return_distance=False)[0]
        others = [other for other in near if not (everything[other] == one).all()][:k]
        noise[row] = not labels[others].any()
    return noise


def densities(minority: Array, k: int) -> Array:
    """Return the density of each row: the mean Gaussian kernel of its ``k`` nearest rows, itself among them.

    The bandwidth is the standard deviation of their distances, so that the density depends on ratios of
    distances alone.
    """
    tree = NearestNeighbors(n_neighbors=min(k, len(minority))).fit(minority)
    distances, _ = tree.kneighbors(minority)
    bandwidth = np.maximum(distances.std(axis=1, keepdims=True), NARROWEST)
    found: Array = np.exp(-(distances**2) / (2 * bandwidth**2)).mean(axis=1)
    return found


def denser(density: Array, rng: Generator) -> Array:
    """Tell which densities are in the cluster of the larger mean, of two."""
    if np.ptp(density) <= SAME:
        return np.ones(len(density), dtype=bool)
    model = KMeans(2, n_init=10, random_state=rng.randint(2**31 - 1)).fit(density[:, None])
    upper: Array = model.labels_ == int(np.argmax(model.cluster_centers_[:, 0]))
    return upper


def inside(cluster: Array, n_new: int, k: int, rng: Generator) -> Array:
    """Return rows on segments between a row of a cluster and one of its ``k`` nearest others there."""
    if len(cluster) < 2 or not n_new:
        return copies(cluster, n_new, rng) if len(cluster) else cluster[:0]
    n_near = min(k, len(cluster) - 1)
    near = NearestNeighbors(n_neighbors=n_near).fit(cluster).kneighbors(return_distance=False)
    start = rng.randint(len(cluster), size=n_new)
    partner = near[start, rng.randint(n_near, size=n_new)]
    return between(cluster[start], cluster[partner], rng)
