import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.datasets import load_breast_cancer

from oversample_bench.plugins.baselines import NoResampling


@pytest.mark.parametrize(
    ("estimator", "check"),
    [pytest.param(*pair, id=pair[1].func.__name__) for pair in estimator_checks_generator(NoResampling())],
)
def test_nothing_is_a_sampler_of_imbalanced_learn(estimator, check):
    """Doing nothing keeps the contract of the library's samplers."""
    check(estimator)


@pytest.mark.parametrize("labels", [(0, 1), ("benign", "malignant")])
def test_nothing_returns_copies_of_what_it_was_given(labels):
    """Rows, labels and their types are equal, and writing into them leaves the originals alone."""
    loaded = load_breast_cancer()
    X, y = loaded.data, np.array(labels)[1 - loaded.target]
    X.setflags(write=False)
    X_out, y_out = NoResampling().fit_resample(X, y)

    np.testing.assert_array_equal(X_out, X)
    np.testing.assert_array_equal(y_out, y)
    assert y_out.dtype == y.dtype
    assert not np.shares_memory(X_out, X)
    assert not np.shares_memory(y_out, y)


def test_nothing_declares_that_it_makes_no_rows():
    """The sampling type tells the audit that no rows are requested, and there is nothing to set."""
    assert NoResampling._sampling_type == "bypass"
    assert NoResampling().get_params() == {}


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n_minority=st.integers(1, 20))
def test_random_oversampling_copies_minority_rows_up_to_balance(seed, n_minority):
    """The originals come first and whole; each further row equals some minority row; one row is enough."""
    X = np.arange(100.0).reshape(50, 2)
    y = (np.arange(50) < n_minority).astype(int)
    X_out, y_out = RandomOverSampler(random_state=seed).fit_resample(X, y)

    np.testing.assert_array_equal(X_out[:50], X)
    assert (y_out[50:] == 1).all()
    assert (y_out == 1).sum() == (y_out == 0).sum()
    assert np.isin(X_out[50:, 0], X[y == 1, 0]).all()
