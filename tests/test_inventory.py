"""The data sets of a suite: what is remembered of them, and what is read when."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oversample_bench.core.digests import UNAVAILABLE
from oversample_bench.core.errors import UsageError
from oversample_bench.core.outcome import Failed, Ok
from oversample_bench.core.specs import DataSpec
from oversample_bench.execution.inventory import Inventory, check_data, data_folder
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.suite import Suite, parse_suite
from oversample_bench.suite.plan import plan

ECOLI = DataSpec(name="ecoli1")


@pytest.fixture(autouse=True)
def no_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without a folder of data files."""
    monkeypatch.delenv("OVERSAMPLE_BENCH_DATA", raising=False)


class Memory:
    """Keeps what it is told to remember, as the store does."""

    def __init__(self) -> None:
        self.fingerprints: dict[str, str] = {}
        self.cards: list[Mapping[str, Any]] = []

    def __call__(self, stamp: str, fingerprint: str, card: Mapping[str, Any]) -> None:
        assert stamp not in self.fingerprints
        self.fingerprints[stamp] = fingerprint
        self.cards.append(card)


def inventory(known: Mapping[str, str] | None = None, data_dir: Path | None = None) -> Inventory:
    return Inventory(load_registry(), data_dir, known or {})


def unreadable(known: Mapping[str, str] | None = None) -> Inventory:
    """Return an inventory whose loader of ecoli1 must not be called."""

    def load() -> None:
        raise AssertionError("it was loaded")

    (found,) = (one for one in load_registry().entries("dataset") if one.name == "ecoli1")
    entry = replace(found, target=load, defaults={})
    return Inventory(Registry((), {("dataset", "ecoli1"): entry}), None, known or {})


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a table of 60 rows, ten of the minority."""
    path = tmp_path / "table.csv"
    path.write_text("a,b,y\n" + "".join(f"{n / 4},{n * n % 7},{int(n % 6 == 0)}\n" for n in range(60)))
    return path


def of(path: Path) -> DataSpec:
    return DataSpec(path=str(path), target="y")


# --- fingerprints


def test_a_set_is_read_once_and_remembered_with_its_card():
    """The first question loads the set and hands its fingerprint and card over; the next one does not."""
    memory, first = Memory(), inventory()

    found = [first.fingerprint(ECOLI, memory) for _ in range(2)]

    assert found == [*memory.fingerprints.values()] * 2
    assert [(card["n_rows"], card["classes"]) for card in memory.cards] == [(336, {"0": 259, "1": 77})]


def test_what_is_known_is_not_loaded():
    """With the store's fingerprints a run that has nothing left to do reads no data."""
    memory = Memory()
    inventory().fingerprint(ECOLI, memory)

    again = unreadable(memory.fingerprints).fingerprint(ECOLI, memory)

    assert [again] == [*memory.fingerprints.values()]


def test_planning_loads_nothing():
    """Where nobody remembers, a set that is not known counts as unavailable, unread."""
    assert unreadable().fingerprint(ECOLI, remember=None) == UNAVAILABLE


def test_a_fingerprint_is_of_the_rows_and_not_of_the_name(table, tmp_path):
    """A copy of a file under another name is the same data."""
    copy = tmp_path / "copy.csv"
    copy.write_bytes(table.read_bytes())
    memory, asked = Memory(), inventory()

    assert asked.fingerprint(of(table), memory) == asked.fingerprint(of(copy), memory)


def test_a_changed_file_has_another_fingerprint(table):
    """One changed cell, and nothing that was computed before counts."""
    memory = Memory()
    before = inventory().fingerprint(of(table), memory)
    table.write_text(table.read_text().replace("14.75,", "1.475,"))

    after = inventory(memory.fingerprints).fingerprint(of(table), memory)

    assert before != after


def test_a_touched_file_is_read_again_and_found_the_same(table):
    """Another time stamp is a reason to look, not a reason to compute."""
    memory = Memory()
    before = inventory().fingerprint(of(table), memory)
    os.utime(table, (1, 1))

    after = inventory(memory.fingerprints).fingerprint(of(table), memory)

    assert before == after
    assert len(memory.cards) == 2


def test_a_set_that_is_not_here_is_unavailable_and_not_remembered():
    """The next run looks again: the file may have been brought by then."""
    memory, usps = Memory(), DataSpec(name="usps", majority="2", minority="8")

    assert inventory().fingerprint(usps, memory) == UNAVAILABLE
    assert memory.fingerprints == {}
    missing = inventory().dataset(usps)
    assert isinstance(missing, Failed)
    assert "Put usps.npz (arrays X and y) into a folder" in missing.message
    assert missing.traceback == ""


def test_a_file_that_lies_in_the_data_folder_now_is_looked_at(tmp_path):
    """A set that gets a file of its own has another stamp than before."""
    usps = DataSpec(name="usps")
    before = inventory(data_dir=tmp_path).source(usps).stamp()
    (tmp_path / "usps.npz").write_bytes(b"no zip")

    assert inventory(data_dir=tmp_path).source(usps).stamp() != before
    found = inventory(data_dir=tmp_path).dataset(usps)
    assert isinstance(found, Failed)
    assert "cannot be read as an npz file" in found.message


