"""The only place that knows YAML: from a suite's text to a frozen `Suite`, errors with line and column."""

from oversample_bench.suite.items import ClassifierItem, DataItem, MethodItem, ResourcesSection
from oversample_bench.suite.loading import load_suite, parse_suite, suite_schema
from oversample_bench.suite.model import UNLIMITED, Limits, ProtocolSection, ReportOptions, Suite

__all__ = [
    "UNLIMITED",
    "ClassifierItem",
    "DataItem",
    "Limits",
    "MethodItem",
    "ProtocolSection",
    "ReportOptions",
    "ResourcesSection",
    "Suite",
    "load_suite",
    "parse_suite",
    "suite_schema",
]
