import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.utils.estimator_checks import estimator_checks_generator

from oversample_bench_recipe.settings import DEFAULT
from oversample_bench_recipe.tuned_mlp import FEWEST, TunedMLP

QUICK = {"budget": 2, "epochs": 4, "max_steps": 60}


def drawn(n_minority, n_majority=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n_majority, n_minority])
    return rng.normal(size=(len(y), 4)) + 2.5 * y[:, None], y


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6, FEWEST - 1])
def test_few_minority_rows_are_not_tuned_by_and_that_is_said(n_minority):
    """Below ten rows the default is taken: batches of 32, smoothing 0.1, AdamW with 1e-3."""
    model = TunedMLP(random_state=0, max_steps=50).fit(*drawn(n_minority))

    assert DEFAULT == model.chosen_.setting
    assert "untuned: the rarest class has" in model.fallback_
    assert (0, []) == (model.n_inner_fits_, model.trials_)


def test_ten_minority_rows_are_tuned_by():
    """From ten rows on settings are tried, each once a fold, and the best is taken."""
    model = TunedMLP(**QUICK, random_state=0).fit(*drawn(FEWEST))

    assert "" == model.fallback_
    assert 2 * 3 * 2 == model.n_inner_fits_
    assert min(trial.loss for trial in model.trials_) == model.chosen_.loss


def test_one_class_is_always_predicted():
    """Without minority rows there is nothing to learn, and the one class is the answer."""
    model = TunedMLP(**QUICK).fit(np.zeros((5, 2)), ["usual"] * 5)

    assert ["usual", "usual"] == model.predict(np.ones((2, 2))).tolist()
    assert [[1.0], [1.0]] == model.predict_proba(np.ones((2, 2))).tolist()
    assert "nothing was learnt" in model.fallback_


def copied(X):
    """Return rows of which a column is a copy of another."""
    return np.column_stack([X, X[:, 0]])


HARD = {
    "constant column": lambda X, y: (np.column_stack([X, np.full(len(X), 3.0)]), y),
    "equal columns": lambda X, y: (copied(X), y),
    "zero row": lambda X, y: (np.vstack([X, np.zeros(4)]), np.append(y, 0)),
    "duplicates": lambda X, y: (np.repeat(X, 2, axis=0), np.repeat(y, 2)),
    "scales": lambda X, y: (X * [1e6, 1, 1, 1e-6], y),
    "integers": lambda X, y: (np.rint(X * 10).astype(int), y),
    "more features than rows": lambda X, y: (np.hstack([X] * 30), y),
    "minority larger": lambda X, y: (X, 1 - y),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_tables_are_learnt(name):
    """Tables that are hard to handle but easy to tell apart are told apart."""
    X, y = HARD[name](*drawn(12))

    model = TunedMLP(budget=2, max_steps=300, random_state=0).fit(X, y)

    assert balanced_accuracy_score(y, model.predict(X)) > 0.8


def test_units_do_not_matter():
    """Features are standardised inside: other units give the same labels."""
    X, y = drawn(12)
    scale = np.array([1024.0, 1.0, 0.5, 2.0**-20])
    one, two = (TunedMLP(**QUICK, random_state=0).fit(X * s, y).predict_proba(X * s) for s in (1, scale))

    np.testing.assert_allclose(one, two, atol=1e-6)


def test_labels_may_be_texts_and_more_than_two():
    """Labels come back as they were given, in sorted order."""
    X, y = drawn(12)
    y = np.where(y == 1, "fraud", np.where(X[:, 0] > 0, "usual", "odd"))
    model = TunedMLP(**QUICK, random_state=0).fit(X, y)

    assert ["fraud", "odd", "usual"] == model.classes_.tolist()
    assert (len(X), 3) == model.predict_proba(X).shape
    assert set(model.predict(X)) <= {"fraud", "odd", "usual"}


def test_a_suite_can_fix_a_part_of_the_setting():
    """One value in place of the grid's fixes that part: the curve of a metric against the batch size."""
    model = TunedMLP(batch_sizes=(128,), rhos=(0.05,), budget=4, max_steps=40, random_state=0)

    found = {(t.setting.batch_size, t.setting.rho) for t in model.fit(*drawn(12)).trials_}

    assert {(128, 0.05)} == found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"batch_sizes": ()}, r"batch_sizes is \[\]; expected one number or more, each at least 1"),
        ({"noises": (-1.0,)}, r"noises is \[-1.0\]; expected one number or more, each at least 0"),
        ({"smoothings": (2.0,)}, "cannot give away more than 1"),
        ({"budget": 0}, "budget"),
    ],
)
def test_wrong_parameters_are_told(wrong, told):
    """A parameter that cannot be used is named, with what is expected."""
    with pytest.raises(ValueError, match=told):
        TunedMLP(**wrong).fit(*drawn(12))


def test_weights_of_nothing_are_told():
    """Weights that are all 0 leave nothing to learn from."""
    X, y = drawn(12)
    with pytest.raises(ValueError, match="at least one non-zero"):
        TunedMLP(**QUICK).fit(X, y, sample_weight=np.zeros(len(y)))


def test_heavier_minority_rows_are_found_more_often():
    """Weights reach the training: a minority that counts twenty times is predicted at least as often."""
    X, y = make_classification(300, weights=[0.9], class_sep=0.5, flip_y=0, random_state=0)
    heavy, light = (
        TunedMLP(budget=1, random_state=0).fit(X, y, sample_weight=np.where(y == 1, w, 1)).predict(X).sum()
        for w in (20, 1)
    )

    assert heavy > light


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "check"),
    list(estimator_checks_generator(TunedMLP(budget=1, epochs=20, max_steps=300, random_state=0))),
    ids=lambda given: getattr(getattr(given, "func", None), "__name__", None),
)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    """scikit-learn's own checks of a classifier pass."""
    if check.func.__name__.startswith("check_sample_weight_equivalence"):
        pytest.skip("batches are drawn row by row: a row twice is not a row of weight 2")
    check(estimator)
