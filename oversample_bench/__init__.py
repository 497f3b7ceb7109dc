"""Which oversampler helps on data like yours: suites in, tables of MCC and F1 out.

The stages as a library, in a notebook or a script:

>>> from oversample_bench import load_suite, plan, run  # doctest: +SKIP
>>> suite = load_suite("suites/quickstart.yaml")  # doctest: +SKIP
>>> print(plan(suite))  # doctest: +SKIP
>>> summary = run(suite, out="reports/quickstart")  # doctest: +SKIP
>>> summary.trials()  # doctest: +SKIP
"""

__version__ = "0.1.0"
