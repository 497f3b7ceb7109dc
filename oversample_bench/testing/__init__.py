"""The contract of a plugin as test classes, for the author's own pytest file.

>>> from oversample_bench.testing import OversamplerContract
>>> class TestJitter(OversamplerContract):
...     module = "oversample_bench_jitter"
...
...     def make(self, random_state):
...         return Jitter(random_state=random_state)

A plugin as a whole has rules as well: its hooks, its README, and the contract for all that it registers.

>>> from pathlib import Path
>>> from oversample_bench.testing import HooksContract, ReadmeContract, RegisteredOversamplers
>>> class TestHooks(HooksContract):
...     module = "oversample_bench_jitter"
...     oversamplers = ("jitter",)
>>> class TestReadme(ReadmeContract):
...     readme = Path("README.md")
>>> class TestOversamplers(RegisteredOversamplers):
...     module = "oversample_bench_jitter"

Each method whose name begins with ``test_`` is a rule, told in its docstring. The rules use small seeded
problems of their own, need no network, and judge no quality: a poor method that is honest passes.

Names are imported when they are first asked for, so that the rules themselves need no pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oversample_bench.testing.classifier_contract import ClassifierContract
    from oversample_bench.testing.dataset_contract import DatasetContract
    from oversample_bench.testing.hooks_contract import HooksContract
    from oversample_bench.testing.imports import FRAMEWORKS, frameworks_loaded_by
    from oversample_bench.testing.metric_contract import MetricContract
    from oversample_bench.testing.oversampler_contract import OversamplerContract
    from oversample_bench.testing.readme_contract import ReadmeContract
    from oversample_bench.testing.registered_oversamplers import ImbalancedLearnChecks, RegisteredOversamplers
    from oversample_bench.testing.running import broken_rules
    from oversample_bench.testing.single_thread import one_thread

__all__ = [
    "FRAMEWORKS",
    "ClassifierContract",
    "DatasetContract",
    "HooksContract",
    "ImbalancedLearnChecks",
    "MetricContract",
    "OversamplerContract",
    "ReadmeContract",
    "RegisteredOversamplers",
    "broken_rules",
    "frameworks_loaded_by",
    "one_thread",
]

_MODULES = {
    "ClassifierContract": "classifier_contract",
    "DatasetContract": "dataset_contract",
    "HooksContract": "hooks_contract",
    "FRAMEWORKS": "imports",
    "frameworks_loaded_by": "imports",
    "MetricContract": "metric_contract",
    "OversamplerContract": "oversampler_contract",
    "ReadmeContract": "readme_contract",
    "ImbalancedLearnChecks": "registered_oversamplers",
    "RegisteredOversamplers": "registered_oversamplers",
    "broken_rules": "running",
    "one_thread": "single_thread",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
