"""All rules of an oversampler in the order in which they are told."""

from __future__ import annotations

from oversample_bench.testing import batch_rules, oversampler_rules, process_rules
from oversample_bench.testing.rules import Rule

OVERSAMPLER_RULES: tuple[Rule, ...] = tuple(
    found
    for module in (oversampler_rules, process_rules, batch_rules)
    for found in vars(module).values()
    if isinstance(found, Rule)
)
"""The contract of an oversampler."""
