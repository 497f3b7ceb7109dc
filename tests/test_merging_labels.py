"""`bench merge` where one label means two things: nothing is mixed in one column, one of them is renamed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.analysis.store_diff import diff
from oversample_bench.cli import bench, main
from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.merge_folders import merge
from oversample_bench.execution.relabeling import relabelings
from oversample_bench.execution.run_result import Options
from oversample_bench.report import trials, write_report
from oversample_bench.store import FILE_NAME, connect
from oversample_bench.store.label_senses import Sense
from oversample_bench.suite import parse_suite
from tests.stores import Cell, store
from tests.test_diff import carried_out

OTHER = "[none, {name: smote, params: {k_neighbors: 3}}]"
MEASURED = ["fit_seconds", "trial_seconds", "peak_mib"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return runs of two people: one label with two sets of parameters, on the same and on other data."""
    place = tmp_path_factory.mktemp("runs")
    changes = {
        "a": {"methods": "[none, smote]"},
        "b": {"methods": OTHER},
        "elsewhere": {"methods": OTHER, "data": "[ecoli1]"},
        "c": {"classifiers": "[{name: logistic_regression, params: {C: 0.5}}]", "methods": "[none, smote]"},
    }
    return {name: carried_out(place / name, **own) for name, own in changes.items()}


def labels(folder: Path) -> list[str]:
    """Return the methods of a folder as its tables show them."""
    return list(dict.fromkeys(trials(folder)["method"]))


def told_by(folder: Path, method: str) -> set[str]:
    """Return the parameters of the trials that stand under one label."""
    with closing(connect(folder)) as reader:
        query = (
            "SELECT DISTINCT r.params FROM planned p JOIN resamples r ON r.digest = p.resample"
            " WHERE p.method = ?"
        )
        return {row[0] for row in reader.execute(query, (method,))}


