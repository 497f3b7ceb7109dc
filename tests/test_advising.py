"""`bench advise`: from a table, in whatever form people have it, to an answer."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oversample_bench.cli import main
from oversample_bench.cli.advise import costs_of
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Reading
from oversample_bench.datasets.suggested_reading import suggested
from oversample_bench.execution.advising import CLASSIFIERS, FREE, SAMPLERS, Question, _affordable, advise
from oversample_bench.execution.run_result import Options
from oversample_bench.suite import load_suite

SERIAL = Options(runner="serial", figures=False, report=False)
SMALL = (("none", "threshold"), ("smote",), ("logistic_regression",))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare three methods with one classifier: what a table is turned into is looked at, not the design."""
    for name, value in zip(("FREE", "SAMPLERS", "CLASSIFIERS"), SMALL, strict=True):
        monkeypatch.setattr(f"oversample_bench.execution.advising.{name}", value)


def frame(n: int = 240) -> pd.DataFrame:
    """Return rows of a bank with an identifier, a date, gaps and categories, one in eight a fraud."""
    rng = np.random.default_rng(0)
    fraud = np.arange(n) % 8 == 0
    return pd.DataFrame(
        {
            "customer_id": [f"C{100_000 + i}" for i in rng.permutation(n)],
            "date": pd.to_datetime("2023-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D"),
            "amount": np.round(np.exp(rng.normal(3.5 + 1.2 * fraud, 1.0)), 2),
            "age": np.where(rng.random(n) < 0.1, np.nan, np.round(rng.normal(45 - 4 * fraud, 13))),
            "country": rng.choice(["DE", "FR", "US"], n),
            "label": np.where(fraud, "fraud", "ok"),
        }
    )


def german(value: float) -> str:
    """Return ``1.234,56``."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def forms(folder: Path) -> dict[str, Path]:
    """Write the same rows in the forms in which people have them."""
    rows = frame()
    paths = {name: folder / f"{name}.csv" for name in ("commas", "semicolons", "spreadsheet", "quoted")}
    rows.to_csv(paths["commas"], index=False)
    rows.to_csv(paths["semicolons"], index=False, sep=";")
    rows.assign(date=rows["date"].dt.strftime("%d.%m.%Y")).to_csv(
        paths["spreadsheet"], index=False, sep=";", decimal=",", encoding="utf-8-sig", lineterminator="\r\n"
    )
    rows.assign(amount=rows["amount"].map(german)).to_csv(
        paths["quoted"], index=False, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL
    )
    paths["typed"] = folder / "typed.parquet"
    rows.astype({"country": "category", "label": "category"}).to_parquet(paths["typed"])
    return paths


@pytest.mark.usefixtures("small")
def test_each_form_of_a_table_has_the_same_numbers(tmp_path: Path) -> None:
    """Separator, decimal sign, encoding and types change no score."""
    scores = {
        name: advise(Question(str(path), "label", splits=2), tmp_path / name, SERIAL).result.trials()["mcc"]
        for name, path in forms(tmp_path).items()
    }

    first = scores.pop("commas")
    assert first.notna().all()
    assert len(first) == 6
    for name, found in scores.items():
        assert found.tolist() == first.tolist(), name


def test_the_design_has_what_is_free_and_six_samplers(tmp_path: Path) -> None:
    """The suite that is written has every method and classifier of the design, and reads as a suite."""
    frame(64).to_csv(tmp_path / "my.csv", index=False)
    done = advise(Question(str(tmp_path / "my.csv"), "label", splits=1), tmp_path / "out", SERIAL)
    suite = load_suite(done.suite_file)

    assert [method.name for method in suite.methods] == [*FREE, *SAMPLERS]
    assert (len(SAMPLERS), len(suite.classifiers)) == (6, len(CLASSIFIERS))
    assert suite.metrics[0] == done.metric == "mcc"
    assert dict(done.result.counts) == {"ok": 30}


@pytest.mark.usefixtures("small")
def test_the_written_suite_goes_on_where_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`bench run` with the suite and the folder of an advice computes nothing twice."""
    frame().to_csv(tmp_path / "my.csv", index=False)
    out = tmp_path / "out"
    advise(Question(str(tmp_path / "my.csv"), "label", splits=2), out, SERIAL)
    with pytest.raises(SystemExit) as ended:
        main(["run", str(out / "suite.yaml"), "--out", str(out), "--no-figures"])

    assert ended.value.code == 0
    assert "6 of 6 trials ok; nothing to do." in capsys.readouterr().out


