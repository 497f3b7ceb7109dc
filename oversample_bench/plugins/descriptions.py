"""What there is to be known of a registered name: its parameters, what it can do, where it is from.

A plugin may say it when it registers the name (`oversample_bench.api.About`); what it leaves out is read from
the signature, the docstring and the capabilities of what the name stands for, which is imported for that.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from oversample_bench.api import Metric
from oversample_bench.core.errors import UsageError
from oversample_bench.plugins import docstrings
from oversample_bench.plugins.registry import Entry

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
WRAPPED = "base"
"""The parameter by which `oversample_bench.plugins.thresholds.tuned` is told the class that it wraps."""

KIND_TAGS = {"under-sampling": "drops rows", "clean-sampling": "drops rows", "bypass": "asks for no rows"}
"""What imbalanced-learn's base classes say in ``_sampling_type``."""

CATEGORICAL = {"one_hot_groups", "categorical_features"}
"""Parameters by which a method is told which columns are categories."""


@dataclass(frozen=True)
class Parameter:
    """What a name can be built with.

    Attributes
    ----------
    name : str
        What stands under ``params`` in a suite.
    default : object
        What it is where the suite says nothing.
    required : bool
        Whether the suite has to say something.
    about : str
        A sentence of the docstring.
    """

    name: str
    default: Any = None
    required: bool = False
    about: str = ""

    @property
    def told(self) -> str:
        """Name and default, as a call writes them."""
        return self.name if self.required else f"{self.name}={self.default!r}"


@dataclass(frozen=True)
class Description:
    """What there is to be known of a registered name.

    Attributes
    ----------
    kind, name, plugin, distribution, version, state, reason : str
        As the registry has them.
    target : str
        Where it is imported from.
    summary, reference : str
        A sentence, and the works that the method is from; empty where nobody says.
    parameters : tuple of Parameter
        In the order of the signature.
    tags : tuple of str
        ``gpu``, ``deterministic``, ``mixed tables``, ``batch``, ``drops rows``, ``asks for no rows``, ...
    least_minority : int or None
        The minority rows that the method needs at least, where its plugin says so.
    """

    kind: str
    name: str
    plugin: str
    distribution: str
    version: str
    state: str
    reason: str
    target: str
    summary: str = ""
    reference: str = ""
    parameters: tuple[Parameter, ...] = ()
    tags: tuple[str, ...] = ()
    least_minority: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as JSON knows it; a default that JSON does not know as Python writes it."""
        told = [{**asdict(one), "default": as_json(one.default)} for one in self.parameters]
        return {**asdict(self), "parameters": told, "tags": list(self.tags)}


def description_of(entry: Entry) -> Description:
    """Return what there is to be known of a name; of one that cannot be imported what was registered.

    Parameters
    ----------
    entry : Entry
        Of any kind. A data set is not loaded.
    """
    bare = _registered(entry, entry.state, entry.reason)
    if entry.state != "ok" or entry.kind in ("dataset", "published"):
        return bare
    try:
        found = entry.resolve()
    except UsageError as error:
        return _registered(entry, "broken", str(error))
    target = getattr(found, "func", found)  # of a name with defaults
    if isinstance(target, Metric):
        said = [docstrings.summary(text) for text in docstrings.texts_of(target.compute)]
        return replace(bare, summary=bare.summary or "".join(said[:1]), tags=_of_metric(target))
    texts = docstrings.texts_of(_wrapped(entry.defaults) or target)
    own = tuple(_parameters(target, entry.defaults))
    return replace(
        bare,
        summary=bare.summary or next(filter(None, map(docstrings.summary, texts)), ""),
        reference=bare.reference or next(filter(None, map(docstrings.reference, texts)), ""),
        parameters=own,
        tags=tuple(_tags(entry, target, {one.name for one in own})),
    )


def as_json(value: Any) -> Any:
    """Return a default as JSON knows it, or as Python writes it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}
    return repr(value)


def _registered(entry: Entry, state: str, reason: str) -> Description:
    """Return what is known without an import."""
    target = entry.target
    inner = getattr(target, "compute", target)
    named = f"{getattr(inner, '__module__', '')}:{getattr(inner, '__qualname__', type(inner).__name__)}"
    return Description(
        kind=entry.kind,
        name=entry.name,
        plugin=entry.plugin,
        distribution=entry.origin.name,
        version=entry.origin.version,
        state=state,
        reason=reason,
        target=target if isinstance(target, str) else named,
        summary=entry.about.summary,
        reference=entry.about.reference,
        least_minority=entry.about.least_minority,
    )


def _parameters(target: Any, defaults: Mapping[str, Any]) -> Iterator[Parameter]:
    """Yield what a class or function takes, and what it hands on to the class that it wraps."""
    wrapped = _wrapped(defaults)
    told = _told(target)
    own = [one for one in _signature(target) if one.name != WRAPPED or wrapped is None]
    names = {one.name for one in own}
    if wrapped is not None:
        told = {**_told(wrapped), **told}
        own += [one for one in _signature(wrapped) if one.name not in names]
    for one in own:
        default = defaults.get(one.name, one.default)
        required = default is inspect.Parameter.empty
        yield Parameter(one.name, None if required else default, required, told.get(one.name, ""))


def _told(target: Any) -> dict[str, str]:
    """Return what the docstrings say of each parameter; the nearest has the last word."""
    found: dict[str, str] = {}
    for text in reversed(docstrings.texts_of(target)):
        found |= docstrings.parameters(text)
    return found


def _signature(target: Any) -> list[inspect.Parameter]:
    try:
        found = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):  # not callable, or written in C
        return []
    return [one for one in found if one.kind in NAMED]


def _wrapped(defaults: Mapping[str, Any]) -> Any:
    """Return the class that a name wraps, or None."""
    module, _, name = str(defaults.get(WRAPPED, "")).partition(":")
    return getattr(importlib.import_module(module), name) if name else None


def _tags(entry: Entry, target: Any, names: set[str]) -> Iterator[str]:
    """Yield what a method or classifier is known to do: by its plugin's word, or by what it has."""
    about = entry.about
    found = {
        "gpu": (about.gpu, "device" in names),
        "deterministic": (about.deterministic, "random_state" not in names),
        "mixed tables": (
            about.mixed_tables,
            bool(names & CATEGORICAL) or bool(getattr(target, "accepts_categories", False)),
        ),
        "batch": (None, hasattr(target, "fit_resample_batch")),
        "wraps the classifier": (None, hasattr(target, "wrap_classifier")),
        "refuses all data": (None, bool(getattr(target, "refused", ""))),
    }
    yield from (tag for tag, (said, seen) in found.items() if (seen if said is None else said))
    if kind := KIND_TAGS.get(str(getattr(target, "_sampling_type", ""))):
        yield kind


def _of_metric(metric: Metric) -> tuple[str, ...]:
    return (f"needs {metric.needs}", *(() if metric.higher_is_better else ("lower is better",)))
