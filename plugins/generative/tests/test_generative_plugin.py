"""The plugin as a whole: its hooks, its README, and the contract for all that it registers."""

from pathlib import Path
from types import MappingProxyType

import pytest

from oversample_bench.testing import (
    HooksContract,
    ImbalancedLearnChecks,
    ReadmeContract,
    RegisteredOversamplers,
)
from oversample_bench_generative.leo_cvae import CVAE, LEOCVAE
from oversample_bench_generative.moms import MOMS, MOMSWithoutTriplet

PLUGIN = "oversample_bench_generative"
SHORT = MappingProxyType(
    {
        "leo_cvae": {"max_steps": 20, "hidden": 8, "latent": 3},
        "cvae": {"max_steps": 20, "hidden": 8, "latent": 3},
        "moms": {"epochs": 15},
        "moms_mmd": {"epochs": 15},
    }
)
"""Training for a moment: the contract is about honesty, not about quality."""


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("leo_cvae", "cvae", "moms", "moms_mmd")


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    params = SHORT


class TestChecks(ImbalancedLearnChecks):
    samplers = (
        LEOCVAE(random_state=0, **SHORT["leo_cvae"]),
        CVAE(random_state=0, **SHORT["cvae"]),
        MOMS(random_state=0, **SHORT["moms"]),
        MOMSWithoutTriplet(random_state=0, **SHORT["moms_mmd"]),
    )


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The papers, function by function"

    def assert_printed(self, text):
        assert -1 <= float(text) <= 1
