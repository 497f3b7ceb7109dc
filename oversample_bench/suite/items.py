"""What the lists of a suite hold: data sets, methods and classifiers.

Names are not looked up here: whether a plugin offers them is for the registry to say.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from oversample_bench.core.errors import listed, nearest
from oversample_bench.core.specs import Component, DataSpec, Reading, table_kind, table_stem
from oversample_bench.suite.fields import (
    Cell,
    ClassLabel,
    ColumnName,
    DecimalSign,
    Encoding,
    Name,
    Separator,
    TableFile,
    complaint,
    expected,
    refuse_repeats,
    shorthand,
)
from oversample_bench.suite.params import Params
from oversample_bench.suite.source import Steps

COLUMNS = ("ignore", "categorical", "numeric")
"""The fields of a file that name columns."""

FORM = {"separator": ("csv",), "decimal": ("csv", "parquet"), "encoding": ("csv",)}
"""The fields that say how text is written, and the kinds of file that hold some."""


def _worked_out(schema: dict[str, Any]) -> None:
    """Take out a default that stands for one of the suite's."""
    schema.pop("default", None)


def _one_or_a_list(schema: dict[str, Any]) -> None:
    """Say that one entry may stand where a list may."""
    schema["anyOf"] = [schema["items"], {"type": "array", "items": schema.pop("items")}]
    schema.pop("type")


