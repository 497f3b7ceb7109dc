"""Specs back from rows: what a digest was made from, as the store remembers it."""

from __future__ import annotations

import json

from oversample_bench.core.specs import Component, DataSpec, Protocol, Reading, ResampleSpec, SplitSpec


def resample_spec(text: str) -> ResampleSpec:
    """Return the spec of a resample from its JSON in the table ``resamples``."""
    fields = json.loads(text)
    split = fields["split"]
    data = split["data"]
    return ResampleSpec(
        split=SplitSpec(
            data=DataSpec(**{**data, "reading": Reading.of(data.get("reading", {}))}),
            ratio=split["ratio"],
            protocol=Protocol(**split["protocol"]),
            index=split["index"],
        ),
        method=Component(**fields["method"]),
        seed=fields["seed"],
        batch=tuple((index, seed) for index, seed in fields["batch"]),
    )
