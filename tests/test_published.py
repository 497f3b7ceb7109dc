"""The comparison with published numbers, from stores that are written by hand."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.analysis import published_comparison, published_tables, results
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import UsageError
from oversample_bench.plugins.published import published_table
from oversample_bench.plugins.registry import load_registry
from oversample_bench.report import published_section, write_report
from oversample_bench.report.writers import markdown
from tests import stores
from tests.stores import FAILED, WAITS

FEW = settings(max_examples=20, deadline=None)  # each example writes a store
Cell = partial(stores.Cell, dataset="toy", ratio="0.01", reason="the resample is at fault")


def shown(results: Results) -> str:
    """Return the section as Markdown."""
    return markdown.sections([published_section.section(results)], lambda _: None)


def store(
    folder: Path, cells: Iterable[stores.Cell], table: str = "", metrics: Mapping[str, bool] | None = None
) -> results.Results:
    """Write a store with these scores under every metric, and return what a report reads of it."""
    published = published_table(load_registry(), table) if table == "paper" else table
    options = {"published": published} if table else {}
    return results.read(stores.store(folder, cells, metrics, **options))


def printed(*rows: str) -> str:
    """Return a user's table as the options of a run hold it; ``ratio`` and ``note`` may be left out."""
    padded = [row + "," * (6 - row.count(",")) for row in rows]
    return "\n".join(["dataset,classifier,metric,method,value,ratio,note", *padded]) + "\n"


TOY = "toy,tree,mcc,none"


# --- the numbers


@pytest.mark.parametrize(
    ("value", "in_range", "in_two_sd"),
    [("0.65", True, True), ("0.71", True, True), ("0.49", True, True), ("0.75", False, True),
     ("0.39", False, True), ("0.82", False, False), ("0.38", False, False)],
)  # fmt: skip
def test_a_cell_is_worked_by_hand(tmp_path: Path, value: str, in_range: bool, in_two_sd: bool) -> None:
    """0.5, 0.6, 0.7 have mean 0.6, sd 0.1 and ends 0.5 and 0.7; two printed digits have 0.011 to spare."""
    found = store(tmp_path, [Cell([0.5, 0.6, 0.7])], printed(f"{TOY},{value}"))

    row = published_comparison.frame(found).loc[0]

    assert row[["mean", "sd", "low", "high"]].tolist() == pytest.approx([0.6, 0.1, 0.5, 0.7], abs=1e-12)
    assert (row["n"], row["n_planned"], row["design"]) == (3, 3, "3 splits")
    assert row["difference"] == pytest.approx(0.6 - float(value), abs=1e-12)
    assert (row["in_range"], row["in_two_sd"]) == (in_range, in_two_sd)


unit = st.floats(-1, 1)


@FEW
@given(scores=st.lists(unit, min_size=2, max_size=8), value=st.integers(-10_000, 10_000))
def test_the_range_is_that_of_numpy(scores: list[float], value: int) -> None:
    """A published value is in range where numpy's ends of the scores enclose it, near by numpy's sd."""
    text = f"{value / 10_000:.4f}"
    with tempfile.TemporaryDirectory() as name:
        row = published_comparison.frame(store(Path(name), [Cell(scores)], printed(f"{TOY},{text}"))).loc[0]

    step, number = 1.1e-4, float(text)
    assert row["in_range"] == (min(scores) - step <= number <= max(scores) + step)
    assert row["in_two_sd"] == (abs(np.mean(scores) - number) <= 2 * np.std(scores, ddof=1) + step)


def test_a_split_counts_once_however_many_seeds_it_has(tmp_path: Path) -> None:
    """With several splits a value is the mean of a split's seeds; on one split each seed is a value."""
    cells = [Cell([[0.2, 0.4], [0.6, 0.8]], dataset="many"), Cell([[0.2, 0.4, 0.9]], dataset="one")]
    table = printed("many,tree,mcc,none,0.5", "one,tree,mcc,none,0.5")

    rows = published_comparison.frame(store(tmp_path, cells, table)).set_index("dataset")

    numbers = rows[["n", "mean", "low", "high"]].to_numpy().tolist()
    assert numbers[0] == pytest.approx([2, 0.5, 0.3, 0.7], abs=1e-12)
    assert numbers[1] == pytest.approx([3, 0.5, 0.2, 0.9], abs=1e-12)
    assert rows["design"].tolist() == ["2 splits, 2 seeds", "one split, 3 seeds"]


