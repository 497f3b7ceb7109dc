"""The only place that knows YAML: from a suite's text to a frozen `Suite`, errors with line and column."""

from oversample_bench.suite.items import ClassifierItem, DataItem, MethodItem, Resources
from oversample_bench.suite.loading import load_suite, parse_suite, suite_schema
from oversample_bench.suite.model import Limits, Protocol, ReportOptions, Suite

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
