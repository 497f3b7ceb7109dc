"""Methods that go by the density of rows, for oversample-bench, by name.

Only names stand here; scikit-learn is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer GK-SMOTE as its public implementation has it, and as the paper is read here."""
    register("gk_smote", "oversample_bench_density.gk_smote:GKSMOTE")
    register("gk_smote_kde", "oversample_bench_density.gk_smote_kde:GKSMOTEKDE")


@hookimpl
def register_classifiers(register: Register) -> None:
    """Offer KOTARO."""
    register("kotaro", "oversample_bench_density.kotaro:KOTARO")
