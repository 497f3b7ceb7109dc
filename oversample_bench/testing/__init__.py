"""The contract of a plugin as test classes, for the author's own pytest file.

>>> from oversample_bench.testing import OversamplerContract
>>> class TestJitter(OversamplerContract):
...     module = "oversample_bench_jitter"
...
...     def make(self, random_state):
...         return Jitter(random_state=random_state)

Each method whose name begins with ``test_`` is a rule, told in its docstring. The rules use small seeded
problems of their own, need no network, and judge no quality: a poor method that is honest passes.
"""

from oversample_bench.testing.classifier_contract import ClassifierContract
from oversample_bench.testing.dataset_contract import DatasetContract
from oversample_bench.testing.imports import FRAMEWORKS, frameworks_loaded_by
from oversample_bench.testing.metric_contract import MetricContract
from oversample_bench.testing.oversampler_contract import OversamplerContract
from oversample_bench.testing.running import broken_rules

__all__ = [
    "FRAMEWORKS",
    "ClassifierContract",
    "DatasetContract",
    "MetricContract",
    "OversamplerContract",
    "broken_rules",
    "frameworks_loaded_by",
]
