"""A suite's YAML: what it means, and what is said of a wrong one."""

from __future__ import annotations

import dataclasses
import gzip
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from oversample_bench.core import specs
from oversample_bench.core.errors import UsageError
from oversample_bench.suite import MethodItem, Suite, load_suite, parse_suite, suite_schema
from oversample_bench.suite.complaints import SECTIONS
from oversample_bench.suite.extent import MOST_TRIALS
from oversample_bench.suite.fields import refuse_repeats

SUITES = Path(__file__).parents[1] / "suites"
README = (SUITES / "README.md").read_text(encoding="utf-8")
SMALLEST = "name: s\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [knn]\n"


def told(text: str | bytes, folder: Path) -> list[str]:
    """Return what is said of a wrong suite, line by line, without the file's name."""
    path = folder / "s.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        load_suite(path)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


# --- what a right suite means


def test_the_smallest_suite_gets_the_documented_defaults():
    """A suite of four keys has every other field at its default."""
    suite = parse_suite(SMALLEST)

    assert suite.ratios == (None,)
    assert (suite.splits, suite.seeds) == (10, 1)
    assert suite.metrics == ("mcc", "f1_macro", "f1_micro")
    assert suite.protocol.specs()[0] == specs.Protocol()
    assert (suite.limits.fit, suite.limits.trial, suite.limits.memory) == (600, 300, None)
    assert suite.plugins == ()
    assert (suite.report.title, suite.report.digits, suite.report.control) == ("", 3, "")


def test_a_plain_string_is_an_entry_with_nothing_but_a_name():
    """`- smote` and `- {name: smote}` are the same, and so for data and classifiers."""
    long = "name: s\ndata: [{dataset: ecoli1}]\nmethods: [{name: none}]\nclassifiers: [{name: knn}]\n"

    assert parse_suite(long).as_written() == parse_suite(SMALLEST).as_written()


def test_the_worked_example_becomes_specs(tmp_path):
    """Every entry of the design's example is found again in the specs."""
    (tmp_path / "my.csv").write_text("a,label\n1,x\n")
    suite = parse_suite(blocks("yaml")[0], folder=tmp_path)

    assert [item.label for item in suite.data] == ["ecoli1", "usps 2/8", "my"]
    assert [item.spec() for item in suite.data] == [
        specs.DataSpec(name="ecoli1"),
        specs.DataSpec(name="usps", majority="2", minority="8"),
        specs.DataSpec(path=str(tmp_path / "my.csv"), target="label", minority="fraud"),
    ]
    assert suite.ratios == (None, 0.01)
    assert [item.label for item in suite.methods] == ["none", "smote", "smote-3", "glgan"]
    assert suite.methods[2].component() == specs.Component.of("smote", {"k_neighbors": 3})
    assert (suite.methods[3].batch, suite.methods[3].resources.gpus) == (10, 0.25)
    assert suite.classifiers[1].component() == specs.Component.of("linear_svc", {"C": 0.1})


@pytest.mark.parametrize(
    ("written", "text"),
    [("2", "2"), ("2.0", "2"), ("1.5", "1.5"), ("'2'", "2"), ("true", "true"), ("yes", "yes"), ("-1", "-1")],
)
def test_class_labels_are_text(written, text):
    """A class may be written as number, truth value or text, and is kept as text."""
    suite = parse_suite(SMALLEST.replace("[ecoli1]", f"[{{dataset: usps, minority: {written}}}]"))

    assert suite.data[0].spec().minority == text


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet", "a.npz"])
def test_a_file_is_found_from_the_folder_of_the_suite(tmp_path, monkeypatch, name):
    """A relative path starts at the suite, not at the working directory; its label is the bare name."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / name).write_bytes(gzip.compress(b"x"))
    (tmp_path / "s.yaml").write_text(SMALLEST.replace("[ecoli1]", f"[{{path: tables/{name}, target: y}}]"))
    monkeypatch.chdir(tmp_path.parent)
    item = load_suite(Path(tmp_path.name) / "s.yaml").data[0]

    assert (item.path, item.label) == (str(tmp_path / "tables" / name), "a")


def test_how_a_file_is_read_is_part_of_its_spec(tmp_path):
    """Names in their normal form, numbers as text, words for separators; the rest is to be recognised."""
    (tmp_path / "my.csv").write_text("y\n1\n")
    entry = (
        "{path: my.csv, target: ' y', ignore: [' a', 0], missing: ['?', -999, 1.0], "
        "categorical: ['b\u00a0'], numeric: [c], separator: tab, decimal: ',', encoding: UTF8}"
    )
    suite = parse_suite(SMALLEST.replace("[ecoli1]", f"[{entry}]"), folder=tmp_path)
    spec = suite.data[0].spec()

    assert spec.target == "y"
    assert spec.reading == specs.Reading(("a", "0"), ("?", "-999", "1"), ("b",), ("c",), "\t", ",", "utf-8")
    assert specs.Reading.of(json.loads(json.dumps(dataclasses.asdict(spec.reading)))) == spec.reading
    plain = parse_suite(SMALLEST.replace("ecoli1", "{path: my.csv, target: y}"), folder=tmp_path)
    assert plain.data[0].spec().reading == specs.Reading()


def test_plugin_files_become_absolute(tmp_path):
    """A plugin's path starts at the suite as well."""
    (tmp_path / "mine.py").write_text("")
    suite = parse_suite(SMALLEST + "plugins: [./mine.py]", folder=tmp_path)

    assert suite.plugins == (str(tmp_path / "mine.py"),)


