"""GL-GAN with parts switched off, as the paper's ablations have it: the same code with fewer parameters.

A parameter means what it means in `glgan.GLGAN`; each class passes all of its own on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.sampler import Made, NeuralSampler

SECOND_PHASE = {
    "fake_weight",
    "label_weight",
    "realism_weight",
    "class_weight",
    "class_output",
    "rounds",
    "discriminator_steps",
    "classifier_steps",
    "generator_steps",
    "discriminator_rate",
    "classifier_rate",
    "generator_rate",
}
"""Parameters of GL-GAN that say nothing without adversaries."""
CLUSTER = {"cluster_weight", "minority_spread", "separation_weight", "separation"}
"""Parameters of GL-GAN that say nothing without L_clu."""


def _constraints(without: set[str]) -> dict[str, list[Any]]:
    return {name: rule for name, rule in GLGAN._parameter_constraints.items() if name not in without}  # noqa: SLF001 - scikit-learn's name


class AutoOnly(NeuralSampler):
    """Interpolate in the latent space of GL-GAN's autoencoder and decode: GL-GAN without its second phase.

    Wang et al., SDM 2020, section 4.3. Equal to ``GLGAN(rounds=0)`` to the last bit.

    Parameters
    ----------
    sampling_strategy, random_state, k_neighbors, hidden, latent, bottleneck, output, axes
        As in `GLGAN`.
    cluster_weight, minority_spread, separation_weight, separation, penalty, reduction
        As in `GLGAN`.
    steps, learning_rate, batch_size, device, clip, discrete
        As in `GLGAN`.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        "reconstruction" (3.1) and "clustering" (3.2).
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = _constraints(SECOND_PHASE)

    def __init__(  # noqa: PLR0913 - an estimator's parameters are its constructor's
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        k_neighbors: int = 5,
        hidden: Sequence[int] = (),
        latent: int | str = "auto",
        bottleneck: str = "tanh",
        output: str = "linear",
        axes: bool = True,
        cluster_weight: float = 0.1,
        minority_spread: float = 0.1,
        separation_weight: float = 0.03,
        separation: str = "squared",
        penalty: float = 0.0,
        reduction: str = "coordinate_mean",
        steps: int = 600,
        learning_rate: float = 1e-3,
        batch_size: int = 64,
        device: str = "auto",
        clip: bool = True,
        discrete: int = 20,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.hidden = hidden
        self.latent = latent
        self.bottleneck = bottleneck
        self.output = output
        self.axes = axes
        self.cluster_weight = cluster_weight
        self.minority_spread = minority_spread
        self.separation_weight = separation_weight
        self.separation = separation
        self.penalty = penalty
        self.reduction = reduction
        self.steps = steps
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.device = device
        self.clip = clip
        self.discrete = discrete

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        return GLGAN(**self.get_params(), rounds=0)._make(rows, n_new, seeds)


class AEWithoutCluster(NeuralSampler):
    """Interpolate in the latent space of a plain autoencoder and decode: `AutoOnly` without L_clu.

    Wang et al., SDM 2020, section 5.1. Equal to ``AutoOnly(cluster_weight=0)`` to the last bit.

    Parameters
    ----------
    sampling_strategy, random_state, k_neighbors, hidden, latent, bottleneck, output, axes, penalty, reduction
        As in `GLGAN`.
    steps, learning_rate, batch_size, device, clip, discrete
        As in `GLGAN`.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        "reconstruction" (3.1), and "clustering" (3.2), which is looked at only.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = _constraints(SECOND_PHASE | CLUSTER)

    def __init__(  # noqa: PLR0913 - an estimator's parameters are its constructor's
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: Any = None,
        k_neighbors: int = 5,
        hidden: Sequence[int] = (),
        latent: int | str = "auto",
        bottleneck: str = "tanh",
        output: str = "linear",
        axes: bool = True,
        penalty: float = 0.0,
        reduction: str = "coordinate_mean",
        steps: int = 600,
        learning_rate: float = 1e-3,
        batch_size: int = 64,
        device: str = "auto",
        clip: bool = True,
        discrete: int = 20,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.k_neighbors = k_neighbors
        self.hidden = hidden
        self.latent = latent
        self.bottleneck = bottleneck
        self.output = output
        self.axes = axes
        self.penalty = penalty
        self.reduction = reduction
        self.steps = steps
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.device = device
        self.clip = clip
        self.discrete = discrete

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        return AutoOnly(**self.get_params(), cluster_weight=0.0)._make(rows, n_new, seeds)
