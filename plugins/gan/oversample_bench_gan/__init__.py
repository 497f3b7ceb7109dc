"""GL-GAN (Wang et al., SDM 2020), its ablations, cGAN and BAGAN for oversample-bench, by name.

Only names stand here; torch is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer GL-GAN, the two methods that it contains, and the two nets that it is compared with."""
    register("glgan", "oversample_bench_gan.glgan:GLGAN")
    register("auto_only", "oversample_bench_gan.ablations:AutoOnly")
    register("ae_no_clu", "oversample_bench_gan.ablations:AEWithoutCluster")
    register("cgan", "oversample_bench_gan.cgan:CGAN")
    register("bagan", "oversample_bench_gan.bagan:BAGAN")


@hookimpl
def register_published_tables(register: Register) -> None:
    """Offer the printed tables of the GL-GAN paper, for ``report: {published: paper}``."""
    register("paper", "oversample_bench_gan.printed:paper")
