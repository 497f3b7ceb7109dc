"""The only place that knows YAML: from a suite's text to a frozen `Suite`, errors with line and column."""

from oversample_bench.suite.items import ClassifierItem, DataItem, MethodItem, Resources
from oversample_bench.suite.model import Limits, Protocol, ReportOptions, Suite
from oversample_bench.suite.reading import load_suite, parse_suite, suite_schema

__all__ = [
    "ClassifierItem",
    "DataItem",
    "Limits",
    "MethodItem",
    "Protocol",
    "ReportOptions",
    "Resources",
    "Suite",
    "load_suite",
    "parse_suite",
    "suite_schema",
]
