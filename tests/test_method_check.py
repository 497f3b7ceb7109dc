"""What is found of oversamplers, on a plugin of samplers that misbehave, and how it is told."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.cli import main
from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation.audit import Audit
from oversample_bench.execution.method_check import (
    SETS,
    CheckResult,
    MethodCheck,
    Verdict,
    check_methods,
    chosen,
    judged,
)
from oversample_bench.execution.method_check_tables import (
    as_csv,
    as_markdown,
    by_method,
    header,
    rows,
    summary,
    worst,
)
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import Registry, load_registry

CHAOS = Path(__file__).parent / "plugins" / "chaos.py"
WELL = Audit(
    n_real=100, n_dropped=0, n_new=60, n_new_majority=0, n_requested=60, n_copies=0, realised_ratio=1.0
)
NOT_HERE = """
from oversample_bench.api import hookimpl

@hookimpl
def register_oversamplers(register):
    register("absent", "nowhere:Sampler", requires=["no_such_library"], install="pip install it")
"""


def registry() -> Registry:
    """Return the registry with samplers that misbehave, and one that is not here."""
    return load_registry((LooseFile.read(str(CHAOS)), LooseFile("absent.py", NOT_HERE)))


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({}, Verdict.WORKS, ""),
        ({"n_new": 54}, Verdict.WORKS, ""),
        ({"n_new": 53}, Verdict.TOO_FEW, "53 new rows where 60 were asked for"),
        ({"n_new": 0}, Verdict.SILENT, ""),
        ({"n_new": 0, "fallback": "no rows: no border"}, Verdict.NO_ROWS, "no rows: no border"),
        ({"n_copies": 30}, Verdict.COPIES, "30 of 60 new rows are copies"),
        ({"n_copies": 29}, Verdict.WORKS, "29 of 60 new rows are copies"),
        ({"n_dropped": 3}, Verdict.DROPS, "3 of 100 real rows did not come back"),
        (
            {"n_new": 9, "n_dropped": 3, "fallback": "too noisy"},
            Verdict.TOO_FEW,
            "too noisy; 3 of 100 real rows did not come back",
        ),
        ({"n_requested": 0, "n_new": 0}, Verdict.WORKS, ""),
        ({"n_new": 40, "n_new_majority": 40}, Verdict.SILENT, ""),
    ],
)
def test_the_verdict_follows_from_the_counts(changed: dict, verdict: Verdict, reason: str) -> None:
    """What the audit counted decides; what a method says of itself is the reason where it says anything."""
    assert (verdict, reason) == judged(replace(WELL, **changed))


@given(
    verdicts=st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=5),
    seconds=st.lists(st.one_of(st.none(), st.floats(0, 99)), min_size=5, max_size=5),
)
def test_a_method_is_judged_by_its_worst_set(verdicts: list[Verdict], seconds: list[float | None]) -> None:
    """No set of a method has a worse verdict than the one that it is judged by."""
    found = [CheckResult("m", "p", f"set {i}", v, seconds=seconds[i]) for i, v in enumerate(verdicts)]

    order = list(Verdict)
    assert min(map(order.index, verdicts)) == order.index(worst(found).verdict)
    assert f"1 {worst(found).verdict}" == summary(found, ["m"])


def example() -> list[CheckResult]:
    return [
        CheckResult("b", "two", "yeast4", Verdict.WORKS, "", 0.25, 60, 60),
        CheckResult("a|b", "one", "yeast4", Verdict.TOO_SLOW, "took longer than its limit of 20 s", 20.0),
        CheckResult("b", "two", "glass2", Verdict.WORKS, "", 0.5, 40, 40),
        CheckResult("a|b", "one", "glass2", Verdict.COPIES, "40 of 40 new rows are copies", 0.0, 40, 40, 40),
    ]


def test_a_line_tells_of_all_sets_and_why_of_the_worst() -> None:
    """Methods come in the order asked for, sets by name, and a reason with the set that it is of."""
    expected = [
        (
            "a|b",
            "one",
            "too slow",
            "copies 0.00 s",
            "too slow 20.00 s",
            "yeast4: took longer than its limit of 20 s",
        ),
        ("b", "two", "works", "works 0.50 s", "works 0.25 s", ""),
    ]

    assert expected == list(rows(example(), ["a|b", "b"]))
    assert ("method", "plugin", "verdict", "glass2", "yeast4", "reason") == header(["yeast4", "glass2"])


def test_a_reason_that_holds_everywhere_names_no_set() -> None:
    """What is the same on all sets is said once, without a set."""
    found = [CheckResult("m", "p", name, Verdict.UNAVAILABLE, "needs torch") for name in SETS]

    (line,) = rows(found, ["m"])
    assert "needs torch" == line[-1]


def test_markdown_escapes_what_would_break_it() -> None:
    """The table has a line a method, whatever it is called, under what was done to make it."""
    check = MethodCheck(load_registry(), ("a|b", "b"), 20.0, sets=("yeast4", "glass2"))
    text = as_markdown(example(), check, "2 cores with a load of 1.0")

    assert "2 methods: 1 works, 1 too slow.\n" in text
    assert "`bench plugins try --limit 20`" in text
    assert "of the clock, on 2 cores with a load of 1.0:" in text
    assert "one split of yeast4 and glass2 (" in text
    assert "\n| a\\|b   | one" in text


def test_csv_has_a_line_a_method_and_set() -> None:
    """The file gives the findings back, numbers as numbers."""
    found = list(csv.DictReader(io.StringIO(as_csv(example(), ["a|b", "b"]))))

    assert ["glass2", "yeast4"] * 2 == [line["dataset"] for line in found]
    assert ["0.000", "20.000", "0.500", "0.250"] == [line["seconds"] for line in found]
    assert ["40", "0", "0", "0"] == [line["n_copies"] for line in found]


def test_names_are_looked_up_before_anything_runs() -> None:
    """A name that nobody offers is refused with the nearest; without names all are looked at, each once."""
    known = load_registry()

    assert ("none", "random") == chosen(known, ["none", "random", "none"])
    assert [entry.name for entry in known.entries("oversampler")] == list(chosen(known, []))
    with pytest.raises(UsageError, match="Did you mean 'random'"):
        chosen(known, ["randon"])


def test_what_is_not_installed_needs_no_process() -> None:
    """A method that is unavailable is found to be so, with what to install, and nothing is started."""
    found = list(check_methods(MethodCheck(registry(), ("absent",), sets=("glass2",))))

    expected = CheckResult("absent", "absent.py", "glass2", Verdict.UNAVAILABLE, found[0].reason)
    assert [expected] == found
    assert "needs no_such_library; pip install it" == expected.reason


@pytest.mark.usefixtures("ray_cluster")
def test_each_way_to_misbehave_is_found() -> None:
    """A call that raises, hangs or dies costs its own row and no other."""
    names = ("random", "none", "chaos_raises", "chaos_hangs", "chaos_kills", "absent")
    found = by_method(list(check_methods(MethodCheck(registry(), names, 3.0, 2, ("glass2",)))), names)

    assert {
        "random": Verdict.COPIES,
        "none": Verdict.WORKS,
        "chaos_raises": Verdict.FAILS,
        "chaos_hangs": Verdict.TOO_SLOW,
        "chaos_kills": Verdict.CRASHES,
        "absent": Verdict.UNAVAILABLE,
    } == {name: several[0].verdict for name, several in found.items()}
    assert "three arguments were expected" == found["chaos_raises"][0].reason
    assert "took longer than its limit of 3 s" in found["chaos_hangs"][0].reason
    assert 144 == found["random"][0].n_requested == found["random"][0].n_copies


@pytest.mark.usefixtures("ray_cluster")
def test_the_command_prints_and_writes_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`bench plugins try NAME -o FILE` ends with 0, whatever is found, and each file has the findings."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    target, table = tmp_path / "new" / "method_check.md", tmp_path / "method_check.csv"
    with pytest.raises(SystemExit) as caught:
        main(["plugins", "try", "random", "--workers", "1", "-o", str(target), "-o", str(table)])

    assert 0 == caught.value.code
    printed = capsys.readouterr().out.splitlines()
    assert ["method", "plugin", "verdict", *sorted(SETS), "reason"] == printed[0].split()
    assert "1 method: 1 copies" == printed[-1]
    assert target.read_text().startswith("# Method check\n")
    assert " cores with a load of " in target.read_text()
    assert 1 + len(SETS) == len(table.read_text().splitlines())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["random", "-o", "method_check.html"], "'method_check.html' ends in neither .csv nor .md"),
        (["randon"], "no installed plugin offers the oversampler 'randon'"),
        (["--limit", "0"], "0.0 is not in the range"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_told(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake of the user ends with 1 and a sentence before anything is run."""
    with pytest.raises(SystemExit) as caught:
        main(["plugins", "try", *words])

    assert 1 == caught.value.code
    assert said in capsys.readouterr().err
