"""LEO-CVAE, a plain CVAE and MOMS for oversample-bench, by name.

Only names stand here; torch is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl

INSTALL = "pip install oversample-bench-generative"


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer two conditional autoencoders, and two maps from the majority to the minority."""
    package = "oversample_bench_generative"
    register("leo_cvae", f"{package}.leo_cvae:LEOCVAE", requires=["torch"], install=INSTALL)
    register("cvae", f"{package}.leo_cvae:CVAE", requires=["torch"], install=INSTALL)
    register("moms", f"{package}.moms:MOMS", requires=["torch"], install=INSTALL)
    register("moms_mmd", f"{package}.moms:MOMSWithoutTriplet", requires=["torch"], install=INSTALL)
