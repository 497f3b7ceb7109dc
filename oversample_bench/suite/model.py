"""The suite: a frozen, validated value that says what is to be compared, and on what.

Holds what the YAML says and no more: no name is looked up, no data is read.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AliasChoices,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from oversample_bench.core import specs
from oversample_bench.core.errors import listed, nearest
from oversample_bench.suite.extent import refuse_too_many
from oversample_bench.suite.fields import (
    Name,
    PythonFile,
    Ratio,
    SuiteName,
    Text,
    complaint,
    refuse_repeats,
    shorthand,
)
from oversample_bench.suite.items import (
    ClassifierItem,
    DataItem,
    MethodItem,
    Registered,
    Section,
    Wrapper,
    refuse_lonely,
)
from oversample_bench.suite.protocol_section import ProtocolSection
from oversample_bench.suite.published_numbers import Published
from oversample_bench.suite.source import YamlText

__all__ = ["UNLIMITED", "Limits", "ProtocolSection", "ReportOptions", "Suite", "SuiteOrigin"]

BASELINE = "none"
TUNING = ("threshold",)
"""Methods that are tuned for the first metric of the suite, unless it says which."""


class Limits(Section):
    """When a fit or a trial is stopped; it then counts as timeout or oom, and the rest continues.

    The stages hold their calls to this very value; what is None has no limit.
    """

    fit: float | None = Field(600.0, gt=0, description="Seconds for one fit of a method, or null.")
    trial: float | None = Field(300.0, gt=0, description="Seconds for one classifier on one resample.")
    memory: float | None = Field(
        None,
        gt=0,
        description="MiB that a worker may allocate on top of what it starts with. Default: no limit.",
    )


UNLIMITED = Limits(fit=None, trial=None)


class ReportOptions(Section):
    """How the report looks."""

    title: Text = Field("", description="The heading. Default: the name of the suite.")
    digits: int = Field(3, ge=1, le=6, description="Digits after the decimal point in tables.")
    control: Name = Field(
        "",
        description="The label of the method that the others are compared with. Default: none.",
        validation_alias=AliasChoices("control", "focus"),  # as suites called it before version 0.2
    )
    spread: Literal["sd", "interval"] = Field(
        "sd", description="What is shown beside a mean: its standard deviation, or its 95 % interval."
    )
    figures: Literal["first", "all"] = Field(
        "first", description="Whose figures are drawn: those of the first metric, or of all."
    )
    rope: float = Field(0.01, ge=0, description="Differences up to this size make no difference in practice.")
    decision_regions: bool = Field(
        default=False,
        description="Plot the rows of a split in a plane, with the decision regions of the first "
        "classifier, for each data set, ratio and method.",
    )
    published: Published = Field(
        "",
        description="Published numbers to compare with: the name of a plugin's table, such as `paper` of "
        "oversample-bench-gan, or a CSV file, relative to the folder of the suite.",
    )


def _with_params(item: dict[str, Any], own: Registered | Wrapper) -> dict[str, Any]:
    """Return a dumped item with its parameters as they are: JSON would make all keys text."""
    told = {**item, "params": deepcopy(own.params)}
    if not told.get("methods", True):
        del told["methods"]  # all of them
    if not told.pop("then", ()):
        return told
    then = getattr(own, "then", ())
    return {
        **told,
        "then": [_with_params(part, wrapper) for part, wrapper in zip(item["then"], then, strict=True)],
    }


def _tuned(method: MethodItem, metric: str) -> MethodItem:
    """Return a method in which each part of `TUNING` that names no metric has the one given."""

    def told(item: MethodItem | Wrapper) -> dict[str, Any]:
        own = item.name in TUNING and "metric" not in item.params
        return {"params": {**item.params, "metric": {"name": metric}}} if own else {}

    changes: dict[str, Any] = told(method)
    if any(told(wrapper) for wrapper in method.then):
        changes["then"] = tuple(wrapper.model_copy(update=told(wrapper)) for wrapper in method.then)
    return method.model_copy(update=changes) if changes else method


class CostsSection(Section):
    """What mistakes cost, for the metric `expected_cost`."""

    miss: float = Field(0.0, gt=0, description="What a minority row costs that is not found.")
    false_alarm: float = Field(
        1.0, ge=0, description="What a majority row costs that is taken for the minority."
    )

    @model_validator(mode="after")
    def _miss_is_told(self) -> Self:
        if self.model_fields_set == {"false_alarm"}:
            raise complaint("'costs' lacks 'miss': what a minority row costs that is not found.")
        return self

    @property
    def are_told(self) -> bool:
        """Whether the suite tells any."""
        return self.miss > 0


@dataclass
class SuiteOrigin:
    """Where a suite came from: its text, the folder that its paths start from, its paths as written."""

    source: YamlText = field(default_factory=YamlText)
    folder: Path = field(default_factory=Path.cwd)
    written: dict[str, str] = field(default_factory=dict)

    def absolute(self, path: str) -> Path:
        """Return ``path`` from the folder of the suite, and remember how it was written."""
        found = (self.folder / path).absolute()
        self.written[str(found)] = path
        return found


class Suite(Section):
    """What is compared (methods, classifiers), on what (data, ratios, splits) and how it is judged."""

    name: SuiteName = Field(description="Names the folder of the results: reports/<name>.")
    data: tuple[Annotated[DataItem, shorthand("dataset", DataItem)], ...] = Field(
        strict=False, min_length=1, description="The data sets."
    )
    ratios: tuple[Ratio, ...] = Field(
        (None,),
        strict=False,
        min_length=1,
        description="Minority : majority among the training rows: numbers in (0, 1], or `natural`.",
        json_schema_extra={"default": ["natural"]},
    )
    allow_no_baseline: bool = Field(
        default=False, description="Accept a suite without the baseline, the method `none`."
    )
    methods: tuple[Annotated[MethodItem, shorthand("name", MethodItem)], ...] = Field(
        strict=False, min_length=1, description="The methods to compare."
    )
    classifiers: tuple[Annotated[ClassifierItem, shorthand("name", ClassifierItem)], ...] = Field(
        strict=False, min_length=1, description="The classifiers."
    )
    splits: int = Field(10, ge=1, description="Number of different splits into training and test rows.")
    seeds: int = Field(1, ge=1, description="Number of seeds for methods and classifiers on each split.")
    metrics: tuple[Name, ...] = Field(
        ("mcc", "f1_macro", "f1_micro"), strict=False, min_length=1, description="The metrics to report."
    )
    costs: CostsSection = Field(
        CostsSection(), description="What mistakes cost, for the metric `expected_cost`."
    )
    protocol: ProtocolSection = Field(
        ProtocolSection(), description="How a data set becomes training and test rows."
    )
    limits: Limits = Field(Limits(), description="When a fit or a trial is stopped.")
    plugins: tuple[PythonFile, ...] = Field(
        (), strict=False, description="Python files with plugins, relative to the folder of the suite."
    )
    report: ReportOptions = Field(ReportOptions(), description="How the report looks.")

    _origin: SuiteOrigin = PrivateAttr(default_factory=SuiteOrigin)

    @field_validator("data", "methods", "classifiers")
    @classmethod
    def _unique_labels(cls, items: tuple[Any, ...]) -> tuple[Any, ...]:
        refuse_repeats([item.label for item in items], "label", "give each a 'label' of its own", "label")
        return items

    @field_validator("ratios")
    @classmethod
    def _unique_ratios(cls, ratios: tuple[float | None, ...]) -> tuple[float | None, ...]:
        shown = ["natural" if ratio is None else f"{ratio:g}" for ratio in ratios]  # as tables show them
        refuse_repeats(shown, "ratio", "remove one of them")
        return ratios

    @field_validator("metrics", "plugins")
    @classmethod
    def _unique_names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        refuse_repeats(names, str(info.field_name).removesuffix("s"), "remove one of them")
        return names

    @field_validator("methods")
    @classmethod
    def _baseline(cls, methods: tuple[MethodItem, ...], info: ValidationInfo) -> tuple[MethodItem, ...]:
        allowed = info.data.get("allow_no_baseline", True)
        if not allowed and all(method.name != BASELINE for method in methods):
            raise complaint(
                "There is no method 'none', the baseline that trains on the rows as they are: without it "
                "nobody can tell whether any method helps. Add `none` to the methods, or say "
                "`allow_no_baseline: true`."
            )
        return methods

    @field_validator("classifiers")
    @classmethod
    def _known_methods(
        cls, items: tuple[ClassifierItem, ...], info: ValidationInfo
    ) -> tuple[ClassifierItem, ...]:
        refuse_lonely(items, [method.label for method in info.data.get("methods", ())])
        return items

    @field_validator("report")
    @classmethod
    def _known_control(cls, report: ReportOptions, info: ValidationInfo) -> ReportOptions:
        labels = [method.label for method in info.data.get("methods", ())]
        if labels and report.control and report.control not in labels:
            written = info.context.source.value["report"] if isinstance(info.context, SuiteOrigin) else {}
            name = "focus" if "focus" in written else "control"
            raise complaint(
                f"'{name}' is {report.control!r}; expected the label of a method."
                f"{nearest(report.control, labels)} Known: {listed(labels, most=20)}.",
                at=(name,),
            )
        return report

    @field_serializer("ratios")
    def _natural(self, ratios: tuple[float | None, ...]) -> list[float | str]:
        return ["natural" if ratio is None else ratio for ratio in ratios]

    @model_validator(mode="after")
    def _tuned_for_the_first_metric(self) -> Self:
        """Tell methods that tune for a metric which one, where the suite does not."""
        methods = tuple(_tuned(method, self.metrics[0]) for method in self.methods)
        object.__setattr__(self, "methods", methods)
        return self

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        refuse_too_many(self)
        return self

    def model_post_init(self, context: Any) -> None:
        """Keep where the suite came from."""
        if isinstance(context, SuiteOrigin):
            self._origin = context

    @property
    def text(self) -> str:
        """The YAML as it was; of a suite that was made in Python, JSON that says the same."""
        return self._origin.source.text or json.dumps(self.as_written(), ensure_ascii=False)

    @property
    def file(self) -> str:
        """The file as it was named."""
        return self._origin.source.file

    @classmethod
    def of(cls, origin: SuiteOrigin) -> Self:
        """Return the suite that a YAML text specifies; raises pydantic's ``ValidationError``."""
        return cls.model_validate(origin.source.value, context=origin)

    def where(self, *path: str | int) -> str:
        """Return ``file:line:column`` of a value, e.g. ``where("methods", 2, "name")``; in Python its path.

        Parameters
        ----------
        *path : str or int
            Keys and positions from the top. What the YAML leaves out stands where its nearest ancestor does.
        """
        if not self._origin.source.text:  # made in Python
            return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        return self._origin.source.where(*path)

    def as_written(self) -> dict[str, Any]:
        """Return the suite as YAML would say it: defaults filled in, paths as they were written."""
        fields = self.model_dump(mode="json")
        written = self._origin.written
        fields["plugins"] = [written.get(path, path) for path in fields["plugins"]]
        for item in fields["data"]:
            item["path"] = written.get(item["path"], item["path"])
        report = fields["report"]
        report["published"] = written.get(report["published"], report["published"])
        for key in ("control", "spread", "figures", "rope", "decision_regions", "published"):
            if report[key] == ReportOptions.model_fields[key].default:
                del report[key]  # what is not asked for is not said
        if not self.costs.are_told:
            del fields["costs"]
        for key in ("label_noise", "missing_rate"):
            if fields["protocol"][key] == [0.0]:
                del fields["protocol"][key]
        fields["data"] = [{key: value for key, value in item.items() if value} for item in fields["data"]]
        for key in ("methods", "classifiers"):
            fields[key] = [
                _with_params(item, own) for item, own in zip(fields[key], getattr(self, key), strict=True)
            ]
        return fields

    def digest(self) -> str:
        """Return 32 hexadecimal digits of what the suite says, wherever its file lies.

        Labels, limits and report options are part of it: it names the suite, not the numbers, each of
        which has a digest of its own.
        """
        return specs.digest(specs.paired(self.as_written()))
