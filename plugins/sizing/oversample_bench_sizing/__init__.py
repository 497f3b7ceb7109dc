"""How many synthetic rows to add, and what to do about their bias, for oversample-bench, by name.

Only names stand here; scikit-learn is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer VTSS, TG-VTSS, and a reading of the bias-corrected loss, each around any sampler."""
    register("vtss", "oversample_bench_sizing.vtss:VTSS")
    register("tg_vtss", "oversample_bench_sizing.vtss:TGVTSS")
    register("bias_corrected", "oversample_bench_sizing.bias_corrected:BiasCorrected")