def test_a_suite_without_baseline_is_accepted_when_it_says_so():
    """`allow_no_baseline: true` accepts a suite without `none`."""
    suite = parse_suite(SMALLEST.replace("none", "smote") + "allow_no_baseline: true\n")

    assert [method.name for method in suite.methods] == ["smote"]


def test_the_control_of_the_report_is_a_label():
    """`control` takes a method's label, not its registered name; `focus`, its earlier name, says the same."""
    labelled = SMALLEST.replace("[none]", "[none, {name: smote, label: smote-3}]")
    for name in ("control", "focus"):
        suite = parse_suite(labelled + f"report: {{{name}: smote-3}}\n")
        assert suite.report.control == suite.as_written()["report"]["control"] == "smote-3"
        place = f":5:{11 + len(name) + 1}"
        with pytest.raises(UsageError, match=rf"{place}: '{name}' is 'smote'; .* Known: none, smote-3\."):
            parse_suite(labelled + f"report: {{{name}: smote}}\n")


def test_a_control_waits_for_methods_that_can_be_read(tmp_path):
    """Where the methods are wrong, they alone are told: nobody knows yet what the control may be."""
    found = told(SMALLEST.replace("[none]", "[none, none]") + "report: {control: glgan}\n", tmp_path)

    assert [line.split(":")[0] for line in found] == ["3"]


def test_a_suite_without_a_control_keeps_its_digest():
    """What a suite does not say is no part of its digest, nor of what it says of itself."""
    assert parse_suite(SMALLEST).as_written()["report"] == {"title": "", "digits": 3}
    assert parse_suite(SMALLEST).as_written()["data"] == [{"dataset": "ecoli1", "label": "ecoli1"}]


def test_an_entry_of_data_may_have_splits_and_seeds_of_its_own():
    """`splits` and `seeds` of an entry are said again by the suite, and are part of its digest."""
    entries = "[{dataset: ecoli1, splits: 1, seeds: 10}, {dataset: ecoli1, label: again}]"
    suite = parse_suite(SMALLEST.replace("[ecoli1]", entries))

    assert [(item.splits, item.seeds) for item in suite.data] == [(1, 10), (0, 0)]
    assert suite.data[0].spec() == suite.data[1].spec()
    assert suite.as_written()["data"][0] == {"dataset": "ecoli1", "label": "ecoli1", "splits": 1, "seeds": 10}
    assert suite.digest() != parse_suite(suite.text.replace("seeds: 10", "seeds: 9")).digest()


TABLE = "dataset,classifier,metric,method,value"


def test_the_papers_table_is_published_under_its_name():
    """`published: paper` is a name, which the options of the run carry and the suite says again."""
    suite = parse_suite(SMALLEST + "report: {published: paper}\n")

    assert suite.report.model_dump()["published"] == suite.as_written()["report"]["published"] == "paper"