def refusal(target: Path, *sources: Path, **options: object) -> str:
    with pytest.raises(UsageError) as caught:
        merge(target, sources, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- refused


@pytest.mark.parametrize("later", ["b", "elsewhere"])
def test_two_parameters_under_one_label_are_refused(runs, tmp_path, later):
    """It is said which label, what it is in each folder, and how to go on; no folder is made.

    On other data no labels of trials meet, and still one column would show two things.
    """
    told = refusal(tmp_path / "all", runs["a"], runs[later])

    assert told.startswith("The method 'smote' is smote (oversample-bench-imblearn ")
    assert f" in '{runs['a']}' and smote {{\"k_neighbors\":3}} (" in told
    assert f" in '{runs[later]}'" in told
    assert "--relabel 'smote=NAME'" in told
    assert not (tmp_path / "all").exists()


def test_the_target_counts_as_the_earlier_folder(runs, tmp_path):
    """What is merged later into a folder is compared with what is there; a refusal changes no row."""
    merge(tmp_path / "all", [runs["a"]])
    before = trials(tmp_path / "all")

    assert f"in '{tmp_path / 'all'}'" in refusal(tmp_path / "all", runs["elsewhere"])
    assert trials(tmp_path / "all").equals(before)


def test_two_parameters_of_a_classifier_are_refused(runs, tmp_path):
    """A classifier's label is a column as well."""
    told = refusal(tmp_path / "all", runs["a"], runs["c"])

    assert told.startswith("The classifier 'logistic_regression' is logistic_regression (")
    assert 'logistic_regression {"C":0.5} (' in told


def test_two_versions_under_one_label_are_refused(tmp_path):
    """Other code under one label is another thing, whatever its parameters."""
    for name, dataset in (("a", "ecoli1"), ("b", "glass2")):
        store(tmp_path / name, [Cell([0.5, 0.6], "smote", dataset)])
        with closing(sqlite3.connect(tmp_path / name / FILE_NAME)) as connection:
            connection.execute("UPDATE resamples SET source = ?", (f"ours 1.0 code {name}",))
            connection.commit()
    told = refusal(tmp_path / "all", tmp_path / "a", tmp_path / "b")

    assert "smote (ours 1.0 a) in" in told
    assert "smote (ours 1.0 b) in" in told


def test_what_means_the_same_is_merged_as_ever(runs, tmp_path):
    """Equal labels with equal meanings, and a label that only one has, need no word."""
    third = carried_out(tmp_path / "third", methods="[none, {name: smote, label: SMOTE}]", data="[ecoli1]")
    merged = merge(tmp_path / "all", [runs["a"], third], relabel=True)

    assert merged.relabeled == ()
    assert labels(tmp_path / "all") == ["none", "smote", "SMOTE"]


# --- relabelled


@pytest.mark.parametrize("later", ["b", "elsewhere"])
def test_the_label_of_the_later_folder_gets_a_number(runs, tmp_path, later):
    """Each column has the parameters of one folder, with its scores; the sources and the report are whole."""
    folder = tmp_path / "all"
    merged = merge(folder, [runs["a"], runs[later]], relabel=True)
    then, now = trials(runs[later]), trials(folder)
    mine = now[now["method"] == "smote (2)"].drop(columns=[*MEASURED, "method"]).reset_index(drop=True)
    theirs = then[then["method"] == "smote"].drop(columns=[*MEASURED, "method"]).reset_index(drop=True)
    (one,) = merged.relabeled

    assert (one.folder, one.column, one.label, one.name) == (runs[later], "method", "smote", "smote (2)")
    assert (told_by(folder, "smote"), told_by(folder, "smote (2)")) == ({"{}"}, {'{"k_neighbors":3}'})
    assert labels(folder) == ["none", "smote", "smote (2)"]
    assert not [conflict for _, conflict in merged.conflicts if conflict.table == "planned"]
    assert mine.equals(theirs[mine.columns])
    assert labels(runs[later]) == ["none", "smote"]
    assert "smote (2)" in write_report(folder, figures=False).read_text()


def test_merging_again_finds_the_new_label(runs, tmp_path):
    """What has a number keeps it: nothing is added, and a third folder of the same meaning joins it."""
    folder = tmp_path / "all"
    merge(folder, [runs["a"], runs["b"]], relabel=True)
    again = merge(folder, [runs["b"]], relabel=True)
    third = merge(folder, [runs["elsewhere"]], relabel=True)

    assert not any([*again.added.values(), *again.replaced.values()])
    assert {one.name for one in (*again.relabeled, *third.relabeled)} == {"smote (2)"}
    assert labels(folder) == ["none", "smote", "smote (2)"]


def test_a_name_can_be_given(runs, tmp_path):
    """The mapping names labels; the name stands in the tables, and merging again changes nothing."""
    names = {"smote": "SMOTE, k = 3"}
    merge(tmp_path / "all", [runs["a"], runs["b"]], relabel=names)
    again = merge(tmp_path / "all", [runs["b"]], relabel=names)

    assert labels(tmp_path / "all") == ["none", "smote", "SMOTE, k = 3"]
    assert not any(again.added.values())


def test_merging_again_under_another_name_is_refused(runs, tmp_path):
    """The same trials would stand as two methods; without a name the one that they have is found."""
    merge(tmp_path / "all", [runs["a"], runs["b"]], relabel={"smote": "one"})

    said = refusal(tmp_path / "all", runs["b"], relabel={"smote": "other"})
    assert "cannot be called 'other', since that very thing is called 'one' already" in said
    merge(tmp_path / "all", [runs["b"]], relabel=True)
    assert labels(tmp_path / "all") == ["none", "smote", "one"]


def test_what_follows_a_method_is_part_of_what_its_label_means(tmp_path):
    """Classifiers of chains are those without; a label of a chain is another thing than one of its head."""
    text = "name: s\ndata: [ecoli1]\nsplits: 1\nclassifiers: [decision_tree]\nmethods: [none, random, {}]\n"
    chains = ("{name: random, label: r, then: threshold}", "{name: random, label: r}")
    for name, chain in zip("ab", chains, strict=True):
        run(parse_suite(text.format(chain), "s.yaml"), tmp_path / name, Options(runner="serial"))

    assert merge(tmp_path / "alone", [tmp_path / "a"]).mixed == {}
    said = refusal(tmp_path / "all", tmp_path / "a", tmp_path / "b")
    assert "method 'r' is random {}, then threshold" in said


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"smote": "none"}, "cannot be called 'none', which is another method already"),
        ({"smote": " "}, "which is empty"),
        ({"smote": "x\ny"}, "which is no text of one line"),
        ({"smot": "x"}, "a new name for 'smot', which does not mean two things in these folders."),
        ({"none": "x"}, "a new name for 'none', which does not mean two things in these folders."),
        ({"smot": "x"}, "Did you mean 'smote'?"),
    ],
)
def test_a_name_that_cannot_be_is_refused(runs, tmp_path, names, sentence):
    """A name that is taken, no name, and a label that needs none: each a sentence, and nothing is made."""
    assert sentence in refusal(tmp_path / "all", runs["a"], runs["b"], relabel=names)
    assert not (tmp_path / "all").exists()


