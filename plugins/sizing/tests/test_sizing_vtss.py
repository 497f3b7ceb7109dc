"""VTSS and TG-VTSS: which sizes are tried, on which rows, and what is taken."""

from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from imblearn.over_sampling import ADASYN, SMOTE
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from oversample_bench_sizing import balanced_loss
from oversample_bench_sizing.balanced_loss import Folds, balanced_log_loss, gap, losses
from oversample_bench_sizing.bias_corrected import BiasCorrected
from oversample_bench_sizing.pools import synthetic
from oversample_bench_sizing.seeds import seeded
from oversample_bench_sizing.vtss import LOCAL, NARROW, TGVTSS, VTSS, WIDE, sizes


def rows(n_majority=200, n_minority=20, seed=0, apart=1.5):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_majority + n_minority, 3))
    y = (np.arange(len(X)) < n_minority).astype(int)
    X[y == 1, 0] += apart
    return X, y


class Spy:
    """A generator that remembers which rows it was given, and numbers those that it makes."""

    seen: ClassVar[list] = []

    def __init__(self, random_state=0):
        self.random_state = random_state

    def get_params(self, deep=True):
        return {"random_state": self.random_state, "sampling_strategy": None}

    def set_params(self, **params):
        self.__dict__.update(params)
        return self

    def __sklearn_clone__(self):
        return Spy(self.random_state)

    def fit_resample(self, X, y):
        Spy.seen.append((X.copy(), y.copy()))
        n_new = self.sampling_strategy[1] - int((y == 1).sum())
        own = X[y == 1]
        new = own[np.random.default_rng(self.random_state).integers(len(own), size=n_new)]
        return np.vstack([X, new]), np.append(y, np.ones(n_new, dtype=int))


@pytest.mark.quick
def test_grids_are_those_of_the_authors():
    """Both examples appear in their recorded outputs."""
    assert sizes(WIDE, 3800)[:3] == (0, 190, 380)
    assert sizes(WIDE, 3800)[-1] == 7600
    assert len(WIDE) == 41
    assert sizes(LOCAL, 3040)[:2] == (2432, 2584)
    assert sizes(LOCAL, 3040)[-1] == 3648
    assert NARROW == (0.0, 0.05, 0.1, 0.15, 0.2)


def test_the_balanced_loss_weighs_both_classes_alike():
    """Half the mean of either class, probabilities clipped."""
    y, p = np.array([1, 0, 0, 0]), np.array([0.2, 0.5, 0.1, 0.0])
    expected = (-np.log(0.2) - np.mean(np.log([0.5, 0.9, 1.0]))) / 2

    assert balanced_log_loss(y, p) == pytest.approx(expected)
    assert balanced_log_loss(y, np.array([0.0, 1.0, 1.0, 1.0])) == pytest.approx(-np.log(1e-15), rel=0.01)


def test_validation_rows_reach_neither_sampler_nor_scaler():
    """In each fold the sampler sees the training part alone, in units of that part."""
    Spy.seen = []
    X, y = rows(40, 10)
    scheme = Folds(5, 1)
    losses([5, 30], (Spy(), LogisticRegression()), (X, y), scheme, seed=3)

    folds = list(scheme.cut(X, y, 3))
    assert len(Spy.seen) == len(folds)
    for (seen, labels), (train, _) in zip(Spy.seen, folds, strict=True):
        np.testing.assert_allclose(seen, StandardScaler().fit_transform(X[train]))
        np.testing.assert_array_equal(labels, y[train])


def test_candidates_are_the_beginnings_of_one_pool(monkeypatch):
    """A smaller size uses the first rows of a larger one; sizes are scaled to what is missing in the fold."""
    used = []
    loss = balanced_loss._loss

    def remembering(estimator, training, test, seed):
        used.append(training[2])
        return loss(estimator, training, test, seed)

    monkeypatch.setattr(balanced_loss, "_loss", remembering)
    X, y = rows(100, 20)
    losses([0, 40, 80, 160], (None, LogisticRegression()), (X, y), Folds(4, 1), seed=0)

    assert [len(one) for one in used[:4]] == [0, 30, 60, 120]
    for small, large in pairwise(used[:4]):
        np.testing.assert_array_equal(small, large[: len(small)])


def test_the_least_loss_is_taken():
    """The size is that of the smallest mean loss, and as many rows are added, in the data's own units."""
    X, y = rows()
    X = X * 100 + 7
    sampler = VTSS(random_state=0, n_repeats=2)
    X_out, y_out = sampler.fit_resample(X, y)
    decision = sampler.decision_

    assert decision.size == decision.candidates[int(np.argmin(decision.losses))] == sampler.n_synthetic_
    assert sampler.size_losses_ == dict(zip(decision.candidates, decision.losses, strict=True))
    assert sampler.size_losses_[decision.size] == min(sampler.size_losses_.values())
    assert len(X_out) == len(X) + decision.size == len(y_out)
    np.testing.assert_array_equal(X_out[: len(X)], X)
    new = X_out[len(X) :]
    own = X[y == 1]
    assert (new >= own.min(axis=0) - 1e-6).all()
    assert (new <= own.max(axis=0) + 1e-6).all()
    assert f"{decision.size} rows added" in sampler.fallback_


