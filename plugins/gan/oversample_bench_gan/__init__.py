"""GL-GAN (Wang et al., SDM 2020), our adaptive variant, ablations, cGAN and BAGAN for oversample-bench.

Only names stand here; torch is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer GL-GAN, what it contains, what we made of it, and the two nets that it is compared with."""
    register("glgan", "oversample_bench_gan.glgan:GLGAN")
    register("glgan_adaptive", "oversample_bench_gan.adaptive:GLGANAdaptive")
    register("auto_only", "oversample_bench_gan.ablations:AutoOnly")
    register("ae_no_clu", "oversample_bench_gan.ablations:AEWithoutCluster")
    register("cgan", "oversample_bench_gan.cgan:CGAN")
    register("bagan", "oversample_bench_gan.bagan:BAGAN")


@hookimpl
def register_published_tables(register: Register) -> None:
    """Offer the printed tables of the GL-GAN paper, for ``report: {published: paper}``."""
    register("paper", "oversample_bench_gan.printed:paper")