def test_identity_covers_every_set_method_and_classifier():
    """Each data spec of a plan has a fingerprint, each name a source."""
    planned = plan(suite())

    identity = inventory().identity(planned, Memory())

    assert set(identity.fingerprints) == set(planned.data())
    assert ("oversampler", "none") in identity.sources
    assert ("classifier", "knn") in identity.sources


def test_rows_are_loaded_once():
    """The same object serves everybody who asks for a set."""
    asked = inventory()

    first, second = asked.dataset(ECOLI), asked.dataset(ECOLI)

    assert isinstance(first, Ok)
    assert first is second


def test_classes_of_one_set_share_its_rows():
    """Two pairs of classes are no reason to load a set twice; when they are done with it is let go."""
    asked, other = inventory(), DataSpec(name="ecoli1", majority="1", minority="0")
    first = asked.dataset(ECOLI)

    assert asked.dataset(other) is first
    asked.forget(other)
    assert asked.dataset(ECOLI) is not first


def test_why_a_set_is_not_to_be_had_is_kept():
    """What failed once is not tried again by the same inventory, whoever asks."""
    asked, usps = inventory(), DataSpec(name="usps", majority="2", minority="8")
    first = asked.dataset(usps)
    asked.forget(usps)

    assert asked.dataset(DataSpec(name="usps", majority="0", minority="1")) is first


# --- the folder of data files


def test_the_option_goes_before_the_variable(tmp_path, monkeypatch):
    """--data-dir wins over OVERSAMPLE_BENCH_DATA; without either there is no folder."""
    assert data_folder(None) is None
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("OVERSAMPLE_BENCH_DATA", str(tmp_path / "other"))

    assert data_folder(None) == tmp_path / "other"
    assert data_folder(tmp_path) == tmp_path


@pytest.mark.parametrize("what", ["nothing", "a file"])
def test_a_data_folder_that_is_none_is_refused_by_whoever_named_it(tmp_path, monkeypatch, what):
    """The sentence says whether the option or the variable is wrong."""
    path = tmp_path / "data"
    if what == "a file":
        path.touch()
    monkeypatch.setenv("OVERSAMPLE_BENCH_DATA", str(path))

    for given, name in ((path, "--data-dir"), (None, "OVERSAMPLE_BENCH_DATA")):
        with pytest.raises(UsageError) as caught:
            data_folder(given)
        assert str(caught.value) == f"{name} names '{path}', which is not a folder"


# --- what is wrong with the data of a suite


def suite(*lines: str, folder: Path | None = None) -> Suite:
    text = "\n".join(["name: s", "methods: [none]", "classifiers: [knn]", *(lines or ["data: [ecoli1]"])])
    return parse_suite(text, "s.yaml", folder)


def complaints(asked: Suite) -> Iterator[str]:
    with pytest.raises(UsageError) as caught:
        check_data(asked, inventory())
    yield from str(caught.value).splitlines()


def test_classes_and_ratios_are_all_told_at_once():
    """Each wrong class is told at its data set, each ratio that leaves too few rows at the ratio."""
    asked = suite(
        "data: [ecoli1, {dataset: ecoli2, minority: 7}, {dataset: ecoli3, minority: 1, majority: x}]",
        "ratios: [natural, 0.001, 0.1, 0.9]",
    )

    lines = list(complaints(asked))

    assert lines == [
        (
            "s.yaml:5:19: the data set 'ecoli1': ratio 0.001 of 208 majority rows leaves 0 minority rows, at "
            "least 2 are needed; use a ratio of 0.00962 or more"
        ),
        "s.yaml:4:16: the data set 'ecoli2': there is no class '7'. There are: 0 (284 rows), 1 (52 rows)",
        "s.yaml:4:48: the data set 'ecoli3 x/1': there is no class 'x'. There are: 0 (301 rows), 1 (35 rows)",
    ]


def test_a_ratio_beyond_what_a_set_has_is_no_mistake():
    """A suite may ask all its sets for a ratio that some of them cannot give: these become rows."""
    check_data(suite("data: [ecoli1]", "ratios: [0.9]"), inventory())


def test_a_set_that_is_not_here_is_no_mistake():
    """What this machine lacks becomes rows with a reason."""
    check_data(suite("data: [{dataset: usps, majority: 2, minority: 8}]"), inventory())


def test_a_test_share_is_told_once_at_the_data_set():
    """Where no ratio is at fault, no ratio is blamed, however many there are."""
    asked = suite("data: [ecoli1]", "ratios: [natural, 0.1, 0.2]", "protocol: {test_size: 0.001}")

    (line,) = complaints(asked)

    assert line.startswith(
        "s.yaml:4:8: the data set 'ecoli1': a test share of 0.001 of the 259 majority rows"
    )