def test_tg_vtss_tries_what_its_answer_says():
    """Regime and candidates follow from the test and the GQS, and few minority rows are told."""
    X, y = rows(600, 60)
    sampler = TGVTSS(random_state=0, n_splits=3, n_repeats=1)
    sampler.fit_resample(X, y)
    found = sampler.decision_

    assert found.regime in {"realistic", "biased"}
    if found.regime == "biased":
        assert found.candidates == sizes(WIDE, 540)
    else:
        assert set(sizes(LOCAL, 540)) <= set(found.candidates)
    assert "under 250 minority rows" in sampler.fallback_
    never = TGVTSS(random_state=0, n_splits=3, n_repeats=1, alpha=1e-300).fit_resample
    never(X, y)


def test_symmetric_classes_are_tried_with_few_rows_or_none():
    """Where nothing tells the classes apart, at most a fifth of what is missing is tried."""
    X, y = rows(600, 60)
    sampler = TGVTSS(random_state=0, n_splits=3, n_repeats=1, alpha=0.0)
    sampler.fit_resample(X, y)

    assert sampler.decision_.regime == "symmetric"
    assert sampler.decision_.candidates == sizes(NARROW, 540)


def test_a_pilot_without_weights_is_refused_with_what_to_use():
    """TG-VTSS weighs its pilot; VTSS takes any."""
    X, y = rows(60, 12)
    with pytest.raises(ValueError, match="KNeighborsClassifier takes none; use vtss"):
        TGVTSS(estimator=KNeighborsClassifier(), random_state=0).fit_resample(X, y)
    VTSS(estimator=KNeighborsClassifier(), random_state=0, n_repeats=1).fit_resample(X, y)


@pytest.mark.parametrize("sampler", [None, SMOTE(k_neighbors=3), ADASYN(), SMOTE(k_neighbors=2)])
@pytest.mark.parametrize("n_rows", [0, 1, 37, 500])
def test_a_pool_has_exactly_the_rows_that_are_needed(sampler, n_rows):
    """More than balance, too, and whatever the sampler rounds."""
    X, y = rows(80, 10, apart=1.0)
    made = synthetic(sampler, X, y, n_rows, 0)

    assert made.shape == (n_rows, 3)
    np.testing.assert_array_equal(made, synthetic(sampler, X, y, n_rows, 0))


def test_a_sampler_that_never_makes_enough_is_told():
    """Asked twenty times, for twice as many each time."""

    class Lazy(Spy):
        def __sklearn_clone__(self):
            return Lazy()

        def fit_resample(self, X, y):
            return X, y

    with pytest.raises(ValueError, match="Lazy made 0 rows"):
        synthetic(Lazy(), *rows(20, 5), 3, 0)


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6])
def test_few_minority_rows_are_enough(n_minority):
    """A single one cannot be validated on, which is told; two are."""
    X, y = rows(40, n_minority)
    sampler = VTSS(random_state=0, n_repeats=1)
    sampler.fit_resample(X, y)

    assert ("no size can be validated" in sampler.fallback_) == (n_minority == 1)


def test_balanced_classes_get_nothing():
    """Nothing is missing, so all candidates are nothing."""
    X, y = rows(30, 30)
    assert gap(y) == 0
    assert len(VTSS(random_state=0, n_repeats=1).fit_resample(X, y)[1]) == 60


def test_three_classes_are_refused():
    """One against one other."""
    X, y = rows(30, 10)
    y[:3] = 2
    with pytest.raises(ValueError, match="two classes are needed"):
        VTSS().fit_resample(X, y)


class Numbered(Spy):
    """A generator whose rows are numbered in the order in which they are made."""

    def __sklearn_clone__(self):
        return Numbered(self.random_state)

    def fit_resample(self, X, y):
        n_new = self.sampling_strategy[1] - int((y == 1).sum())
        new = np.repeat(np.arange(n_new, dtype=float)[:, None], X.shape[1], axis=1)
        return np.vstack([X, new]), np.append(y, np.ones(n_new, dtype=int))


def test_the_beginning_of_a_pool_stands_for_all_of_it():
    """Rows come in an order of chance, each once: a sampler may return them in the order of their parents."""
    pool = synthetic(Numbered(), *rows(60, 10), 400, 0)[:, 0]

    assert sorted(pool) == list(range(400))
    assert 160 < pool[:100].mean() < 240


@pytest.mark.parametrize("seed", [0, 1])
def test_seeds_reach_the_parts(seed):
    """Of a sampler in a sampler, and of a step in a pipeline; what is given stays as it is."""
    sampler = BiasCorrected(sampler=SMOTE(random_state=5))
    pilot = make_pipeline(RBFSampler(), LogisticRegression())
    found = [seeded(part, seed).get_params() for part in (sampler, pilot)]

    assert found[0]["random_state"] == found[0]["sampler__random_state"] == seed
    assert found[1]["rbfsampler__random_state"] == found[1]["logisticregression__random_state"] == seed
    assert sampler.get_params()["sampler__random_state"] == 5


def test_a_seed_decides_all():
    """A pilot of two steps and a sampler give the same rows for the same seed, other losses for another."""
    X, y = rows(120, 15)
    pilot = make_pipeline(RBFSampler(n_components=5), LogisticRegression())

    def sized(seed):
        params = {"sampler": SMOTE(k_neighbors=3), "estimator": pilot, "multipliers": (0.5, 1.0)}
        sampler = VTSS(**params, n_repeats=1, random_state=seed)
        return sampler.fit_resample(X, y)[0], sampler.decision_.losses

    (one, losses_of_one), (same, losses_of_same) = sized(3), sized(3)
    np.testing.assert_array_equal(one, same)
    assert losses_of_one == losses_of_same
    assert sized(4)[1] != losses_of_one
