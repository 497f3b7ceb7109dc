"""GL-GAN with parts switched off, as the paper's ablations have it: the same code with fewer parameters.

A parameter means what it means in `glgan.GLGAN`; each class has those of its base in `parameters`, and passes
all of them on.
"""

from __future__ import annotations

from collections.abc import Sequence

from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.parameters import AutoencoderSampler, ClusterSampler
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.sampler import Made


class AutoOnly(ClusterSampler):
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

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        return GLGAN(**self.get_params(), rounds=0)._make(rows, n_new, seeds)


class AEWithoutCluster(AutoencoderSampler):
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

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        return AutoOnly(**self.get_params(), cluster_weight=0.0)._make(rows, n_new, seeds)
