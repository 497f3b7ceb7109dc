"""The plugin as a whole: its hooks, its README, and the contract for its classifier."""

from pathlib import Path

import pytest

from oversample_bench.testing import ClassifierContract, HooksContract, ReadmeContract
from oversample_bench_recipe.tuned_mlp import TunedMLP

PLUGIN = "oversample_bench_recipe"


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    classifiers = ("tuned_mlp",)


class TestContract(ClassifierContract):
    module = PLUGIN

    def make(self, random_state):
        return TunedMLP(budget=3, epochs=4, max_steps=60, random_state=random_state)


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The recipe, part by part"

    def assert_printed(self, text):
        assert 0 <= float(text.splitlines()[-1]) <= 1
