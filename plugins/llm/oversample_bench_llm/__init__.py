"""Rows written by a language model, ImbLLM (Nguyen et al., 2025) and a GReaT-like sampler, by name.

Only names stand here; torch and transformers are imported when one of them is first fitted.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl

NEEDED = ("torch", "transformers", "tokenizers")


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer ImbLLM, and the sampler that it is compared with."""
    for name, target in (("imbllm", "imbllm:ImbLLM"), ("great_like", "great_like:GReaTLike")):
        register(
            name,
            f"oversample_bench_llm.{target}",
            requires=NEEDED,
            install="pip install transformers tokenizers",
        )
