"""Why two trials that should be one have different digests: the parts of their specs side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from oversample_bench.core.specs import parted

PARTS = {
    "fingerprint": "other rows in the data",
    "data": "other data",
    "ratio": "other ratio",
    "protocol": "other protocol",
    "index": "other split",
    "method": "other method",
    "method_params": "other parameters of the method",
    "method_source": "other version of the method",
    "seed": "other seed",
    "batch": "other batch",
    "classifier_name": "other classifier",
    "classifier_params": "other parameters of the classifier",
    "classifier_source": "other version of the classifier",
}
"""What a digest is made from, and what is said where it differs."""

COLUMNS = ("fingerprint", "method_source", "classifier_name", "classifier_params", "classifier_source")
"""Those of them that the store has in columns; the others stand in the spec of the resample."""


def parts(row: Mapping[Any, Any], side: str) -> dict[str, Any]:
    """Return what the digest of a trial was made from, as far as its store knows."""
    given = {name: row[f"{name}_{side}"] for name in COLUMNS}
    found: dict[str, Any] = {name: value for name, value in given.items() if isinstance(value, str)}
    if not isinstance(row[f"spec_{side}"], str):
        return found
    drawn = json.loads(row[f"spec_{side}"])
    split, method = drawn["split"], drawn["method"]
    found |= {"data": {name: split["data"][name] for name in ("target", "majority", "minority")}}
    found |= {name: split[name] for name in ("ratio", "protocol", "index")}
    found |= {"method": method["name"], "method_params": method["params"]}
    return found | {"seed": drawn["seed"], "batch": drawn["batch"]}


def why(a: Mapping[str, Any], b: Mapping[str, Any]) -> str:
    """Say in which parts two specs differ, the values beside short ones."""
    if not a or not b:
        return "other spec (one of the two was not run)"
    told = [
        _by_other_code(name, a[name], b[name])
        or f"{text} ({' / '.join(map(_short, _apart(a[name], b[name])))})"
        for name, text in PARTS.items()
        if name in a and name in b and a[name] != b[name]
    ]
    return "; ".join(told) or "other version of the protocol"


def _by_other_code(name: str, a: Any, b: Any) -> str:
    """Say in which code two sources of one version differ; empty for other parts and other versions."""
    part, is_source, _ = name.partition("_source")
    (who, mine), (other, theirs) = (parted(one) if is_source else ("", "") for one in (a, b))
    if who != other or not (mine or theirs):
        return ""
    if not (mine and theirs):
        return f"no hash of the {part}'s code in {'B' if mine else 'A'} ({who})"
    return f"other code of the {part} ({who}: {mine} / {theirs})"


def _apart(a: Any, b: Any) -> tuple[Any, Any]:
    """Return two values; of mappings only the entries that differ."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        names = [name for name in a if a[name] != b.get(name)]
        return {name: a[name] for name in names}, {name: b.get(name) for name in names}
    return a, b


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
