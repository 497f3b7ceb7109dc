"""What the built-ins come to: when it is no longer this, `NUMBERS_VERSION` has to be raised.

Their rows are found again by that number, whatever the release. So a change of the host's own code, or of a
default, that moves a number must not come without another one; ``data/numbers.json`` holds what each built-in
came to on rows of whole numbers, where no processor rounds otherwise than another. A library that is not of
the version of then may come to something else, which is none of the host's business.

    python tests/test_numbers.py     writes the file anew, after the number was raised
"""

from __future__ import annotations

import hashlib
import json
import warnings
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oversample_bench.core.specs import NUMBERS_VERSION, digest
from oversample_bench.plugins.builtin import METRICS
from oversample_bench.plugins.registry import Entry, load_registry

FILE = Path(__file__).parent / "data" / "numbers.json"
LIBRARIES = ("imbalanced-learn", "numpy", "scikit-learn", "scipy")
KINDS = ("oversampler", "classifier", "metric")
OWN = {  # built-ins whose code is the host's, and what they are given to be quick and exact
    "adaboost_samme_r": {"n_estimators": 5},
    "decision_tree_threshold": {"max_depth": 2},
    "knn_threshold": {"n_neighbors": 1},
}
WHY = (
    "'{name}' comes to something else than version {then} of the numbers. If that is meant, raise "
    "NUMBERS_VERSION in oversample_bench/core/specs.py and write the file anew: python tests/test_numbers.py"
)


def rows(n: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of small whole numbers in two classes that overlap, from a rule that no library has."""
    k = np.arange(n)
    y = (k % 4 == 0).astype(int)
    return np.column_stack([k * 7 % 11 + 3 * y, k * k % 13, k * 5 % 8 - 2 * y]).astype(float), y


def entries() -> list[Entry]:
    registry = load_registry()
    return [entry for kind in KINDS for entry in registry.entries(kind) if entry.plugin == "builtin"]


def registration(entry: Entry) -> str:
    """Return a hash of what a name stands for: which class, by which defaults; wherever the host keeps it."""
    target, defaults = str(entry.target), dict(entry.defaults)
    own = target.partition(":")[2] if target.startswith("oversample_bench.") else target
    return digest(entry.kind, entry.name, own, defaults)


def result(entry: Entry) -> str:
    """Return a hash of what a built-in comes to on rows of whole numbers; nothing for a library's own."""
    X, y = rows()
    if entry.kind == "metric":
        return digest(repr(_score(entry.resolve(), y)))
    if entry.kind == "oversampler":
        sampler = entry.build({})
        return _hashed(*sampler.fit_resample(X, y)) if entry.name == "none" else ""
    if entry.name not in OWN:
        return ""
    classifier = entry.build(OWN[entry.name])
    if "random_state" in classifier.get_params(deep=False):
        classifier.set_params(random_state=7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _hashed(classifier.fit(X[::2], y[::2]).predict(X))


def _score(metric: Any, y: np.ndarray) -> float:
    halves = np.arange(len(y)) % 8 / 8  # exact in binary, many of them tied
    return float(metric.compute(y, halves if metric.needs != "labels" else (halves > 0.6).astype(int)))


def _hashed(*arrays: np.ndarray) -> str:
    parts = [np.ascontiguousarray(array, dtype=np.float64).tobytes() for array in arrays]
    return hashlib.blake2b(b"".join(parts), digest_size=16).hexdigest()


@cache
def known() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {"results": {}}


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: f"{entry.kind} {entry.name}")
def test_a_built_in_stands_for_what_it_did(entry):
    """Another class, or other defaults, come to other numbers under the same name."""
    then = known()["registered"].get(f"{entry.kind} {entry.name}", registration(entry))

    assert registration(entry) == then, WHY.format(name=entry.name, then=known()["numbers_version"])


@pytest.mark.parametrize("name", known()["results"])
def test_a_built_in_comes_to_what_it_did(name):
    """The host's own methods, classifiers and metrics, to the last bit, under the libraries of then."""
    entry = load_registry().entry(*name.split())
    other = {one: then for one, then in known()["libraries"].items() if version(one) != then}
    if other:
        pytest.skip(f"the numbers were written under other versions: {other}")

    assert result(entry) == known()["results"][name], WHY.format(
        name=entry.name, then=known()["numbers_version"]
    )


def test_the_file_is_of_this_version_of_the_numbers():
    """Whoever raises the number writes down what the new numbers are, with every name that is there."""
    assert known()["numbers_version"] == NUMBERS_VERSION
    assert {f"{entry.kind} {entry.name}" for entry in entries()} == set(known()["registered"])
    assert len(known()["results"]) == 1 + len(OWN) + len(METRICS)


def write() -> None:
    """Write the file anew."""
    results = {f"{entry.kind} {entry.name}": result(entry) for entry in entries()}
    told = {
        "numbers_version": NUMBERS_VERSION,
        "libraries": {name: version(name) for name in LIBRARIES},
        "registered": {f"{entry.kind} {entry.name}": registration(entry) for entry in entries()},
        "results": {name: found for name, found in results.items() if found},
    }
    FILE.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
