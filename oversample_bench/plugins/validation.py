"""Checks a suite against what is installed, before the first fit. All that is wrong is said at once.

Names are looked up without an import. Parameters are checked by building each component, which imports it;
one without parameters of its own is built only when there is something to compute.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from oversample_bench.api import Metric
from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.core.references import references
from oversample_bench.core.specs import Component
from oversample_bench.plugins.given_objects import Given
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import IMPORT_PATH, KINDS, Registry, load_registry
from oversample_bench.suite import Suite
from oversample_bench.suite.published_numbers import is_named

METHODS = {"oversampler": ("fit_resample",), "classifier": ("fit", "predict")}
"""What an instance of each kind must have."""

COSTS_HINT = (
    "The metric 'expected_cost' takes costs, and the suite tells none. Add for example "
    "`costs: {miss: 50, false_alarm: 1}`."
)
BY_CLASS = ("class_weight", "sampling_strategy")
"""How the names of parameters end that may be a mapping by class."""


def registry_of(suite: Suite) -> Registry:
    """Return the registry with the loose plugins of a suite.

    Raises
    ------
    UsageError
        When one of its loose plugins is broken.
    """
    registry = load_registry(tuple(LooseFile.read(path) for path in suite.plugins), metrics_given(suite))
    bad = registry.plugins[len(registry.plugins) - len(suite.plugins) :] if suite.plugins else ()
    wrong = [
        f"{suite.where('plugins', position)}: the plugin {plugin.name} is broken: {plugin.reason}"
        for position, plugin in enumerate(bad)
        if plugin.state == "broken"
    ]
    if wrong:
        raise UsageError("\n".join(wrong))
    return registry


def metrics_given(suite: Suite) -> list[Given]:
    """Return the metrics that a suite brings along: the expected cost, where it tells costs."""
    if not suite.costs.are_told:
        return []
    from oversample_bench.plugins.expected_cost import ExpectedCost  # with scikit-learn

    return [ExpectedCost.of(suite.costs.miss, suite.costs.false_alarm)]


def check_names(suite: Suite, registry: Registry) -> None:
    """Check that every name of the suite is offered by a plugin that can be used.

    Raises
    ------
    UsageError
        With a line for each name that is not.
    """
    wrong = _twice(suite, registry)
    for kind, path, name in _names(suite):
        try:
            entry = registry.entry(kind, name)
            if (entry.state != "ok" and kind != "dataset") or IMPORT_PATH.fullmatch(name):
                entry.resolve()
        except UsageError as error:
            lacks_costs = (kind, name) == ("metric", "expected_cost") and not suite.costs.are_told
            wrong.append(f"{suite.where(*path)}: {COSTS_HINT if lacks_costs else error}")
    if wrong:
        raise UsageError("\n".join(wrong))


def _twice(suite: Suite, registry: Registry) -> list[str]:
    """Return a line for each metric that is there already, under another of its names."""
    wrong: list[str] = []
    first: dict[str, str] = {}
    for position, name in enumerate(suite.metrics):
        own = registry.own_name("metric", name)
        other = first.setdefault(own, name)
        if other != name:
            wrong.append(
                f"{suite.where('metrics', position)}: '{name}' and '{other}' are the same metric; keep one."
            )
    return wrong


def _names(suite: Suite) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    for position, data in enumerate(suite.data):
        if data.dataset:
            yield "dataset", ("data", position, "dataset"), data.dataset
    for kind, path, component in _components(suite):
        yield kind, (*path, "name"), component.name
        for way, inner, one in references(component.kwargs()):
            yield inner, (*path, "params", *way), one.name
    for position, metric in enumerate(suite.metrics):
        yield "metric", ("metrics", position), metric
    if is_named(suite.report.published):
        yield "published", ("report", "published"), suite.report.published


def _components(suite: Suite) -> Iterator[tuple[str, tuple[str | int, ...], Component]]:
    """Yield the kind, the place and the component of each method, of what follows it, of each classifier."""
    for position, method in enumerate(suite.methods):
        yield "oversampler", ("methods", position), method.component()
        for follower, wrapper in enumerate(method.then):
            yield "oversampler", ("methods", position, "then", follower), wrapper.component()
    for position, classifier in enumerate(suite.classifiers):
        yield "classifier", ("classifiers", position), classifier.component()


def check_parameters(suite: Suite, registry: Registry, *, everything: bool = True) -> None:
    """Check parameters against signatures, and values against what scikit-learn knows of them.

    Parameters
    ----------
    suite : Suite
        Whose methods and classifiers are built.
    registry : Registry
        Where they come from.
    everything : bool, default=True
        Whether components without parameters are built, too, and metrics looked at.

    Raises
    ------
    UsageError
        With a line for each that cannot be built.
    """
    wrong = _bad_metrics(suite, registry) if everything else []
    for kind, path, component in _components(suite):
        follows = "then" in path
        batch = suite.methods[int(path[1])].batch if kind == "oversampler" and not follows else 1
        if not (everything or component.kwargs() or batch > 1 or follows):
            continue
        if said := complaint(registry, kind, component, batch) or (follows and _moving(registry, component)):
            wrong.append(f"{suite.where(*path)}: {said}")
    if wrong:
        raise UsageError("\n".join(wrong))


def check_metrics(suite: Suite, registry: Registry) -> None:
    """Check that the metrics of a suite can be imported and are metrics.

    Raises
    ------
    UsageError
        With a line for each that is not.
    """
    if wrong := _bad_metrics(suite, registry):
        raise UsageError("\n".join(wrong))


def _bad_metrics(suite: Suite, registry: Registry) -> list[str]:
    wrong = []
    for position, name in enumerate(suite.metrics):
        entry = registry.entry("metric", name)
        try:
            found = entry.resolve()
        except UsageError as error:
            wrong.append(f"{suite.where('metrics', position)}: {error}")
            continue
        if not isinstance(found, Metric):
            said = f"metric '{name}' (plugin '{entry.plugin}') is a {type(found).__name__}, not a Metric"
            wrong.append(f"{suite.where('metrics', position)}: {said}")
    return wrong


def complaint(registry: Registry, kind: str, component: Component, batch: int = 1) -> str:
    """Return what is wrong with building a component, or with what it refers to; or an empty string."""
    for _, inner, one in references(component.kwargs()):
        if inner != "metric" and (said := complaint(registry, inner, one)):
            return said
    entry = registry.entry(kind, component.name)
    who = f"{KINDS[entry.kind]} '{entry.name}' (plugin '{entry.plugin}')"
    try:
        target, params = entry.resolve(), registry.resolved(component)
    except UsageError as error:
        return str(error)
    if said := _other_classes(params):
        return f"{who}: {said}"
    try:
        estimator = target(**params)
        if hasattr(estimator, "_parameter_constraints"):  # scikit-learn's own check of values
            estimator._validate_params()  # noqa: SLF001 - it has no public name
    except TypeError as error:
        return f"{who}: {_unexpected(target, params) or _one_line(error)}"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's constructor may raise anything
        return f"{who}: {_one_line(error)}"
    return _lacking(entry.kind, estimator, batch, who)


def _other_classes(params: Mapping[Any, Any]) -> str:
    """Return which key names a class by something else than its number, or an empty string."""
    for name, value in params.items():
        if not isinstance(value, Mapping):
            continue
        wrong = [key for key in value if key not in (0, 1)]
        if wrong and str(name).endswith(BY_CLASS):
            text = f"{wrong[0]!r}, which is text" if isinstance(wrong[0], str) else str(wrong[0])
            return (
                f"'{name}' has the key {text}; methods and classifiers know the majority as 0 and the "
                "minority as 1. Write these, without quotes."
            )
        if said := _other_classes(value):
            return said
    return ""


def _moving(registry: Registry, component: Component) -> str:
    """Return in a sentence that a method changes rows, so that it cannot follow another; or nothing."""
    built = registry.build("oversampler", component)
    if getattr(built, "_sampling_type", "") == "bypass":
        return ""
    return (
        f"'{component.name}' changes the rows, so it cannot stand under 'then': what follows a method wraps "
        "the classifier or weighs the rows, as `threshold`, `class_weight` and `prior_correction` do"
    )


def _lacking(kind: str, estimator: Any, batch: int, who: str) -> str:
    """Return which method an estimator lacks, or an empty string."""
    for name in METHODS[kind]:
        if not hasattr(estimator, name):
            return f"{who} is no {KINDS[kind]}: {type(estimator).__name__} has no {name}"
    if batch > 1 and not hasattr(estimator, "fit_resample_batch"):
        return f"{who} is fitted one by one: it has no fit_resample_batch, so leave `batch` out"
    return ""


def _unexpected(target: Any, params: dict[str, Any]) -> str:
    """Return a sentence about the first parameter that ``target`` does not take."""
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # not callable, or written in C
        return ""
    if any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters):
        return ""
    known = [
        parameter.name
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    for name in params:
        if name not in known:
            there = f"There are: {listed(known, 30)}" if known else "It takes none."
            return f"there is no parameter '{name}'.{nearest(name, known)} {there}"
    return ""


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
