"""Which oversampler helps on data like yours: suites in, tables of MCC and F1 out.

The stages as a library, in a notebook or a script:

>>> from oversample_bench import load_suite, plan, run
>>> suite = load_suite("suites/quickstart.yaml")
>>> print(plan(suite))
quickstart: 18 splits, 90 fits, 270 trials
>>> summary = run(suite, out="reports/quickstart")  # doctest: +SKIP
>>> summary.trials()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oversample_bench.suite.plan import plan

if TYPE_CHECKING:
    from oversample_bench.core.errors import UsageError
    from oversample_bench.execution.driver import run
    from oversample_bench.execution.run_result import Options, Result
    from oversample_bench.suite import load_suite

__all__ = ["Options", "Result", "UsageError", "__version__", "load_suite", "plan", "run"]

__version__ = "0.1.0"

_HOMES = {
    "Options": "execution.run_result",
    "Result": "execution.run_result",
    "UsageError": "core.errors",
    "load_suite": "suite",
    "run": "execution.driver",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `bench --help` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'oversample_bench' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"oversample_bench.{_HOMES[name]}"), name)