def test_two_labels_cannot_get_one_name(tmp_path):
    """A name that another label of the same folder has just got is taken."""
    folders = [
        (
            tmp_path / name,
            {("method", label): frozenset([Sense(f"{label}{name}", "{}", "")]) for label in "xy"},
        )
        for name in "ab"
    ]

    with pytest.raises(UsageError, match=r"'y' of '.*b' cannot be called 'n', which is another method"):
        relabelings(folders, {"x": "n", "y": "n"})


def test_what_is_apart_can_be_compared(runs, tmp_path):
    """The relabelled trials are still those of their folder: a diff with it finds them by their digests."""
    merge(tmp_path / "all", [runs["a"], runs["b"]], relabel=True)
    found = diff(tmp_path / "all", runs["b"])
    own = found.trials[found.trials["method"] == "smote (2)"]

    assert set(own["change"]) == {"equal"}
    assert set(own["why"]) == {"called smote in B"}


SENSES = st.dictionaries(
    st.tuples(st.just("method"), st.sampled_from(["x", "y", "x (2)"])),
    st.sampled_from("pqr").map(lambda name: frozenset([Sense(name, "{}", "")])),
    max_size=3,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SENSES, min_size=1, max_size=4))
def test_after_relabelling_each_label_means_one_thing(found):
    """Whatever folders mean by their labels, and in whatever order they come."""
    folders = [(Path(str(at)), own) for at, own in enumerate(found)]
    names = {(one.folder, one.column, one.label): one.name for one in relabelings(folders, {})}
    meant: dict[str, set[Sense]] = {}
    for folder, own in folders:
        for (column, label), senses in own.items():
            meant.setdefault(names.get((folder, column, label), label), set()).update(senses)

    assert all(len(senses) == 1 for senses in meant.values())


def test_a_folder_that_is_mixed_already_is_told(tmp_path):
    """What an earlier version mixed cannot be told apart by its folder; the merge says what is mixed."""
    store(tmp_path / "a", [Cell([0.5, 0.6], "smote")])
    with closing(sqlite3.connect(tmp_path / "a" / FILE_NAME)) as connection:
        connection.execute("UPDATE resamples SET params = '{\"k\":3}' WHERE digest LIKE '%/1/smote/0'")
        connection.commit()
    shown = CliRunner().invoke(bench, ["merge", str(tmp_path / "all"), str(tmp_path / "a")]).output

    assert 'was several things in one folder already, and still is: smote, smote {"k":3}.' in shown


# --- the command


def test_the_command_says_what_is_called_otherwise(runs, tmp_path):
    """`--relabel` behind the folders numbers the label, and a line tells what it stands for."""
    words = ["merge", str(tmp_path / "all"), str(runs["a"]), str(runs["b"])]
    numbered = CliRunner().invoke(bench, [*words, "--relabel"])
    words[1] = str(tmp_path / "named")
    named = CliRunner().invoke(bench, [*words, "--relabel", "smote=mine", "--prefer", "source"])

    assert (numbered.exit_code, named.exit_code) == (0, 0)
    assert f"The method 'smote' of {runs['b']} is called 'smote (2)': smote {{\"k_ne" in numbered.output
    assert f"The method 'smote' of {runs['b']} is called 'mine': smote " in named.output


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["A", "B"], "nothing was merged. With --relabel that of the later folder is called 'smote (2)'"),
        (["--relabel", "A", "B"], "--relabel takes LABEL=NEW, not 'A'"),
        (["A", "B", "--relabel", "smote="], "--relabel takes LABEL=NEW, not 'smote='"),
        (["A", "B", "--relabel", "smote=a", "--relabel", "smote=b"], "names one label twice"),
    ],
)
def test_a_wrong_request_is_a_sentence_and_exit_code_1(runs, tmp_path, capsys, options, sentence):
    """No traceback, whatever is wrong."""
    places = {"A": str(runs["a"]), "B": str(runs["b"])}
    words = ["merge", *(["all"] if options[0] == "--relabel" else [str(tmp_path / "all")])]
    with pytest.raises(SystemExit) as caught:
        main([*words, *(places.get(word, word) if options[0] != "--relabel" else word for word in options)])

    assert caught.value.code == 1
    assert sentence in capsys.readouterr().err
