"""SWIM (Sharma et al., ICDM 2018; Bellinger et al., KAIS 2020) for oversample-bench, by name.

Only names stand here; imbalanced-learn is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer SWIM by Mahalanobis distance, and the variant by radial basis functions."""
    register("swim", "oversample_bench_swim.mahalanobis:SWIM")
    register("swim_rbf", "oversample_bench_swim.rbf:SWIMRBF")
