"""The plugin as a whole: its hooks, its README, and the contract for all that it registers."""

from pathlib import Path

import pytest

from oversample_bench.testing import (
    HooksContract,
    ImbalancedLearnChecks,
    ReadmeContract,
    RegisteredOversamplers,
)
from oversample_bench_swim.mahalanobis import SWIM
from oversample_bench_swim.rbf import SWIMRBF

PLUGIN = "oversample_bench_swim"


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("swim", "swim_rbf")


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    variants = (("swim", {"shrinkage": True}),)


class TestChecks(ImbalancedLearnChecks):
    samplers = (SWIM(random_state=0), SWIM(random_state=0, shrinkage=True), SWIMRBF(random_state=0))


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The method, step by step"

    def assert_printed(self, text):
        assert -1 <= float(text) <= 1