@pytest.mark.usefixtures("small")
def test_costs_decide_where_they_are_told(tmp_path: Path) -> None:
    """With costs the first metric is the expected cost, and the suite tells them."""
    frame().to_csv(tmp_path / "my.csv", index=False)
    question = Question(str(tmp_path / "my.csv"), "label", splits=1, costs=(50.0, 1.0))
    done = advise(question, tmp_path / "out", SERIAL)
    suite = load_suite(done.suite_file)

    assert suite.metrics[0] == done.metric == "expected_cost"
    assert (suite.costs.miss, suite.costs.false_alarm) == (50.0, 1.0)


@pytest.mark.parametrize(
    ("seconds", "left", "expected"), [(0.0, 0.0, 10), (1.0, 300.0, 10), (60.0, 300.0, 6), (900.0, 300.0, 3)]
)
def test_no_more_splits_than_there_is_time_for(seconds: float, left: float, expected: int) -> None:
    """Ten, fewer where they would take longer, three at least."""
    assert _affordable(Question("t"), seconds, left) == expected


COLUMNS = {
    "key": ([*range(100, 164)], "ignore"),
    "day": ([20_240_100 + i % 28 + 1 for i in range(64)], "ignore"),
    "gaps": (["?" if i % 9 == 0 else str(i % 7 + 0.5) for i in range(64)], "missing"),
    "zip": ([f"0{i % 5}123" for i in range(64)], "categorical"),
    "again": (["no" if i % 8 else "yes" for i in range(64)], "ignore"),
    "price": ([f"{i % 11}.5 EUR" for i in range(64)], "ignore"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_what_may_mean_two_things_is_settled_and_said(tmp_path: Path, name: str) -> None:
    """No doubt is left about any column, what became of it stands in the reading, and a sentence names it."""
    values, field = COLUMNS[name]
    path = tmp_path / "t.csv"
    rows = pd.DataFrame({"x": np.random.default_rng(0).normal(size=64), name: values})
    rows["label"] = ["ok" if i % 8 else "fraud" for i in range(64)]
    rows.to_csv(path, index=False)
    found = suggested(path, "label", Reading())

    assert getattr(found.reading, field) == (("?",) if field == "missing" else (name,))
    assert any(name in sentence for sentence in found.told)
    assert suggested(path, "label", found.reading).told == ()


@pytest.mark.usefixtures("small")
def test_every_doubt_at_once_leaves_an_answer(tmp_path: Path) -> None:
    """A table with a column of every kind is advised on, without a question."""
    rows = pd.DataFrame({name: values for name, (values, _) in COLUMNS.items()})
    rows["x"] = np.random.default_rng(0).normal(size=64)
    rows["label"] = ["ok" if i % 8 else "fraud" for i in range(64)]
    rows.to_csv(tmp_path / "t.csv", index=False)
    done = advise(Question(str(tmp_path / "t.csv"), "label", splits=1), tmp_path / "out", SERIAL)

    assert dict(done.result.counts) == {"ok": 3}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no.csv", "--target", "label"], "there is no file 'no.csv'"),
        (["my.csv"], "which column of 'my.csv' holds the classes? Say so with --target COLUMN."),
        (["my.csv", "--target", "lable"], "'my.csv' has no column 'lable'. Did you mean 'label'?"),
        (["ecoli_1"], "no installed plugin offers the data set 'ecoli_1'. Did you mean 'ecoli1'?"),
        (["my.csv", "--target", "label", "--metric", "mc"], "offers the metric 'mc'. Did you mean 'mcc'?"),
        (["my.csv", "--target", "label", "--costs", "miss=5"], "--costs is 'miss=5'; expected --costs miss="),
        (["my.csv", "--target", "label", "--minority", "ok"], "swap the two"),
    ],
)  # fmt: skip
def test_what_cannot_be_advised_on_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    """A wrong name or column ends with 1 and one sentence about the table, none about the written suite."""
    monkeypatch.chdir(tmp_path)
    frame(64).to_csv("my.csv", index=False)
    with pytest.raises(SystemExit) as ended:
        main(["advise", *arguments])
    told = capsys.readouterr().err

    assert ended.value.code == 1
    assert sentence in told
    assert "suite.yaml" not in told


@pytest.mark.parametrize("text", ["miss=5,false_alarm=x", "miss", "miss=1,false_alarm=1,more=2", "5,1"])
def test_costs_are_two_numbers_by_name(text: str) -> None:
    """Anything else is refused with the form that is expected."""
    with pytest.raises(UsageError, match="expected --costs miss=NUMBER,false_alarm=NUMBER"):
        costs_of(text)


@pytest.mark.usefixtures("small")
def test_the_command_ends_with_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A registered set needs its name alone; the last lines are the answer, the report and how to go on."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["advise", "ecoli1", "--splits", "3", "--runner", "serial", "--no-figures"])
    told = capsys.readouterr().out

    assert ended.value.code == 0
    assert "9 of 9 trials done (100 %), none failed." in told
    assert told.endswith("Go on: bench run reports/advice_ecoli1/suite.yaml --out reports/advice_ecoli1\n")
