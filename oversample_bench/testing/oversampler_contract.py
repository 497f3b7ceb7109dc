"""The contract of an oversampler as a test class: a method ``test_...`` for each of its rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oversample_bench.testing.oversampler_ruleset import OVERSAMPLER_RULES
from oversample_bench.testing.rules import DoesNotApply, Rule


class OversamplerContract:
    """Subclass it in a pytest file, under a name that begins with ``Test``, and say how to make one.

    Attributes
    ----------
    module : str, default=""
        The module with the plugin's hooks; importing it must import no framework. Empty: not looked at.
    deterministic : bool, default=False
        The method makes the same rows with every seed.
    drops_rows : bool, default=False
        The method removes real rows by design, as cleaning does.
    owes_rows : bool, default=True
        The method is meant to bring the minority up to the ratio that it is asked for.
    """

    module: str = ""
    deterministic: bool = False
    drops_rows: bool = False
    owes_rows: bool = True

    def make(self, random_state: int) -> Any:
        """Return a new sampler with this seed, and with whatever makes it quick to fit."""
        raise NotImplementedError("say how to build the sampler: def make(self, random_state): return ...")


def _as_test(rule: Rule) -> Callable[..., None]:
    """Return a rule as a method that pytest collects."""

    def check(self: OversamplerContract, *case: Any) -> None:
        __tracebackhide__ = True
        try:
            rule.check(self, *case)
        except DoesNotApply as reason:
            pytest.skip(str(reason))

    def test(self: OversamplerContract) -> None:
        check(self)

    def test_case(self: OversamplerContract, case: Any) -> None:
        check(self, case)

    made = pytest.mark.parametrize("case", rule.cases)(test_case) if rule.cases else test
    made.__doc__, made.__name__ = rule.check.__doc__, f"test_{rule.name}"
    return made


for _rule in OVERSAMPLER_RULES:
    setattr(OversamplerContract, f"test_{_rule.name}", _as_test(_rule))
