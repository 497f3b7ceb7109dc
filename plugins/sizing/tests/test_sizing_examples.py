"""The scripts in ``examples``: the laws and digits of the published tables, and the report on little data."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
REPORT = Path(__file__).parents[3] / "reports" / "sizing"


@pytest.fixture
def example(monkeypatch):
    """Import scripts by name as they import one another, and forget them after."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    yield importlib.import_module
    for name in ("aligned_generator", "mixed_marginals", "published_tables", "size_losses"):
        sys.modules.pop(name, None)


@pytest.fixture
def aligned(example):
    return example("aligned_generator")


@pytest.fixture
def mixed(example):
    pytest.importorskip("torch", reason="the end-to-end table trains nets: pip install torch")
    return example("mixed_marginals")


def test_diagnoses_have_the_printed_digits(aligned):
    """Statistic and GQS of the notebook's first four samples are met in all six digits that it prints."""
    printed = [(24.5958, 7.87567), (140.609, 24.6244), (24.2147, 18.6771), (295.686, 34.1965)]
    stream = np.random.RandomState(aligned.SEED)
    for statistic, quality in printed:
        X, y = aligned.sample(stream, 10)
        found = aligned.diagnosed(X, y)
        size = aligned.chosen(stream, found.candidates, X, y)
        for n_new in (size, 190):
            aligned.trained(stream, X, y, n_new)

        assert f"{found.statistic:.6g}" == f"{statistic:.6g}"
        assert f"{found.quality:.6g}" == f"{quality:.6g}"


def test_excess_risk_is_that_of_the_law(aligned):
    """It is zero at (1/3, 0) alone, and by Monte Carlo the mean of two squared losses less the least."""
    assert aligned.excess_risk(aligned.BEST) == 0
    theta, rng = np.array([0.5, 0.2]), np.random.default_rng(0)
    X = rng.normal(size=(2, 400_000, 2))
    X[1, :, 0] += 1

    def risk(at):
        return ((X[0] @ at) ** 2).mean() / 2 + ((X[1] @ at - 1) ** 2).mean() / 2

    assert aligned.excess_risk(theta) == pytest.approx(risk(theta) - risk(aligned.BEST), abs=2e-3)


def test_folds_share_both_classes(aligned):
    """Each row is validated once, and a fifth of either class at a time."""
    _, y = aligned.sample(np.random.RandomState(0), 10)
    folds = list(aligned.five_folds(y))

    assert sorted(np.concatenate([test for _, test in folds])) == list(range(210))
    assert [np.bincount(y[test]).tolist() for _, test in folds] == [[40, 2]] * 5
    assert all(not set(train) & set(test) for train, test in folds)


def test_rows_follow_the_marginals(mixed):
    """Medians of the majority are 0, 0 and 1; one in ten of its Gaussians is six times as wide."""
    X = mixed.law(np.random.default_rng(0), 40_000, 0)
    variance = 0.9 + 0.1 * 36

    np.testing.assert_allclose(np.median(X, axis=0), [0] * 6 + [1] * 4, atol=0.03)
    np.testing.assert_allclose(X[:, 3:6].var(axis=0), variance, rtol=0.06)
    np.testing.assert_allclose(np.log(X[:, 6:]).std(axis=0), 1.1, rtol=0.03)


def test_the_minority_is_bent_along_its_first_feature(mixed):
    """Its second feature rises with the first by 1.35 tanh(0.8 x) times 0.7 to 1; the other class is not."""
    X = mixed.law(np.random.default_rng(0), 40_000, 1)
    far = X[:, 0] > 4
    near = np.median(X[far, 1]) - 0.12
    flat = mixed.law(np.random.default_rng(0), 40_000, 0)

    assert 0.7 * 1.3 < near < 1.35
    assert abs(np.median(flat[flat[:, 0] > 4, 1])) < 0.2


@pytest.mark.parametrize("name", ["SMOTE", "Jitter", "ADASYN"])
@pytest.mark.parametrize("n_rows", [1, 50, 1120])
def test_generators_make_as_many_rows_as_are_asked_for(mixed, name, n_rows):
    """The same for the same seed."""
    X, y = mixed.drawn(0, (120, 20))
    made = mixed.GENERATORS[name](X, y, n_rows, 3)

    assert made.shape == (n_rows, 10)
    np.testing.assert_array_equal(made, mixed.GENERATORS[name](X, y, n_rows, 3))


def test_weights_of_a_cost_and_of_balance(mixed):
    """A cost counts a minority row so many times; balance gives either class half."""
    y = np.repeat([0, 1], [8, 2])

    np.testing.assert_array_equal(mixed.costs(y, 3.0), [1] * 8 + [3] * 2)
    weights = mixed.balancing(y)
    assert weights[y == 0].sum() == pytest.approx(weights[y == 1].sum()) == pytest.approx(5)