def test_one_value_is_no_range(tmp_path: Path) -> None:
    """Where one split has a score nobody can tell what lies within; the cell shows the difference."""
    found = store(tmp_path, [Cell([0.5, FAILED])], printed(f"{TOY},0.5"))

    row, text = published_comparison.frame(found).loc[0], shown(found)

    assert row[["in_range", "in_two_sd"]].isna().all()
    assert (row["n"], row["n_planned"]) == (1, 2)
    assert "No published value could be compared: no cell of this run with two scores has one." in text
    assert "0.5000; 0.500 (+0.000), n = 1 of 2" in text


def test_a_table_without_ratios_holds_at_each_and_one_with_at_its_own(tmp_path: Path) -> None:
    """An empty ratio meets every ratio of a set, a number the ratio that tables show like it."""
    cells = [Cell([0.1, 0.2], ratio="0.01"), Cell([0.1, 0.2], ratio="0.1")]
    (tmp_path / "b").mkdir()

    everywhere = published_comparison.frame(store(tmp_path, cells, printed(f"{TOY},0.1")))
    once = published_comparison.frame(store(tmp_path / "b", cells, printed(f"{TOY},0.1,0.10")))

    assert (everywhere["ratio"].tolist(), once["ratio"].tolist()) == (["0.01", "0.1"], ["0.1"])


# --- which names meet which labels


def test_the_names_of_the_paper_meet_registered_ones(tmp_path: Path) -> None:
    """USPS is the digits 2 and 8 in every design, AdaBoost both of our forms; no more is compared."""
    sets = [
        "usps 2/8",
        "usps 2/8, one split",
        "usps 2/80",
        "usps 0/1",
        "gas_drift_partial 4/6",
        "sensorless 3/7",
    ]
    cells = [
        Cell([0.7, 0.8], dataset=name, classifier=classifier)
        for name in sets
        for classifier in ("adaboost", "adaboost_samme_r", "knn")
    ]

    found = published_comparison.frame(store(tmp_path, cells, "paper"))

    assert found["dataset"].unique().tolist() == ["usps 2/8", "usps 2/8, one split", "sensorless 3/7"]
    assert found["classifier"].unique().tolist() == ["adaboost", "adaboost_samme_r"]
    assert found["published_classifier"].unique().tolist() == ["AdaBoost"]
    assert found["published"].tolist() == [0.6689] * 4 + [0.8119] * 2


def test_the_longest_name_takes_the_label(tmp_path: Path) -> None:
    """Of two published sets that a label begins with, it stands for the one that says more of it."""
    table = printed("toy,tree,mcc,none,0.1", "Toy two,tree,mcc,none,0.2")
    cells = [Cell([0.1, 0.2], dataset=name) for name in ("toy", "toy two", "toy two, thin", "toys")]

    found = published_comparison.frame(store(tmp_path, cells, table))

    assert found[["dataset", "published_dataset"]].to_numpy().tolist() == [
        ["toy", "toy"], ["toy two", "Toy two"], ["toy two, thin", "Toy two"],
    ]  # fmt: skip


def test_what_has_no_partner_is_listed(tmp_path: Path) -> None:
    """Published names without a label and labels without a published value are named, kind by kind."""
    table = printed(f"{TOY},0.5", "big,forest,f1,smote,0.5")
    cells = [Cell([0.4, 0.6]), Cell([0.4, 0.6], method="mine"), Cell([0.4, 0.6], dataset="small")]

    text = shown(store(tmp_path, cells, table))

    for line in (
        "published data sets that no label of the suite stands for: big",
        "data sets without a published value: small",
        "published classifiers that no label of the suite stands for: forest",
        "published metrics that no label of the suite stands for: f1",
        "published methods that no label of the suite stands for: smote",
        "methods without a published value: mine",
    ):
        assert f"- {line}\n" in text + "\n"
    assert "classifiers without a published value" not in text


def test_a_set_without_scores_is_listed_with_the_reason(tmp_path: Path) -> None:
    """A set that could not be had, a method that failed and one that was not run are told apart."""
    cells = [
        Cell([0.4, 0.6]),
        Cell([FAILED, FAILED], dataset="gone", reason="the set 'gone' is not on this machine"),
        Cell([0.4, 0.6], dataset="half"),
        Cell([FAILED, FAILED], dataset="half", method="a", reason="no neighbours"),
        Cell([WAITS, WAITS], dataset="half", method="b"),
    ]
    rows = [
        f"{name},tree,mcc,{method},0.5" for name in ("toy", "gone", "half") for method in ("none", "a", "b")
    ]

    text = shown(store(tmp_path, cells, printed(*rows)))

    assert "- gone at ratio 0.01, every method: the set 'gone' is not on this machine" in text
    assert "- half at ratio 0.01, a: no neighbours" in text
    assert "- half at ratio 0.01, b: 2 not yet run" in text
    assert "**half at ratio 0.01, 2 splits (half)" in text
    assert "**gone" not in text


