"""Which method for rare classes helps on data like yours, by how much, and how surely.

On rows of your own, with estimators as they are:

>>> from sklearn.datasets import make_classification
>>> from sklearn.neighbors import KNeighborsClassifier
>>> from oversample_bench import compare
>>> X, y = make_classification(400, weights=[0.9], random_state=0)
>>> result = compare(X, y, methods=["none", "smote"], classifiers=[KNeighborsClassifier()], splits=5)
>>> result.counts
{'ok': 10}
>>> result.comparison("mcc", control="none")[["scope", "method", "control", "n"]].to_dict("records")[0]
{'scope': 'overall', 'method': 'smote', 'control': 'none', 'n': 5}

A suite, from YAML or made in Python:

>>> from oversample_bench import Suite, load_suite, plan, run
>>> suite = Suite(name="first", data=["ecoli1"], methods=["none", "random"], classifiers=["knn"], splits=2)
>>> print(plan(suite))
first: 2 splits, 4 fits, 4 trials
>>> result = run(suite)
>>> sorted(result.trials()["method"].unique())
['none', 'random']
>>> result = run(load_suite("suites/quickstart.yaml"), out="reports/quickstart")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oversample_bench.analysis.gate import check
    from oversample_bench.analysis.store_diff import diff
    from oversample_bench.core.errors import UsageError
    from oversample_bench.execution.compare import compare
    from oversample_bench.execution.driver import run
    from oversample_bench.execution.explanation import explain
    from oversample_bench.execution.merge_folders import merge
    from oversample_bench.execution.run_result import Options, Result
    from oversample_bench.execution.verify import verify_run as verify
    from oversample_bench.suite import Suite, load_suite
    from oversample_bench.suite.plan import plan

__all__ = [
    "Options",
    "Result",
    "Suite",
    "UsageError",
    "__version__",
    "check",
    "compare",
    "diff",
    "explain",
    "load_suite",
    "merge",
    "plan",
    "run",
    "verify",
]

__version__ = "0.1.0"

_HOMES = {
    "Options": "execution.run_result:Options",
    "Result": "execution.run_result:Result",
    "Suite": "suite:Suite",
    "UsageError": "core.errors:UsageError",
    "check": "analysis.gate:check",
    "compare": "execution.compare:compare",
    "diff": "analysis.store_diff:diff",
    "explain": "execution.explanation:explain",
    "load_suite": "suite:load_suite",
    "merge": "execution.merge_folders:merge",
    "plan": "suite.plan:plan",
    "run": "execution.driver:run",
    "verify": "execution.verify:verify_run",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `bench --help` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'oversample_bench' has no attribute '{name}'")
    from importlib import import_module

    module, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(f"oversample_bench.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
