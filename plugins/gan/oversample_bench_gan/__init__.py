"""GL-GAN (Wang et al., SDM 2020), our adaptive variant, ablations, cGAN and BAGAN for oversample-bench.

Only names stand here; torch is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import About, Register, hookimpl

PAPER = About(
    reference='W. Wang, S. Wang, W. Fan, Z. Liu, J. Tang, "Global-and-Local Aware Data Generation for the '
    'Class Imbalance Problem", SDM 2020'
)
CONDITIONAL = (
    'G. Douzas, F. Bacao, "Effective data generation for imbalanced learning using conditional generative '
    'adversarial networks", Expert Systems with Applications 91, 2018'
)
BALANCING = (
    'G. Mariani, F. Scheidegger, R. Istrate, C. Bekas, C. Malossi, "BAGAN: Data Augmentation with Balancing '
    'GAN", 2018, arXiv:1803.09655'
)


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer GL-GAN, what it contains, what we made of it, and the two nets that it is compared with."""
    register("glgan", "oversample_bench_gan.glgan:GLGAN", about=PAPER)
    register("glgan_adaptive", "oversample_bench_gan.adaptive:GLGANAdaptive", about=PAPER)
    register("auto_only", "oversample_bench_gan.ablations:AutoOnly", about=PAPER)
    register("ae_no_clu", "oversample_bench_gan.ablations:AEWithoutCluster", about=PAPER)
    register("cgan", "oversample_bench_gan.cgan:CGAN", about=About(reference=CONDITIONAL))
    register("bagan", "oversample_bench_gan.bagan:BAGAN", about=About(reference=BALANCING))


@hookimpl
def register_published_tables(register: Register) -> None:
    """Offer the printed tables of the GL-GAN paper, for ``report: {published: paper}``."""
    register("paper", "oversample_bench_gan.printed:paper")