# --- the words and tables


def test_the_summary_counts_what_lies_within_and_names_the_rest(tmp_path: Path) -> None:
    """On top stands how many published values lie within ours, and which lie above ↑ or below ↓."""
    cells = [
        Cell([0.4, 0.6]),
        Cell([0.4, 0.6], method="a"),
        Cell([0.4, 0.6], method="b"),
        Cell([0.1, 0.9], classifier="line"),
    ]
    table = printed(f"{TOY},0.50", "toy,tree,mcc,a,0.70", "toy,tree,mcc,b,0.10", "toy,line,mcc,none,0.80")

    text = shown(store(tmp_path, cells, table))

    first = (
        "- toy at ratio 0.01 (2 splits): of 4 published cells 2 lie within the range of ours, 3 within two "
        "standard deviations of our mean."
    )
    assert text.splitlines()[2:5] == [
        first,
        "- tree (tree): 1 of 3; these do not: a (mcc ↑); b (mcc ↓)",
        "- line (line): 1 of 1",
    ]
    assert "0.5000; 0.500 ± 0.141 (0.000)" in text.replace("+0.000", "0.000")
    assert "0.7000; 0.500 ± 0.141 (-0.200) ↑" in text
    assert "0.1000; 0.500 ± 0.141 (+0.400) ↓" in text


def test_a_published_classifier_counts_once_and_shows_both_forms(tmp_path: Path) -> None:
    """AdaBoost stands beside each of our forms, and lies within ours where one of them holds it."""
    cells = [
        Cell([0.6, 0.7], dataset="usps 2/8", classifier="adaboost_samme_r"),
        Cell([0.1, 0.2], dataset="usps 2/8", classifier="adaboost"),
    ]

    text = shown(store(tmp_path, cells, "paper"))

    assert "of 1 published cells 1 lie within the range of ours" in text
    assert "(AdaBoost in one of its forms)" in text
    assert re.search(
        r"\| metric \| method \| +adaboost_samme_r \(AdaBoost\) \| +adaboost \(AdaBoost\) \|", text
    )
    assert "- adaboost (AdaBoost): 0 of 1; these do not: none (mcc ↑)" in text


def test_a_value_in_doubt_is_marked_and_the_reason_told(tmp_path: Path) -> None:
    """A value with a note has a mark in its cell, and its story stands once below."""
    table = printed(f'{TOY},0.5,,"no | such run"', "toy,tree,mcc,a,0.5")
    text = shown(store(tmp_path, [Cell([0.4, 0.6]), Cell([0.4, 0.6], method="a")], table))

    assert text.count("0.5000¹;") == 1
    assert "- toy, tree, none (mcc): no \\| such run" in text


