"""GL-GAN as an imbalanced-learn sampler; the methods that it contains are in `ablations`.

The phases are in `training`, the equations in `losses`, defaults of the first phase in `parameters`; here is
what all parameters mean, with their sources, and what happens between the phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import StrOptions
from torch import Tensor

from oversample_bench_gan.latent import interpolated
from oversample_bench_gan.nets import Generators
from oversample_bench_gan.parameters import AT_LEAST_ONE, COUNT, POSITIVE, WEIGHT, ClusterSampler
from oversample_bench_gan.plan import Architecture, Plan, Schedule, Weights
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.sampler import Made
from oversample_bench_gan.training import Autoencoder, play, train_autoencoder

MOST_LATENT = 48
"""Latent coordinates of tables with many features; those with fewer keep one a feature."""


@dataclass(kw_only=True, eq=False, repr=False)
class GLGAN(ClusterSampler):
    """Interpolate in the latent space of an autoencoder, and decode by a generator that two nets have judged.

    W. Wang, S. Wang, W. Fan, Z. Liu, J. Tang, "Global-and-Local Aware Data Generation for the Class Imbalance
    Problem", SIAM International Conference on Data Mining 2020. The paper leaves most settings open; those
    marked "ours" were found on other data than the method is reported on, see the README of this plugin.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn. Of several classes each is
        grown against all other rows.
    random_state : int, RandomState or None, default=None
        Seed of weights, mini-batches and interpolation.
    k_neighbors : int, default=5
        Latent neighbours that SMOTE interpolates with, lowered to n_minority - 1. Ours: SMOTE's own.
    hidden : sequence of int, default=()
        Widths of E's hidden layers, with LeakyReLU(0.2) between; Q mirrors them. Ours: nets of one layer did
        best.
    latent : int or "auto", default="auto"
        Width of the latent space. "auto" is one coordinate a feature, at most 48; ours.
    bottleneck : {"tanh", "linear"}, default="tanh"
        E's last activation. Ours: with "linear", the paper read to the letter, (3.2) has no least value.
    output : {"linear", "tanh"}, default="linear"
        Q's and G's last activation, on features scaled to [-1, 1]; ours.
    axes : bool, default=True
        Start E and Q at the principal axes of the rows, where there is no hidden layer; ours. False draws
        all weights at random.
    cluster_weight : float, default=0.1
        B1 of (3.3), what L_clu counts; ours.
    minority_spread : float, default=0.1
        a1 of (3.2), what the spread of the minority counts; ours.
    separation_weight : float, default=0.03
        a2 of (3.2), what the distance between the class means counts; ours.
    separation : {"squared", "hinge"}, default="squared"
        The last term of (3.2). "hinge" is a2 max(0, M - ||m0 - m1||)^2 with M = 2 sqrt(latent), which has a
        least value with any bottleneck; ours.
    penalty : float, default=0.0
        B2 of (3.3), what the squared weights of E and Q count; ours.
    reduction : {"coordinate_mean", "sum"}, default="coordinate_mean"
        "sum" is the norm of the paper. The default divides L_rec, in (3.6) too, by the number of features and
        L_clu by the number of latent coordinates, so that weights mean the same on all tables; ours.
    fake_weight : float, default=1.0
        c of (3.4), what decoded rows count for D; ours.
    label_weight : float, default=1.0
        e of (3.5), what decoded rows count for C; ours.
    realism_weight : float, default=0.1
        f1 of (3.6), what D counts for G; ours.
    class_weight : float, default=0.1
        f2 of (3.6), what C counts for G; ours.
    class_output : {"linear", "softmax"}, default="linear"
        C's last activation. The paper says "dense" of it, and "softmax" of D's alone.
    steps : int, default=600
        Steps of the first phase; ours.
    learning_rate : float, default=1e-3
        Adam's in the first phase; ours.
    rounds : int, default=300
        Rounds of the second phase; ours. Without any, this is `AutoOnly`.
    discriminator_steps, classifier_steps, generator_steps : int, default=1
        Steps of D by (3.4), C by (3.5) and G by (3.6) in a round: the counters of Algorithm 1; ours.
    discriminator_rate, classifier_rate : float, default=1e-3
        Adam's for D and C; ours, after M. Heusel et al., "GANs Trained by a Two Time-Scale Update Rule
        Converge to a Local Nash Equilibrium", NIPS 2017: what judges learns faster.
    generator_rate : float, default=2e-4
        Adam's for G; ours, that of DCGAN.
    batch_size : int, default=64
        Rows of each class, and of the interpolated points, in a step. A class with fewer is in every step
        as a whole, and each row counts as many as it stands for, so that means over rows are estimated
        without bias however rare the minority is; m0 of (3.2) is that of the step. Ours.
    device : str, default="auto"
        A device of torch's, such as "cpu" or "cuda:1". "auto" is a GPU where there is one.
    clip : bool, default=True
        Keep new rows in the range of the real ones; ours.
    discrete : int, default=20
        Features with at most as many different values get the nearest of these; 0 leaves all as they are
        decoded. Ours: trees tell decoded rows from real ones by a flag of 0.98.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_steps,)
        "reconstruction" (3.1) and "clustering" (3.2) of the first phase, "discriminator" (3.4), "classifier"
        (3.5) and "generator" (3.6) of the second, as they were before each step.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from oversample_bench_gan.glgan import GLGAN
    >>> X, y = make_classification(300, weights=[0.95], random_state=0)
    >>> X_more, y_more = GLGAN(random_state=0).fit_resample(X, y)
    >>> bool((y_more == 0).sum() == (y_more == 1).sum())
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **ClusterSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "fake_weight": WEIGHT,
        "label_weight": WEIGHT,
        "realism_weight": WEIGHT,
        "class_weight": WEIGHT,
        "class_output": [StrOptions({"linear", "softmax"})],
        "rounds": COUNT,
        "discriminator_steps": AT_LEAST_ONE,
        "classifier_steps": AT_LEAST_ONE,
        "generator_steps": AT_LEAST_ONE,
        "discriminator_rate": POSITIVE,
        "classifier_rate": POSITIVE,
        "generator_rate": POSITIVE,
    }

    fake_weight: float = 1.0
    label_weight: float = 1.0
    realism_weight: float = 0.1
    class_weight: float = 0.1
    class_output: str = "linear"
    rounds: int = 300
    discriminator_steps: int = 1
    classifier_steps: int = 1
    generator_steps: int = 1
    discriminator_rate: float = 1e-3
    classifier_rate: float = 1e-3
    generator_rate: float = 2e-4

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        """Follow Algorithm 1: train E and Q, interpolate, train D, C and G, decode."""
        plan = self._plan(rows.X.shape[2])
        generators: Generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        trained = train_autoencoder(rows, plan, generators)
        Z_syn, told = self._interpolated(rows, trained, n_new, seeds)
        decoder, history = trained.decoder, trained.history
        if plan.schedule.rounds:
            judged = play(rows, Z_syn, trained, plan, generators)
            decoder, history = judged.generator, history | judged.history
        with torch.no_grad():
            return Made(decoder(Z_syn), history, told)

    def _interpolated(
        self, rows: Rows, trained: Autoencoder, n_new: int, seeds: Sequence[int]
    ) -> tuple[Tensor, list[str]]:
        """Return Z_syn of each member, (members, n_new, latent), by SMOTE among E of its minority."""
        with torch.no_grad():
            Z_min = trained.encoder(rows.X[:, rows.n_majority :]).double().cpu().numpy()
        drawn = [interpolated(z, n_new, self.k_neighbors, seed) for z, seed in zip(Z_min, seeds, strict=True)]
        Z_syn = torch.stack([torch.from_numpy(points) for points, _ in drawn]).to(rows.X)
        return Z_syn, [told for _, told in drawn]

    def _plan(self, d: int) -> Plan:
        hidden = tuple(self.hidden)
        if not all(isinstance(width, Integral) and width > 0 for width in hidden):
            raise ValueError(f"hidden={self.hidden!r} has to be whole numbers of at least 1, or ()")
        latent = min(d, MOST_LATENT) if self.latent == "auto" else int(self.latent)
        return Plan(
            Architecture(hidden, latent, self.bottleneck, self.output, self.axes, self.class_output),
            Weights(
                a1=self.minority_spread,
                a2=self.separation_weight,
                b1=self.cluster_weight,
                b2=self.penalty,
                c=self.fake_weight,
                e=self.label_weight,
                f1=self.realism_weight,
                f2=self.class_weight,
            ),
            Schedule(
                self.batch_size,
                self.steps,
                self.learning_rate,
                self.rounds,
                (self.discriminator_steps, self.classifier_steps, self.generator_steps),
                (self.discriminator_rate, self.classifier_rate, self.generator_rate),
            ),
            self.reduction,
            self.separation,
        )