class Section(BaseModel):
    """A mapping of a suite: no unknown keys, no conversions, no changes afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class DataItem(Section):
    """A registered data set or a file, and its two classes. A plain string is a registered name."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["dataset"]}, {"required": ["path", "target"]}]}
    )

    dataset: Name = Field("", description="A registered data set, see `bench datasets list`.")
    path: TableFile = Field(
        "",
        description="A CSV, Parquet or npz file, or a folder of Parquet files, relative to the suite.",
    )
    target: ColumnName = Field(
        "", description="The column of the file (of an npz: the array) that holds the classes."
    )
    majority: ClassLabel = Field("", description="The majority class. Default: the other of two.")
    minority: ClassLabel = Field("", description="The minority class. Default: the rarer of two.")
    label: Name = Field(
        "", description="Its name in tables. Default: the name and, if both are given, the classes."
    )
    ignore: tuple[ColumnName, ...] = Field((), strict=False, description="Columns of the file to leave out.")
    missing: tuple[Cell, ...] = Field(
        (), strict=False, description="What marks a missing value in the file, in addition to the empty cell."
    )
    categorical: tuple[ColumnName, ...] = Field(
        (), strict=False, description="Columns of the file to read as categories, whatever they look like."
    )
    numeric: tuple[ColumnName, ...] = Field(
        (),
        strict=False,
        description="Columns of the file to read as numbers, whatever they look like.",
    )
    separator: Separator = Field(
        "", description="What separates the columns of a CSV file. Default: detected."
    )
    decimal: DecimalSign = Field("", description="The decimal sign of a CSV file. Default: detected.")
    encoding: Encoding = Field("", description="The encoding of a CSV file. Default: detected.")
    splits: int = Field(
        0,
        ge=1,
        description="Number of splits of this data set. Default: the suite's `splits`.",
        json_schema_extra=_worked_out,
    )
    seeds: int = Field(
        0,
        ge=1,
        description="Number of seeds on each of its splits. Default: the suite's `seeds`.",
        json_schema_extra=_worked_out,
    )

    @model_validator(mode="after")
    def _one_source(self) -> DataItem:
        if bool(self.dataset) == bool(self.path):
            found = "both 'dataset' and 'path'" if self.path else "neither 'dataset' nor 'path'"
            raise complaint(f"This entry has {found}; expected exactly one of them.")
        if self.path and not self.target:
            raise complaint("This entry has no 'target'; a file needs the column that holds the classes.")
        if self.dataset and self.target:
            raise complaint("'target' goes with 'path'; a registered set knows its own.", at=("target",))
        return self

    @field_validator("missing", *COLUMNS)
    @classmethod
    def _once(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        what = "missing value" if info.field_name == "missing" else "column"
        refuse_repeats(names, what, "remove one of them")
        return names

    @model_validator(mode="after")
    def _form_of_a_file(self) -> DataItem:
        given = [name for name in ("missing", *COLUMNS, *FORM) if getattr(self, name)]
        if given and self.dataset:
            raise complaint(
                f"'{given[0]}' goes with 'path'; a registered set is read as its plugin says.", at=(given[0],)
            )
        kind = table_kind(self.path) or "parquet"
        idle = [name for name in given if name in FORM and kind not in FORM[name]]
        if idle:
            raise complaint(f"'{idle[0]}' says nothing of a file of the kind {kind}.", at=(idle[0],))
        if self.separator and self.separator == self.decimal:
            raise complaint(f"'separator' and 'decimal' are both '{self.decimal}'.", at=("decimal",))
        return self

    @model_validator(mode="after")
    def _one_role_a_column(self) -> DataItem:
        roles: dict[str, Steps] = {self.target: ("target",)} if self.target else {}
        for field in COLUMNS:
            for position, name in enumerate(getattr(self, field)):
                first = roles.setdefault(name, (field, position))
                if first != (field, position):
                    sentence = (
                        f"The column '{name}' is in '{field}' and in '{first[0]}', at {{also}}; choose one."
                    )
                    raise complaint(sentence, at=(field, position), also=first)
        return self

    @model_validator(mode="after")
    def _two_classes(self) -> DataItem:
        if self.majority and not self.minority:
            raise complaint(
                f"'majority' is {self.majority} and there is no 'minority'; name the minority too.",
                at=("majority",),
            )
        if self.majority and self.majority == self.minority:
            raise complaint(
                f"'majority' and 'minority' are both {self.minority}; expected two classes.", at=("minority",)
            )
        return self

    @model_validator(mode="after")
    def _default_label(self) -> DataItem:
        if not self.label:
            classes = f" {self.majority}/{self.minority}" if self.majority else ""
            _fill(self, "label", (self.dataset or table_stem(self.path)) + classes)
        return self

    def spec(self) -> DataSpec:
        """Return which rows these are; the label is no part of it."""
        fields = {name: getattr(self, name) for name in ("missing", *COLUMNS, *FORM)}
        return DataSpec(self.dataset, self.path, self.target, self.majority, self.minority, Reading(**fields))


class ResourcesSection(Section):
    """What one fit of a method takes up on its machine."""

    cpus: float = Field(1.0, gt=0, description="Cores.")
    gpus: float = Field(0.0, ge=0, description="GPUs, or a share of one; ignored if there is none.")

    @field_validator("cpus", "gpus")
    @classmethod
    def _whole_above_one(cls, value: float) -> float:
        if value > 1 and not value.is_integer():
            raise expected("a share up to 1, or a whole number above it")
        return value


class Registered(Section):
    """A registered name, and the parameters to build it with."""

    name: Name = Field(
        description="The registered name, see `bench plugins list`, or a path: `package.module:Class`."
    )
    label: Name = Field("", description="Its name in tables. Default: the registered name.")
    params: Params = Field(
        {},
        description="Keyword arguments for its constructor. One may be a component: "
        "`{sampler: {name: smote, params: {k_neighbors: 3}}}`.",
    )

    @model_validator(mode="after")
    def _default_label(self) -> Registered:
        if not self.label:
            backend = self.params.get("backend")  # by which a method's rows are another model's altogether
            shown = f" ({backend})" if isinstance(backend, str) else ""
            _fill(self, "label", " + ".join(name.rpartition(":")[2] for name in self._names()) + shown)
        return self

    def _names(self) -> tuple[str, ...]:
        return (self.name,)

    def component(self) -> Component:
        """Return what is to be built; label, batch and resources are no part of it."""
        return Component.of(self.name, self.params)


class Wrapper(Section):
    """A method that comes after the resample and changes no rows. A plain string is its registered name."""

    name: Name = Field(description="The registered name of a method such as `threshold`.")
    params: Params = Field({}, description="Keyword arguments for its constructor.")

    def component(self) -> Component:
        """Return what is to be built."""
        return Component.of(self.name, self.params)


class MethodItem(Registered):
    """A method: what stands between the training rows and the classifier. A plain string is its name."""

    then: tuple[Annotated[Wrapper, shorthand("name", Wrapper)], ...] = Field(
        (),
        strict=False,
        description="Methods that follow it and change no rows, such as `threshold`: one, or a list.",
        json_schema_extra=_one_or_a_list,
    )
    batch: int = Field(1, ge=1, description="How many resamples to fit in one model, for methods that can.")
    resources: ResourcesSection = Field(
        ResourcesSection(), description="What one fit takes up; for scheduling only."
    )

    @field_validator("then", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        """Read what is no list as a list of one."""
        return [value] if isinstance(value, str | dict | Wrapper) else value

    def _names(self) -> tuple[str, ...]:
        return (self.name, *(wrapper.name for wrapper in self.then))

    def wrappers(self) -> tuple[Component, ...]:
        """Return what follows it."""
        return tuple(wrapper.component() for wrapper in self.then)


class ClassifierItem(Registered):
    """A classifier. A plain string is its registered name."""

    methods: tuple[Name, ...] = Field(
        (),
        strict=False,
        description="Labels of the only methods that it is fitted after. Default: all of the suite.",
    )

    @field_validator("methods")
    @classmethod
    def _once(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        refuse_repeats(labels, "method", "remove one of them")
        return labels

    def follows(self, method: str) -> bool:
        """Tell whether it is fitted after a method, given by its label."""
        return not self.methods or method in self.methods


def refuse_lonely(items: tuple[ClassifierItem, ...], labels: list[str]) -> None:
    """Raise a complaint when a classifier names a method that is not there, or a method has no classifier."""
    for position, item in enumerate(items):
        for at, label in enumerate(item.methods if labels else ()):
            if label not in labels:
                sentence = (
                    f"The suite has no method '{label}'.{nearest(label, labels)} It has: {listed(labels)}."
                )
                raise complaint(sentence, at=(position, "methods", at))
    lonely = [label for label in labels if not any(item.follows(label) for item in items)]
    if lonely:
        raise complaint(
            f"No classifier is fitted after {listed(lonely)}: each names its own 'methods'. Name it in one "
            "of them, or leave it out."
        )


def _fill(item: Section, name: str, value: str) -> None:
    object.__setattr__(item, name, value)  # frozen: filled in once, before anyone sees the item