def test_every_table_has_as_many_cells_in_each_line(tmp_path: Path) -> None:
    """Names with pipes, stars and line breaks break no table."""
    odd = "a|b *c* <i>\n`d`"
    cells = [
        Cell(scores, method=name, dataset=odd, classifier=odd)
        for name, scores in ((odd, [0.4, 0.6]), ("x", [0.4, FAILED]))
    ]
    buffer = io.StringIO()
    pd.DataFrame(
        [(odd, odd, "mcc", odd, "0.5", "", odd), (odd, odd, "mcc", "x", "0.5", "", "")],
        columns=["dataset", "classifier", "metric", "method", "value", "ratio", "note"],
    ).to_csv(buffer, index=False)

    text = shown(store(tmp_path, cells, buffer.getvalue()))

    lines = [line.replace("\\|", "") for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {4}
    assert "<i>" not in text


def test_nothing_is_asked_without_a_published_table(tmp_path: Path) -> None:
    """A suite that names no table, and a store from before there were any, ask for no comparison."""
    found = store(tmp_path, [Cell([0.5])])

    assert not published_tables.asked(found)


def test_a_table_of_which_nothing_is_here_says_so(tmp_path: Path) -> None:
    """Without a common set, method or metric there is a sentence, a list and no table."""
    cells, other = [Cell([0.4, 0.6])], printed("big,tree,mcc,none,0.5")
    (tmp_path / "b").mkdir()

    texts = [
        shown(store(tmp_path, cells, other)),
        shown(store(tmp_path / "b", cells, "paper", {"brier": False})),
    ]

    assert all("No published value could be compared" in text and "\n| " not in text for text in texts)


# --- tables of plugins

OWN = """
from oversample_bench.api import PublishedTable, hookimpl


def mine():
    return PublishedTable({values!r}, about="From *my* thesis.")


@hookimpl
def register_published_tables(register):
    register("mine", mine)
"""
RUN = (
    "name: own\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [decision_tree]\nsplits: 2\nmetrics: [mcc]\n"
    "plugins: [own.py]\nreport: {{published: {}}}\n"
)


def test_the_papers_table_is_offered_by_name() -> None:
    """`published: paper` finds names, claims and source beside its rows, which pass a user's rules."""
    found = published_table(load_registry(), "paper")

    assert found["name"] == "paper"
    assert found["values"].count("\n") == 352
    assert all(found[key] for key in ("names", "claims", "about"))


def test_a_plugin_brings_a_table_of_its_own(runs, tmp_path: Path) -> None:
    """A run is held against it, and the report needs the store alone, once the plugin is gone."""
    values = "dataset,classifier,metric,method,value\necoli1,decision_tree,mcc,none,0.7\n"
    (tmp_path / "own.py").write_text(OWN.format(values=values))
    runs(RUN.format("mine"))
    (tmp_path / "own.py").unlink()

    text = write_report(tmp_path / "out", figures=False).read_text(encoding="utf-8")

    assert "## Are the published numbers met?" in text
    assert "From *my* thesis." in text
    assert published_comparison.frame(results.read(tmp_path / "out"))["published"].tolist() == [0.7]


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("mone", "", r":8:21: no installed plugin offers the published table 'mone'. Did you mean 'mine'"),
        ("mine", "dataset,classifier,metric,method,value\na,b,c,d,much\n", "line 2: its 'value' is 'much'"),
        ("mine", "dataset,value\n", "it has no column 'classifier'"),
        ("mine", "dataset,classifier,metric,method,value\na,b,c,d,1_0\n", "line 2: its 'value' is '1_0'"),
        ("mine", "dataset,classifier,metric,method,value\na,b,mcc,d,1\na,b,MCC,d,2\n", "the value of line 2"),
        ("mine", "dataset,classifier,metric,method,value,ratio\na,b,c,d,1,0\n", "its 'ratio' is '0'"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_before_the_first_fit(
    runs, tmp_path: Path, name: str, values: str, sentence: str
) -> None:
    """An unknown name is told with its place and the nearest one, a wrong row with its line."""
    (tmp_path / "own.py").write_text(OWN.format(values=values))

    with pytest.raises(UsageError, match=sentence):
        runs(RUN.format(name))


HEADER = "dataset,classifier,metric,method,value\necoli1,knn,mcc,none,0.7\n"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"names": "kind,published,labl\nmethod,a,b\n"},
            "its 'names' need the columns kind, published, label",
        ),
        ({"names": "kind,published,label\nmetod,a,b\n"}, "has the kind 'metod'"),
        ({"names": "kind,published,label\nmethod,a,\n"}, "line 2 of its 'names' has an empty cell"),
        ({"names": 'kind,published,label\nmethod,"a,b\n'}, "its 'names' are no CSV"),
        ({"claims": "better,worse\na,b\n"}, "its 'claims' need the columns better, worse, source"),
        ({"claims": 3}, "its 'claims' is of type int; expected text"),
        ({"values": HEADER.encode()}, "its 'values' is of type bytes; expected text"),
        ({"about": None}, "its 'about' is of type NoneType; expected text"),
    ],
)
def test_every_field_of_a_table_is_looked_at_before_the_first_fit(
    runs, tmp_path: Path, fields: dict[str, object], sentence: str
) -> None:
    """A report must not meet a column that is not there, when all trials are done."""
    told = {"values": HEADER} | fields
    (tmp_path / "own.py").write_text(
        "from oversample_bench.api import PublishedTable, hookimpl\n"
        f"def mine():\n    return PublishedTable(**{told!r})\n"
        "@hookimpl\ndef register_published_tables(register):\n    register('mine', mine)\n"
    )

    with pytest.raises(UsageError, match=re.escape(sentence)):
        runs(RUN.format("mine"))


def test_whole_numbers_and_exponents_stand_for_what_is_printed(tmp_path: Path) -> None:
    """A printed 1e3 is no value with minus three decimals: the tolerance is never beyond one unit."""
    text = printed("ecoli1,knn,mcc,none,1e3", "ecoli1,knn,mcc,smote,7")
    folder = stores.store(tmp_path, [Cell([0.5])], None, published=text)

    assert published_tables.transcription(results.read(folder)).tolerance == 1.1


def test_a_store_of_before_says_how_to_add_the_table(tmp_path: Path) -> None:
    """Stores that hold a name and no table tell what lacks; nothing is compared with nothing."""
    folder = stores.store(tmp_path, [Cell([0.5])], None, published="paper")

    text = shown(results.read(folder))

    assert "names the published table 'paper' and does not hold it" in text
    assert "`bench run` of the same suite adds it" in text
