"""SWIM (Sharma et al., ICDM 2018; Bellinger et al., KAIS 2020) for oversample-bench, by name.

Only names stand here; imbalanced-learn is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import About, Register, hookimpl

SHARMA = (
    'S. Sharma, C. Bellinger, B. Krawczyk, O. Zaiane, N. Japkowicz, "Synthetic Oversampling with the '
    'Majority Class: A New Perspective on Handling Extreme Imbalance", ICDM 2018'
)
BELLINGER = (
    'C. Bellinger, S. Sharma, N. Japkowicz, O. Zaiane, "Framework for Extreme Imbalance Classification: '
    'SWIM", Knowledge and Information Systems 62, 2020'
)


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer SWIM by Mahalanobis distance, and the variant by radial basis functions."""
    register("swim", "oversample_bench_swim.mahalanobis:SWIM", about=About(reference=SHARMA))
    register("swim_rbf", "oversample_bench_swim.rbf:SWIMRBF", about=About(reference=BELLINGER))
