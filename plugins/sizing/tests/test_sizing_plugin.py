"""The plugin as a whole: its hooks, its README, and the contract for all that it registers."""

from pathlib import Path
from types import MappingProxyType

import pytest

from oversample_bench.testing import HooksContract, ReadmeContract, RegisteredOversamplers

PLUGIN = "oversample_bench_sizing"
QUICK = {"n_splits": 2, "n_repeats": 1, "multipliers": (0, 0.5, 1.0)}


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("vtss", "tg_vtss", "bias_corrected")


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    params = MappingProxyType({"vtss": QUICK, "tg_vtss": QUICK})


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The methods, step by step"

    def assert_printed(self, text):
        assert "rows added" in text
