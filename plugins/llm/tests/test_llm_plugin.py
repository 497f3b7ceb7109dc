"""The plugin as a whole: its hooks, its README, and the contract for all that it registers."""

from pathlib import Path

import pytest

from oversample_bench.testing import (
    HooksContract,
    ImbalancedLearnChecks,
    ReadmeContract,
    RegisteredOversamplers,
)
from oversample_bench_llm import text_sampler
from oversample_bench_llm.great_like import GReaTLike
from oversample_bench_llm.imbllm import ImbLLM

PLUGIN = "oversample_bench_llm"
SHORT = {"max_steps": 3, "width": 8, "layers": 1, "heads": 1}
"""A model that has hardly begun to learn: the contract is about honesty, not about quality."""


@pytest.fixture(scope="module", autouse=True)
def _few_rounds():
    """Take copies soon: a model like that writes hardly any row, and each round costs the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_sampler, "EMPTY_ROUNDS", 1)
        patch.setattr(text_sampler, "PATIENCE", 1)
        yield


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("imbllm", "great_like")


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    params = {"imbllm": SHORT, "great_like": SHORT}  # noqa: RUF012 - as the contract reads it


class TestChecks(ImbalancedLearnChecks):
    samplers = (ImbLLM(random_state=0, **SHORT), GReaTLike(random_state=0, **SHORT))


class TestReadme(ReadmeContract):
    readme = Path(__file__).parents[1] / "README.md"
    package, section = PLUGIN, "## The method, step by step"

    def assert_printed(self, text):
        assert "scratch: a GPT-2" in text