def test_one_repetition_has_six_methods(mixed, monkeypatch):
    """With short training, every method comes to a finite loss, and those with sizes say why."""
    monkeypatch.setattr(mixed, "EPOCHS", 1)
    monkeypatch.setattr(mixed, "COUNTS", (80, 20))
    found = list(mixed.repetition(0, mixed.drawn(1, (50, 50))))

    assert [one.method for one in found] == list(mixed.PUBLISHED)
    assert all(np.isfinite(one.loss) for one in found)
    assert {one.regime for one in found[:3]} == {""}
    assert all(one.regime in {"symmetric", "realistic", "biased"} for one in found[3:])


def test_the_report_has_every_cell(example, mixed, monkeypatch, tmp_path):
    """Each published number stands beside ours with its interval, in Markdown and as CSV."""
    script = example("published_tables")
    monkeypatch.setattr(mixed, "EPOCHS", 1)
    monkeypatch.setattr(mixed, "COUNTS", (80, 20))
    monkeypatch.setattr(mixed, "PER_TEST_CLASS", 50)
    script.main([str(tmp_path), "--aligned", "2", "--repetitions", "2"])
    cells = pd.read_csv(tmp_path / "published.csv")
    text = (tmp_path / "published.md").read_text(encoding="utf-8")

    assert cells.groupby(["table", "stream"]).size().to_dict() == {
        ("aligned generator", "another"): 12,
        ("aligned generator", "authors'"): 12,
        ("end to end", "authors'"): 12,
    }
    assert (cells["low"] <= cells["ours"]).all()
    assert (cells["ours"] <= cells["high"]).all()
    for value in (*mixed.PUBLISHED.values(), 0.0005135, 0.008482):
        assert f"| {value:g} |" in text
    assert len(pd.read_csv(tmp_path / "mixed_marginals.csv")) == 12
    assert len(pd.read_csv(tmp_path / "aligned_generator.csv")) == 24


def test_an_interval_holds_what_lies_in_it(example, mixed):
    """Student's t by hand for 1, 2, 3: 2 plus or minus 4.3027 / sqrt(3)."""
    found = example("published_tables").Mean.of([1.0, 2.0, 3.0])

    assert (found.value, found.n) == (2.0, 3)
    assert found.high - 2 == pytest.approx(4.30265 / np.sqrt(3), rel=1e-5)
    assert found.holds(4.4) == "yes"
    assert found.holds(4.5) == "no"
    assert example("published_tables").Mean.of([1.0]).holds(1.0) == ""


def test_the_committed_report_is_that_of_its_repetitions(example, mixed):
    """Its cells are remade from its lines a repetition, and twelve of them have the published digits."""
    script = example("published_tables")
    aligned, kept = pd.read_csv(REPORT / "aligned_generator.csv"), pd.read_csv(REPORT / "published.csv")
    streams = [aligned[aligned["stream"] == name] for name in ("authors'", "another")]
    outcomes = pd.read_csv(REPORT / "mixed_marginals.csv", keep_default_na=False, na_values={"quality": ""})
    _, cells = script.report(*streams, outcomes, {})

    assert len(outcomes) == 60
    pd.testing.assert_frame_equal(cells, kept, rtol=1e-4)
    replayed = kept[(kept["table"] == "aligned generator") & (kept["stream"] == "authors'")]
    assert replayed["ours"].map(script.number).tolist() == replayed["published"].map(script.number).tolist()


def test_losses_of_sizes_are_drawn(example, tmp_path, capsys):
    """A set has a row a size and split, one taken at the least loss; the picture alone can be redrawn."""
    pytest.importorskip("altair", reason="the figures need altair: pip install altair vl-convert-python")
    script = example("size_losses")
    script.main([str(tmp_path), "--sets", "ecoli1", "--splits", "1"])
    found = pd.read_csv(tmp_path / "size_losses.csv")
    picture = (tmp_path / "size_losses.png").read_bytes()
    script.main([str(tmp_path), "--draw"])

    assert found["share"].min() == 0
    assert found["taken"].sum() == 1
    assert found.loc[found["taken"], "loss"].item() == found["loss"].min()
    assert (tmp_path / "size_losses.png").read_bytes() == picture
    assert capsys.readouterr().out.count("ecoli1: took ") == 2


def test_the_committed_picture_is_that_of_its_table(example, tmp_path):
    """reports/sizing/size_losses.png shows size_losses.csv."""
    pytest.importorskip("altair", reason="the figures need altair: pip install altair vl-convert-python")
    (tmp_path / "size_losses.csv").write_bytes((REPORT / "size_losses.csv").read_bytes())
    example("size_losses").main([str(tmp_path), "--draw"])

    assert (tmp_path / "size_losses.png").read_bytes() == (REPORT / "size_losses.png").read_bytes()
