"""The plugin as a whole: its hooks, its README, and the contract for all that it registers."""

import re
from pathlib import Path

import pytest

from oversample_bench.testing import (
    HooksContract,
    ImbalancedLearnChecks,
    ReadmeContract,
    RegisteredOversamplers,
)
from oversample_bench.testing.hooks_contract import offers
from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.adaptive import GLGANAdaptive
from oversample_bench_gan.bagan import BAGAN
from oversample_bench_gan.cgan import CGAN
from oversample_bench_gan.glgan import GLGAN

PLUGIN = "oversample_bench_gan"
README = Path(__file__).parents[1] / "README.md"
PAGE = Path(__file__).parents[3] / "docs" / "glgan.md"
EQUATIONS = "## The paper, function by function"
SHORT = {
    "glgan": {"steps": 20, "rounds": 5},
    "glgan_adaptive": {"steps": 20, "rounds": 5},
    "auto_only": {"steps": 20},
    "ae_no_clu": {"steps": 20},
    "cgan": {"max_steps": 20},
    "bagan": {"max_steps": 10, "batch_size": 32},
}
"""Training for a moment: the contract is about honesty, not about quality."""


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("glgan", "glgan_adaptive", "auto_only", "ae_no_clu", "cgan", "bagan")
    published_tables = ("paper",)

    @pytest.mark.parametrize("name", SHORT)
    def test_each_sampler_takes_many_problems(self, name):
        """Every sampler of the plugin can be asked to resample one problem or many."""
        assert hasattr(offers(PLUGIN, "oversamplers")[name].resolved(), "fit_resample_batch")


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    params = SHORT


class TestChecks(ImbalancedLearnChecks):
    samplers = (
        CGAN(random_state=0, max_steps=5),
        BAGAN(random_state=0, max_steps=5, batch_size=32),
        GLGAN(random_state=0, **SHORT["glgan"]),
        GLGANAdaptive(random_state=0, **SHORT["glgan"]),
        AutoOnly(random_state=0, steps=20),
        AEWithoutCluster(random_state=0, steps=20),
    )


class TestPage(ReadmeContract):
    """docs/glgan.md is held to what the README is held to."""

    readme, package, section = PAGE, PLUGIN, "## Where it is in the code"

    def assert_printed(self, text):
        omega, share, told = text.split(maxsplit=2)
        assert float(share) == pytest.approx(4 * float(omega) * (1 - float(omega)))
        assert told == f"share of the second phase: {float(share):.2f} (omega {float(omega):.2f})\n"


class TestReadme(ReadmeContract):
    readme, package, section = README, PLUGIN, EQUATIONS

    def assert_printed(self, text):
        assert -1 <= float(text) <= 1

    def test_each_weight_of_the_paper_is_a_parameter(self):
        """The eight weights that the README lists are parameters of GLGAN, and reach the letter it gives."""
        equations = self.text().split(EQUATIONS)[1].split("## ")[0]
        listed = re.findall(r"`(\w+)` \((\w\w?)\)", equations)
        values = {name: position + 0.5 for position, (name, _) in enumerate(listed)}
        weights = GLGAN(**values)._plan(d=4).weights

        assert 8 == len(listed)
        assert values == {name: getattr(weights, letter.lower()) for name, letter in listed}