def test_the_rows_of_a_users_table_travel_with_the_suite(tmp_path):
    """A file is read with the suite, from its folder, whatever the order of its columns; its path is kept."""
    (tmp_path / "mine.csv").write_text('value,method,metric,classifier,dataset\n 0.5 ,"a, b",mcc,knn,toy\n')
    suite = parse_suite(SMALLEST + "report: {published: mine.csv}\n", folder=tmp_path)

    assert suite.report.published == f'{TABLE},ratio,note\ntoy,knn,mcc,"a, b",0.5,,\n'
    assert suite.as_written()["report"]["published"] == "mine.csv"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "it is empty."),
        (f"{TABLE}\n", "it has no rows."),
        ("dataset,classifier,metric,methods,value\na,b,c,d,1\n", "Did you mean 'methods'?"),
        (
            f"{TABLE},notes\na,b,c,d,1,e\n",
            "its column 'notes' is unknown or there twice. Did you mean 'note'?",
        ),
        (f"{TABLE},value\na,b,c,d,1,1\n", "its column 'value' is unknown or there twice."),
        (f"{TABLE}\na,b,c,d,1\na,b,,d,1\n", "line 3: its 'metric' is empty."),
        (f"{TABLE}\na,b,c,d\n", "line 2: its 'value' is empty."),
        (f"{TABLE}\na,b,c,d,0.5,e\n", "line 2: it has more than 5 cells."),
        (f"{TABLE}\na,b,c,d,1.2.3\n", "line 2: its 'value' is '1.2.3', which is no finite number."),
        (f"{TABLE}\na,b,c,d,nan\n", "line 2: its 'value' is 'nan', which is no finite number."),
        (f"{TABLE}\na,b,c,d,natural\n", "line 2: its 'value' is 'natural', which is no finite number."),
        (f"{TABLE},ratio\na,b,c,d,1,x\n", "line 2: its 'ratio' is 'x', which is no finite number."),
        (f"{TABLE}\na,b,c,d,1\na,b,c,d,2\n", "line 3: it gives the value of line 2 again."),
        (f'{TABLE}\na,b,c,"d,1\n', "line 2: unexpected end of data."),
        (b"\xff\xfe", "it is no UTF-8 text."),
        (b" " * (2**20 + 1), "it has more than 1,048,576 bytes."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_table_that_cannot_be_compared_with_is_told(tmp_path, content, sentence):
    """A wrong table is told at the place that names it, with its own line and what is expected."""
    (tmp_path / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())

    found = told(SMALLEST + "report: {published: t.csv}\n", tmp_path)

    assert len(found) == 1
    assert found[0].startswith("5:21: The table 't.csv' cannot be compared with: ")
    assert sentence in found[0]
    assert "Expected CSV with the columns dataset, classifier, metric, method, value and perhaps" in found[0]


@pytest.mark.parametrize("name", ["fit", "trial", "memory"])
def test_a_limit_of_null_is_none(name):
    """`null` sets no limit, whatever the default is."""
    text = f"name: s\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [knn]\nlimits: {{{name}: null}}\n"

    assert getattr(parse_suite(text).limits, name) is None


def test_the_backend_of_a_method_shows_in_its_label():
    """A method is called by its name and, where it is told which model makes its rows, by that."""
    suite = Suite(
        name="s",
        data=["ecoli1"],
        methods=["none", {"name": "imbllm", "params": {"backend": "smollm2"}}, {"name": "imbllm"}],
        classifiers=["knn"],
    )

    assert [method.label for method in suite.methods] == ["none", "imbllm (smollm2)", "imbllm"]


def test_the_baseline_is_known_by_name_and_not_by_label():
    """A method `none` under another label is the baseline; another one labelled `none` is not."""
    parse_suite(SMALLEST.replace("[none]", "[{name: none, label: as they are}]"))

    with pytest.raises(UsageError, match="baseline"):
        parse_suite(SMALLEST.replace("[none]", "[{name: smote, label: none}]"))


def test_anchors_and_aliases_mean_what_yaml_says():
    """An alias stands for the value of its anchor."""
    suite = parse_suite(
        SMALLEST.replace("[none]", "[none, {name: a, params: &p {k: 1}}, {name: b, params: *p}]")
    )

    assert suite.methods[1].params == suite.methods[2].params == {"k": 1}


def test_a_byte_order_mark_is_no_part_of_the_suite(tmp_path):
    """A file that starts with the mark of UTF-8 is read like any other."""
    (tmp_path / "s.yaml").write_text(SMALLEST, encoding="utf-8-sig")

    assert load_suite(tmp_path / "s.yaml").name == "s"


def test_a_suite_is_frozen():
    """Nobody changes a suite after it was checked."""
    suite = parse_suite(SMALLEST)

    with pytest.raises(ValidationError, match="frozen"):
        suite.splits = 3


def test_a_suite_can_be_made_in_python():
    """The model takes Python values directly, with the same rules."""
    suite = Suite(name="s", data=["ecoli1"], methods=["none", MethodItem(name="smote")], classifiers=["knn"])

    assert suite.as_written()["methods"][1]["label"] == "smote"
    assert parse_suite(suite.text).digest() == suite.digest()
    assert (suite.file, suite.where("data", 0)) == ("<suite>", "data[0]")
    with pytest.raises(ValidationError, match="baseline"):
        Suite(name="s", data=["ecoli1"], methods=["smote"], classifiers=["knn"])


# --- where things stand, and the digest


def test_where_names_line_and_column(tmp_path):
    """A value, or the nearest ancestor that the text holds, is told as file:line:column."""
    text = (
        "# a comment\nname: s\ndata:\n  - ecoli1\nmethods:\n  - none\n  - {name: smote}\nclassifiers: [knn]\n"
    )
    suite = parse_suite(text, file="suites/s.yaml")

    assert suite.where("methods", 1, "name") == "suites/s.yaml:7:12"
    assert suite.where("methods", 0, "name") == "suites/s.yaml:6:5"
    assert suite.where("methods", 1, "params", "k") == "suites/s.yaml:7:5"
    assert suite.where("protocol", "scale") == suite.where() == "suites/s.yaml:2:1"
    assert (suite.text, suite.file) == (text, "suites/s.yaml")


def test_the_digest_is_the_same_wherever_the_file_lies(tmp_path):
    """File name, folder, comments, order of keys and spelled-out defaults leave the digest alone."""
    suites = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my.csv").write_text("y\n1\n")
        text = SMALLEST.replace("[ecoli1]", "[{path: my.csv, target: y}]")
        suites.append(parse_suite(text, folder, tmp_path / folder))
    spelled = parse_suite("splits: 10\n# why\n" + suites[0].text, folder=tmp_path / "a")

    assert suites[0].digest() == suites[1].digest() == spelled.digest()
    assert suites[0].data[0].spec() != suites[1].data[0].spec()


@pytest.mark.parametrize(
    "change", ["splits: 3", "protocol: {scale: none}", "ratios: [0.1]", "limits: {fit: 1}"]
)
def test_the_digest_follows_the_fields(change):
    """Another value of a field is another digest."""
    assert parse_suite(SMALLEST).digest() != parse_suite(SMALLEST + change).digest()


# --- what is said of a wrong suite

WRONG = [
    ("ration: [0.1]", "5:1", "Unknown key 'ration' at the top. Did you mean 'ratios'? Known: "),
    (
        "protocol: {scale: standart}",
        "5:19",
        "'scale' is 'standart'; expected 'standard', 'minmax' or 'none'. Did",
    ),
    ("protocol: {scal: none}", "5:12", "Unknown key 'scal' in 'protocol'. Did you mean 'scale'?"),
    ("limits: {fits: 3}", "5:10", "Unknown key 'fits' in 'limits'. Did you mean 'fit'?"),
    ("report: {digit: 3}", "5:10", "Unknown key 'digit' in 'report'. Did you mean 'digits'?"),
    ('splits: "3"', "5:9", "'splits' is '3'; expected a whole number. Write it without quotes."),
    ("splits: 2.5", "5:9", "'splits' is 2.5; expected a whole number."),
    ("splits: true", "5:9", "'splits' is true; expected a whole number."),
    ("seeds: 0", "5:8", "'seeds' is 0; expected at least 1."),
    ("splits:", "5:1", "'splits' is empty; expected a whole number."),
    ("allow_no_baseline: yes", "5:20", "'allow_no_baseline' is 'yes'; expected true or false."),
    ("protocol: {test_size: 1}", "5:23", "'test_size' is 1; expected a number below 1."),
    ("protocol: {test_size: true}", "5:23", "'test_size' is true; expected a number."),
    ("protocol: {target_ratio: 1.5}", "5:26", "'target_ratio' is 1.5; expected at most 1."),
    ("limits: {fit: .inf}", "5:15", "'fit' is inf; expected a finite number."),
    ("limits: {memory: 0}", "5:18", "'memory' is 0; expected a number above 0."),
    ("limits: 3", "5:9", "'limits' is 3; expected a mapping."),
    ("report: {digits: 7}", "5:18", "'digits' is 7; expected at most 6."),
    ("report: {title: 2024}", "5:17", "'title' is 2024; expected text. Quote it: '2024'."),
    (
        "report: {focus: non}",
        "5:17",
        "'focus' is 'non'; expected the label of a method. Did you mean 'none'? Known: none.",
    ),
    ("report: {focus: ''}", "5:17", "'focus' is ''; expected text that is not empty."),
    ("report: {focus: 3}", "5:17", "'focus' is 3; expected text. Quote it: '3'."),
    (
        "report: {published: a/paper.txt}",
        "5:21",
        "'published' is 'a/paper.txt'; expected the name of a published table or a file that ends in .csv.",
    ),
    ("report: {published: no.csv}", "5:21", "There is no file 'no.csv' in "),
    ("report: {published: 3}", "5:21", "'published' is 3; expected text. Quote it: '3'."),
    ("report: {published: ''}", "5:21", "'published' is ''; expected text that is not empty."),
    ("metrics: mcc", "5:10", "'metrics' is 'mcc'; expected a list. Write [mcc]."),
    ("metrics: []", "5:10", "'metrics' is empty; expected at least one entry."),
    ("metrics: [mcc, 3]", "5:16", "An entry of 'metrics' is 3; expected text."),
    ("metrics: [mcc, mcc]", "5:16", "The metric 'mcc' is given twice, here and at FILE:5:11; remove one"),
    (
        "ratios: [100]",
        "5:10",
        "An entry of 'ratios' is 100; expected 'natural' or a number above 0 and at most 1 (min",
    ),
    ("ratios: [100]", "5:10", "Did you mean 0.01, one in 100?"),
    ("ratios: [natura]", "5:10", "Did you mean 'natural'?"),
    ("ratios: [0]", "5:10", "An entry of 'ratios' is 0; expected 'natural'"),
    ("ratios: [~]", "5:10", "An entry of 'ratios' is empty; expected 'natural'"),
    ("ratios: [.nan]", "5:10", "An entry of 'ratios' is nan; expected 'natural'"),
    ("ratios: [true]", "5:10", "An entry of 'ratios' is true; expected 'natural'"),
    ("ratios: [0.1, 0.10]", "5:15", "The ratio '0.1' is given twice, here and at FILE:5:10;"),
    ("plugins: [mine.txt]", "5:11", "An entry of 'plugins' is 'mine.txt'; expected a file that ends in .py."),
    ("plugins: [mine.py]", "5:11", "There is no file 'mine.py' in "),
    ("name: t", "5:1", "The key 'name' is given twice; the first is in line 1."),
    ("7: seven", "5:1", "A key at the top is 7; expected text."),
    ("true: 1", "5:1", "A key at the top is true; expected text."),
    ("~: 1", "5:1", "A key is empty; expected text."),
    ("? [a]\n: b", "5:3", "A key is a list or mapping; expected text."),
    ("protocol: {7.5: 1}", "5:12", "A key in 'protocol' is 7.5; expected text."),
    ("protocol: {<<: {test_size: 0.3}}", "5:12", "'<<' would merge another mapping into this one"),
    (
        "<<: {splits: 3}",
        "5:1",
        "Write the keys out; an anchor and its alias (&name, *name) repeat a whole val",
    ),
    ("protocol:\u00a0{test_size: 0.3}", "5:1", "It holds a blank that is no plain space"),
    ("allow_no_baseline: yes", "5:20", "'yes' is text in YAML 1.2: write true."),
    ("allow_no_baseline: Off", "5:20", "'Off' is text in YAML 1.2: write false."),
    ("%YAML 1.1\n---\nname: s", "5:1", "Suites are YAML 1.2; take out '%YAML 1.1'"),
    ("splits: 1,000", "5:9", "'splits' is '1,000'; expected a whole number. Write 1000."),
    ("ratios: ['1:100']", "5:10", "Write 0.01."),
    ("ratios: ['100:1']", "5:10", "Write 0.01."),
    ("ratios: [5 %]", "5:10", "Write 0.05."),
    ("protocol: {test_size: 20%}", "5:23", "Write 0.2."),
    ("limits: {fit: 10 min}", "5:15", "Write 600."),
    ("limits: {fit: 0.5h}", "5:15", "Write 1800."),
    (
        "splits: 100000000",
        "5:9",
        "The suite asks for 100,000,000 trials: 100,000,000 pairs of split and seed on",
    ),
    ("seeds: 100000000", "5:8", "At most 1,000,000 can be planned."),
    (f"splits: {2**63}\nseeds: 3", "5:9", "The suite asks for more than 10^15 trials: "),
    ("splits: !!int many", "5:9", "'many' is not a whole number."),
    ("splits: !!python/object:os.system ls", "5:9", "The tag tag:yaml.org,2002:python/object:os.syste"),
    ("seeds: 18446744073709551616", "5:8", "The number 18446744073709551616... is too large"),
    ("seeds: &a [*a]", "5:8", "This anchor stands for something that holds itself."),
    ("seeds: [", "6:1", "This is no valid YAML: "),
    ("seeds: *nothing", "5:8", "This is no valid YAML: found undefined alias 'nothing'."),
    ("\tseeds: 1", "5:1", "A tab stands where YAML wants spaces"),
    ('report: {title: "\\ud800"}', "5:17", "The text holds a character that cannot be written to a file."),
    ('report: {title: "two\\nlines"}', "5:17", "'title' is 'two\\nlines'; expected text of one line"),
    ("---\nname: second", "5:1", "This is no valid YAML: but found another document"),
]


@pytest.mark.parametrize(("line", "place", "sentence"), WRONG)
def test_a_wrong_field_is_told_with_its_place(tmp_path, line, place, sentence):
    """What is wrong in the fifth line is told with line, column, what was found and what is expected."""
    found = told(f"{SMALLEST}{line}\n", tmp_path)

    assert len(found) == 1
    assert found[0].startswith(f"{place}: ")
    assert sentence.replace("FILE", str(tmp_path / "s.yaml")) in found[0]


WRONG_ENTRIES = [
    ("data", "{}", "2:8", "neither 'dataset' nor 'path'; expected exactly one"),
    (
        "data",
        "{dataset: a, path: my.csv, target: y}",
        "2:8",
        "both 'dataset' and 'path'; expected exactly one",
    ),
    ("data", "{path: my.csv}", "2:8", "This entry has no 'target'"),
    ("data", "{dataset: a, target: y}", "2:29", "'target' goes with 'path'"),
    (
        "data",
        "{path: my.txt, target: y}",
        "2:15",
        "expected a file that ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, ",
    ),
    ("data", "{path: mi.csv, target: y}", "2:15", "There is no file 'mi.csv' in "),
    ("data", "{path: mi.csv, target: y}", "2:15", "Did you mean 'my.csv'?"),
    ("data", f"{{path: {'x' * 5000}.csv, target: y}}", "2:15", "There is no file 'xxxx"),
    ("data", "{path: ., target: y}", "2:15", "expected a file that ends in"),
    *(
        ("data", entry.replace("MY", "path: my.csv, target: y"), place, sentence)
        for entry, place, sentence in [
            ("{dataset: a, ignore: [b]}", "2:29", "'ignore' goes with 'path'"),
            ("{dataset: a, encoding: utf-8}", "2:31", "'encoding' goes with 'path'"),
            (
                "{MY, ignore: [y]}",
                "2:43",
                "The column 'y' is in 'ignore' and in 'target', at FILE:2:31; choose one.",
            ),
            ("{MY, ignore: [' y']}", "2:43", "The column 'y' is in 'ignore' and in 'target'"),
            (
                "{MY, ignore: [a], numeric: [b, a]}",
                "2:60",
                "The column 'a' is in 'numeric' and in 'ignore', at FILE:2:43",
            ),
            ("{MY, ignore: [a, 'a ']}", "2:46", "The column 'a' is given twice, here and at FILE:2:43"),
            ("{MY, missing: ['?', '?']}", "2:49", "The missing value '?' is given twice"),
            ("{MY, ignore: a}", "2:42", "'ignore' is 'a'; expected a list. Write [a]."),
            (
                "{MY, ignore: [1.5]}",
                "2:43",
                "expected the name of a column: text of one line, or a whole number",
            ),
            ("{MY, ignore: ['  ']}", "2:43", "expected the name of a column"),
            (
                "{MY, missing: [null]}",
                "2:44",
                "expected text or a number, such as '?' or -999; quote words such as",
            ),
            ("{MY, separator: ';;'}", "2:45", "expected one character, such as ';', or 'comma', 'semicolon'"),
            ("{MY, separator: x}", "2:45", "expected one character"),
            ("{MY, decimal: ';'}", "2:43", "expected '.' or ','."),
            ("{MY, separator: ',', decimal: ','}", "2:59", "'separator' and 'decimal' are both ','."),
            (
                "{MY, encoding: utf-9}",
                "2:44",
                "expected an encoding of text, such as utf-8, utf-16, cp1252, latin-1.",
            ),
            ("{MY, encoding: cp1253x}", "2:44", "Did you mean 'cp1252'?"),
            (
                "{path: my.npz, target: y, separator: tab}",
                "2:45",
                "'separator' says nothing of a file of the kind npz",
            ),
            (
                "{path: my.parquet, target: y, encoding: utf-8}",
                "2:48",
                "'encoding' says nothing of a file of the kind",
            ),
        ]
    ),
    ("data", "{dataset: a, majority: 2}", "2:31", "'majority' is 2 and there is no 'minority'"),
    ("data", "{dataset: a, majority: 2, minority: 2.0}", "2:44", "'majority' and 'minority' are both 2"),
    ("data", "{dataset: a, minority: }", "2:21", "'minority' is empty; expected the label of a class"),
    ("data", "{dataset: a, minority: [8]}", "2:31", "'minority' is a list; expected the label of a class"),
    ("data", "{dataset: a, minority: .nan}", "2:31", "'minority' is nan; expected the label of a class"),
    ("data", "{dataset: 3}", "2:18", "'dataset' is 3; expected text. Quote it: '3'."),
    ("data", "{dataset: a, splits: 0}", "2:29", "'splits' is 0; expected at least 1."),
    (
        "data",
        "{dataset: a, splits: '3'}",
        "2:29",
        "'splits' is '3'; expected a whole number. Write it without",
    ),
    ("data", "{dataset: a, seeds: 1.5}", "2:28", "'seeds' is 1.5; expected a whole number."),
    ("data", "{dataset: a, seeds: }", "2:21", "'seeds' is empty; expected a whole number."),
    (
        "data",
        "ecoli1, ecoli1",
        "2:16",
        "The label 'ecoli1' is given twice, here and at FILE:2:8; give each a",
    ),
    (
        "methods",
        "none, a, {name: b, label: a}",
        "3:37",
        "The label 'a' is given twice, here and at FILE:3:17;",
    ),
    ("methods", "none, 3", "3:17", "An entry of 'methods' is 3; expected a name or a mapping with 'name'."),
    ("methods", "none, ''", "3:17", "'name' is ''; expected text that is not empty."),
    (
        "methods",
        "none, {label: a}",
        "3:17",
        "'name' is missing in an entry of 'methods'. The registered name",
    ),
    (
        "methods",
        "none, {name: a, param: {k: 1}}",
        "3:27",
        "Unknown key 'param' in an entry of 'methods'. Did you",
    ),
    ("methods", "none, {name: a, params: [k]}", "3:35", "'params' is a list; expected a mapping."),
    (
        "methods",
        "none, {name: a, params: {k: {l: [1, .nan]}}}",
        "3:47",
        "A parameter is nan; expected a finite number",
    ),
    (
        "methods",
        "none, {name: a, params: {0: 1}}",
        "3:36",
        "A key in 'params' is 0; expected text.",
    ),
    ("methods", "none, {name: a, params: {k: {.nan: 1}}}", "3:39", "A key is nan; expected text, a finite"),
    (
        "methods",
        "none, {name: a, params: {k: {1: 1, 1.0: 2}}}",
        "3:46",
        "The key '1.0' is given twice; the f",
    ),
    (
        "methods",
        "none, {name: a, params: {k: {true: 1, 1: 2}}}",
        "3:49",
        "The key '1' is given twice; the fi",
    ),
    (
        "methods",
        "none, {name: a, params: {<<: {k: 1}}}",
        "3:36",
        "'<<' would merge another mapping into this",
    ),
    ("data", "{dataset: a, splits: 2000000}", "2:29", "The suite asks for 2,000,000 trials: 2,000,000 pairs"),
    ("data", "{dataset: a, splits: 2000, seeds: 2000}", "2:29", "The suite asks for 4,000,000 trials"),
    ("methods", "none, {name: a, label: ''}", "3:34", "'label' is ''; expected text that is not empty."),
    ("methods", "none, {name: a, batch: 0}", "3:34", "'batch' is 0; expected at least 1."),
    ("methods", "none, {name: a, resources: {cpus: 0}}", "3:45", "'cpus' is 0; expected a number above 0."),
    (
        "methods",
        "none, {name: a, resources: {gpus: 1.5}}",
        "3:45",
        "expected a share up to 1, or a whole number",
    ),
    (
        "methods",
        "none, {name: a, resources: {gpu: 1}}",
        "3:39",
        "Unknown key 'gpu' in 'resources'. Did you mean 'g",
    ),
    (
        "methods",
        "smote",
        "3:10",
        "without it nobody can tell whether any method helps. Add `none` to the methods, or",
    ),
    ("methods", "", "3:10", "'methods' is empty; expected at least one entry."),
    ("classifiers", "{name: a, batch: 2}", "4:25", "Unknown key 'batch' in an entry of 'classifiers'."),
    ("classifiers", "knn, knn", "4:20", "The label 'knn' is given twice, here and at FILE:4:15;"),
    (
        "classifiers",
        "{name: a, params: {k: 2020-01-01, l: !x y}}",
        "4:52",
        "The tag !x means nothing in a suite",
    ),
]


@pytest.mark.parametrize(("key", "entries", "place", "sentence"), WRONG_ENTRIES)
def test_a_wrong_entry_is_told_with_its_place(tmp_path, key, entries, place, sentence):
    """What is wrong in an entry of data, methods or classifiers is told likewise."""
    for name in {"my.csv", *re.findall(r"my\.(?:npz|parquet)", entries)}:
        (tmp_path / name).write_text("y\n1\n")
    found = told(re.sub(rf"{key}: \[.*\]", lambda _: f"{key}: [{entries}]", SMALLEST), tmp_path)

    assert len(found) == 1
    assert found[0].startswith(f"{place}: ")
    assert sentence.replace("FILE", str(tmp_path / "s.yaml")) in found[0]


def test_a_batch_that_nobody_can_plan_is_told():
    """A batch is held to a bound by the resamples that it would have, not by the number that is written."""
    text = SMALLEST.replace("[none]", "[none, {name: a, batch: 1000000}]")

    with pytest.raises(
        UsageError, match="3:34: Each batch of 'a' would hold 2,000 pairs of split and seed; at most 1,000"
    ):
        parse_suite(f"{text}splits: 500\nseeds: 4\n")
    assert parse_suite(f"{text}splits: 1000\n").methods[1].batch == 1_000_000


def test_as_many_trials_as_the_bound_are_accepted():
    """The bound is on the product of all that a suite lists; it is the last number that is accepted."""
    several = (
        SMALLEST.replace("[none]", "[none, a]").replace("[knn]", "[knn, mlp]") + "ratios: [natural, 0.1]\n"
    )
    most = MOST_TRIALS // 8

    assert parse_suite(f"{several}splits: {most}\n").splits == most
    with pytest.raises(UsageError, match="6:9: The suite asks for 1,000,008 trials"):
        parse_suite(f"{several}splits: {most + 1}\n")


def test_looking_for_repeats_compares_no_two_values_that_differ():
    """A list of any length is gone through once."""
    compared = []

    class Value(int):
        __hash__ = int.__hash__

        def __eq__(self, other):
            compared.append((self, other))
            return int(self) == int(other)

    refuse_repeats([Value(n) for n in range(1000)], "value", "remove one")

    assert compared == []


@pytest.mark.parametrize("keys", [{0: 1, 1: 10}, {"0": 1, "1": 10}, {False: 1}, {0.5: [{3: {"a": 4, 5: 6}}]}])
def test_a_mapping_among_the_parameters_keeps_its_keys(keys):
    """Numbers and truth values stay what they are as keys, at any depth, and are told from text."""
    suite = parse_suite(SMALLEST.replace("knn", f"{{name: knn, params: {{given: [{yaml_of(keys)}]}}}}"))
    (found,) = suite.classifiers[0].component().kwargs()["given"]

    assert found == keys == suite.classifiers[0].params["given"][0]
    assert list(map(type, found)) == list(map(type, keys))


def yaml_of(value: Any) -> str:
    """Return a value in one line of YAML."""
    yaml, buffer = YAML(typ="safe", pure=True), io.StringIO()
    yaml.default_flow_style = True
    yaml.dump(value, buffer)
    return buffer.getvalue().strip()


@pytest.mark.parametrize("name", ["../up", ".hidden", "a b", "", "a/b", "é", "x" * 101, "a\n"])
def test_a_name_that_is_no_folder_is_refused(name):
    """The name of a suite names a folder, so it is made of letters, digits, dots and dashes."""
    with pytest.raises(UsageError, match="'name' is"):
        parse_suite(SMALLEST.replace("name: s", f"name: {name!r}".replace("'", '"')))


@pytest.mark.parametrize(
    ("content", "place", "sentence"),
    [
        ("", "1:1", "The suite is empty"),
        ("# nothing but a comment\n", "1:1", "The suite is empty"),
        ("- a\n- b\n", "1:1", "The suite is a list; expected a mapping."),
        ("just text", "1:1", "The suite is 'just text'; expected a mapping."),
        ("a: b: c", "1:5", "This is no valid YAML: mapping values are not allowed here."),
        (b"name: s\ndata: [caf\xe9]\n", "2:11", "The byte 0xE9 is no UTF-8 text"),
        (b"name: s\n\x00\x01", "2:1", "The character U+0000 may not stand in YAML"),
        (b"\x93NUMPY\x01\x00", "1:1", "The byte 0x93 is no UTF-8 text"),
        ('a: "\\UFFFFFFFF"', "1:1", "This is no valid YAML: "),
        ("[" * 3000, "1:1", "The values are nested too deeply"),
        (b"#" * (2**22 + 1), "1:1", "The file has more than 4,194,304 bytes"),
        (
            "".join(f"x{i}: &a{i} [{', '.join([f'*a{i - 1}' if i else '1'] * 9)}]\n" for i in range(9)),
            "1:13",
            "The text stands for more than 100,000 values.",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_file_that_is_no_suite_is_told_in_the_same_form(tmp_path, content, place, sentence):
    """Empty files, other YAML, broken YAML and binary files are one line without a traceback."""
    found = told(content, tmp_path)

    assert len(found) == 1
    assert found[0].startswith(f"{place}: {sentence}")


def test_a_file_that_is_not_there_is_told_with_the_nearest_name(tmp_path):
    """A missing file, a missing folder and a folder are told in the same form."""
    (tmp_path / "paper.yaml").write_text(SMALLEST)

    with pytest.raises(
        UsageError, match=r"/papr\.yaml:1:1: There is no such file\. Did you mean 'paper\.yaml'\?"
    ):
        load_suite(tmp_path / "papr.yaml")
    with pytest.raises(UsageError, match=r":1:1: There is no such file\. There is no folder '.*no' either"):
        load_suite(tmp_path / "no" / "s.yaml")
    with pytest.raises(UsageError, match=r":1:1: This is a folder; expected a YAML file\."):
        load_suite(str(tmp_path))
    with pytest.raises(UsageError, match=r":1:1: The file cannot be read: "):
        load_suite(tmp_path / "a\0b")


def test_several_problems_are_told_in_the_order_of_the_text(tmp_path):
    """One run tells everything that is wrong, first line first."""
    found = told(
        "name: s\nname: t\nratio: [1]\nsplits: '3'\ndata: [!x a]\nclassifiers: [knn, knn]\n", tmp_path
    )

    assert [line.split(":")[0] for line in found] == ["1", "2", "3", "4", "5", "6"]
    assert "'methods' is missing. The methods to compare." in found[0]


# --- the schema and the documents


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    sections = {"Suite": schema, **schema["$defs"]}
    return {
        f"{name}.{key}": value
        for name, section in sections.items()
        for key, value in section.get("properties", {}).items()
    }


def test_every_field_of_the_schema_says_what_it_is():
    """Editors show a title and a description for each field."""
    fields = properties(suite_schema())

    assert len(fields) > 30
    sections = suite_schema()["$defs"].values()
    assert all(section["title"] and section["description"] for section in sections)
    own = [value for value in fields.values() if "$ref" not in value]  # the others show their section's
    assert all(value["title"] and value["description"] for value in own)


def test_the_schema_takes_a_method_as_text_or_as_a_mapping():
    """An entry is a string or a mapping, a ratio is a number or `natural`, unknown keys are refused."""
    schema = suite_schema()
    fields = schema["properties"]

    assert fields["methods"]["items"]["anyOf"] == [{"type": "string"}, {"$ref": "#/$defs/MethodItem"}]
    assert fields["ratios"]["items"]["anyOf"][0]["const"] == fields["ratios"]["default"][0] == "natural"
    assert schema["required"] == ["name", "data", "methods", "classifiers"]
    assert schema["additionalProperties"] is False


def test_unknown_keys_are_known_in_every_section():
    """Each section of a suite has an entry in the table that names its fields."""
    sections = {*suite_schema()["$defs"], "Suite"}

    assert sections == {section.__name__ for section in SECTIONS.values()}


@pytest.mark.parametrize("field", sorted(properties(suite_schema())))
def test_the_readme_documents_every_field(field):
    """Each field has its row in suites/README.md."""
    assert re.search(rf"`(\w+\.)?{field.split('.')[1]}`", README)


def test_the_yaml_of_the_readme_parses(tmp_path):
    """Each block of YAML is a suite, or a part of one that completes the smallest suite."""
    yaml = YAML(typ="safe", pure=True)
    smallest = yaml.load(SMALLEST)
    for block in blocks("yaml"):
        for name in re.findall(r"[\w/]+\.(?:csv|parquet|npz|py)\b", block):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        buffer = io.StringIO()
        yaml.dump({**smallest, **yaml.load(block)}, buffer)
        suite = parse_suite(buffer.getvalue(), folder=tmp_path)

        assert suite.methods


def test_the_plugin_of_the_readme_registers_its_method():
    """The example of a loose plugin file runs as it stands."""
    scope: dict[str, Any] = {}
    exec(blocks("python")[0], scope)
    offered = {}
    scope["register_oversamplers"](lambda name, target, defaults: offered.update({name: target(**defaults)}))

    assert offered["my_method"].k_neighbors == 2


def test_quickstart_is_a_fair_first_suite():
    """Six real sets, three classifiers and splits, the standard protocol; what is free is a method too."""
    suite = load_suite(SUITES / "quickstart.yaml")

    assert suite.name == "quickstart"
    assert len(suite.data) >= 6
    assert {"none", "class_weight", "threshold", "smote"} <= {method.name for method in suite.methods}
    assert len(suite.classifiers) >= 3
    assert (suite.splits, suite.protocol.specs()[0]) == (3, specs.Protocol())


def test_importing_the_suite_imports_nothing_heavy():
    """Reading a suite needs neither numpy nor scikit-learn, pandas, Ray or the registry."""
    heavy = "numpy", "pandas", "sklearn", "ray", "pluggy", "oversample_bench.plugins.registry"
    script = f"import sys, oversample_bench.suite; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
