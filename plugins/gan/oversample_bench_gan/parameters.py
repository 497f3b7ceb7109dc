"""The parameters that GL-GAN shares with the methods it contains, each with its default, once.

What they mean is told in `glgan.GLGAN`. Trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions

from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, NeuralSampler

POSITIVE = [Interval(Real, 0, None, closed="neither")]
WEIGHT = [Interval(Real, 0, None, closed="left")]
COUNT = [Interval(Integral, 0, None, closed="left")]
AT_LEAST_ONE = [Interval(Integral, 1, None, closed="left")]


@dataclass(kw_only=True, eq=False, repr=False)
class AutoencoderSampler(NeuralSampler):
    """A sampler that interpolates in an autoencoder's latent space: its nets, (3.1), the first phase."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SHARED_CONSTRAINTS,
        "k_neighbors": AT_LEAST_ONE,
        "hidden": [list, tuple],
        "latent": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "bottleneck": [StrOptions({"tanh", "linear"})],
        "output": [StrOptions({"linear", "tanh"})],
        "axes": ["boolean"],
        "penalty": WEIGHT,
        "reduction": [StrOptions({"coordinate_mean", "sum"})],
        "steps": COUNT,
        "learning_rate": POSITIVE,
        "batch_size": AT_LEAST_ONE,
    }

    k_neighbors: int = 5
    hidden: Sequence[int] = ()
    latent: int | str = "auto"
    bottleneck: str = "tanh"
    output: str = "linear"
    axes: bool = True
    penalty: float = 0.0
    reduction: str = "coordinate_mean"
    steps: int = 600
    learning_rate: float = 1e-3
    batch_size: int = 64
    discrete: int = 20


@dataclass(kw_only=True, eq=False, repr=False)
class ClusterSampler(AutoencoderSampler):
    """One whose autoencoder also keeps the classes apart: the weights and the form of (3.2)."""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AutoencoderSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "cluster_weight": WEIGHT,
        "minority_spread": WEIGHT,
        "separation_weight": WEIGHT,
        "separation": [StrOptions({"squared", "hinge"})],
    }

    cluster_weight: float = 0.1
    minority_spread: float = 0.1
    separation_weight: float = 0.03
    separation: str = "squared"
