"""Tuned plain training (Shwartz-Ziv et al., NeurIPS 2023) for oversample-bench, by name.

Only the name stands here; torch is imported when it is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_classifiers(register: Register) -> None:
    """Offer the MLP whose training is tuned instead of its training rows."""
    register(
        "tuned_mlp",
        "oversample_bench_recipe.tuned_mlp:TunedMLP",
        requires=["torch"],
        install="pip install torch",
    )
