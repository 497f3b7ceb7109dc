"""How a data set becomes training and test rows, as a suite says it.

A suite may ask for several rates of what is spoilt, so that its section stands for many protocols: each
combination is one `oversample_bench.core.specs.Protocol`, which is part of a split's identity.
"""

from __future__ import annotations

from itertools import product
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from oversample_bench.core import specs
from oversample_bench.suite.fields import refuse_repeats
from oversample_bench.suite.items import Section


def _one_or_many(schema: dict[str, Any]) -> None:
    """Say that a number may stand where a list of them may."""
    schema["anyOf"] = [schema["items"], {key: schema.pop(key) for key in ("type", "items", "minItems")}]
    schema["default"] = 0


Rates = tuple[Annotated[float, Field(ge=0, lt=0.5)], ...]
"""Shares of what is spoilt; half of the labels of a class wrong would leave nothing to learn."""


class ProtocolSection(Section):
    """How a data set becomes training and test rows."""

    test_size: float = Field(0.2, gt=0, lt=1, description="Share of each class that is held out for testing.")
    scale: Literal["standard", "minmax", "none"] = Field(
        "standard", description="How features are scaled; fitted on the training rows."
    )
    target_ratio: float = Field(
        1.0, gt=0, le=1, description="The ratio minority : majority that methods are asked to reach."
    )

    label_noise: Rates = Field(
        (0.0,),
        strict=False,
        min_length=1,
        description="Share of the training rows of each class that get the other label: one, or a list.",
        json_schema_extra=_one_or_many,
    )
    missing_rate: Rates = Field(
        (0.0,),
        strict=False,
        min_length=1,
        description="Share of the values of training and test rows that are made missing: one, or a list.",
        json_schema_extra=_one_or_many,
    )

    @field_validator("label_noise", "missing_rate", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        """Read a number as a list of one."""
        return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value

    @field_validator("label_noise", "missing_rate")
    @classmethod
    def _unique(cls, rates: tuple[float, ...]) -> tuple[float, ...]:
        refuse_repeats(rates, "rate", "remove one of them")
        return rates

    def specs(self) -> list[specs.Protocol]:
        """Return each combination of rates as part of a split's identity, in the order of the suite."""
        return [
            specs.Protocol(self.test_size, self.scale, self.target_ratio, noise, missing)
            for noise, missing in product(self.label_noise, self.missing_rate)
        ]
