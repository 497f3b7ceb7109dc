"""The oversamplers of smote-variants for oversample-bench by name, and an exact MDO.

Only names stand here: neither smote-variants nor anything else that takes long to import is loaded before one
of them is used, so that they can be listed where the library is not installed.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl
from oversample_bench_smote_variants.names import ALSO_NEEDED, NAMES, NEEDED, install, registered


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer each sampler of the library under a name made from that of its class, and ``mdo_exact``."""
    register("mdo_exact", "oversample_bench_smote_variants.mdo_exact:MDOExact")
    for name in NAMES:
        register(
            registered(name),
            f"oversample_bench_smote_variants.samplers:{name}",
            requires=(*NEEDED, *ALSO_NEEDED.get(name, ())),
            install=install(name),
        )
