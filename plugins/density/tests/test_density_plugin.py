"""The plugin as a whole: its hooks, its README, and the contracts for all that it registers."""

from pathlib import Path

import pytest

from oversample_bench.testing import (
    ClassifierContract,
    HooksContract,
    ImbalancedLearnChecks,
    ReadmeContract,
    RegisteredOversamplers,
)
from oversample_bench_density.gk_smote import GKSMOTE
from oversample_bench_density.gk_smote_kde import GKSMOTEKDE
from oversample_bench_density.kotaro import KOTARO

PLUGIN = "oversample_bench_density"


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("gk_smote", "gk_smote_kde")
    classifiers = ("kotaro",)


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN


class TestChecks(ImbalancedLearnChecks):
    samplers = (GKSMOTE(random_state=0), GKSMOTEKDE(random_state=0))


class TestKOTARO(ClassifierContract):
    module = PLUGIN

    def make(self, random_state):
        return KOTARO()


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The methods, step by step"

    def assert_printed(self, text):
        assert all(-1 <= float(number) <= 1 for number in text.split())
