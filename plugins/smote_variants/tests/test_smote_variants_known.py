"""Deviations that are declared are looked for in the library itself: an entry that is mended must go."""

import logging
import warnings

import numpy as np
import pytest

from oversample_bench.testing.problems import drawn
from oversample_bench_smote_variants.known import DETERMINISTIC, REFUSED, REMOVES_ROWS
from oversample_bench_smote_variants.names import INSTALL, NAMES
from oversample_bench_smote_variants.rows import traced
from oversample_bench_smote_variants.samplers import variant

library = pytest.importorskip("smote_variants", reason=INSTALL)

QUICK = {"IPADE_ID": {"max_it": 2, "OT": 2}, "AHC": {"strategy": "minmaj"}}


@pytest.fixture(autouse=True)
def _silent():
    """Keep the library's log and the warnings that it causes to themselves."""
    logging.getLogger("smote_variants").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logging.getLogger("smote_variants").setLevel(logging.DEBUG)


def sampled(name, seed=0, proportion=1.0):
    problem = drawn()
    params = {"proportion": proportion, **QUICK.get(name, {})}
    return getattr(library, name)(random_state=seed, **params).sample(*problem.copies())


def test_the_tables_speak_of_samplers_that_there_are():
    """Every name in the tables is one of the library's."""
    assert set(NAMES) >= {*DETERMINISTIC, *REMOVES_ROWS, *REFUSED}


@pytest.mark.parametrize("name", DETERMINISTIC)
def test_what_is_called_deterministic_is(name):
    """The library takes a seed, and makes the same rows with any."""
    first, second = (sampled(name, seed)[0] for seed in (0, 1))

    np.testing.assert_array_equal(first, second)
    assert "random_state" not in variant(name)().get_params()


@pytest.mark.parametrize("name", sorted(set(REMOVES_ROWS) - {"MOT2LD"}))
def test_what_is_said_to_remove_rows_does(name):
    """Real rows, or their labels, do not all come back from the library."""
    problem = drawn()
    X_out, y_out = sampled(name, proportion=0.6)

    assert len(traced(problem.X, problem.y, X_out, y_out).kept) < len(problem.y)


def test_mot2ld_removes_rows_once_it_runs():
    """MOT2LD, which today's scikit-learn has broken, removes rows where it is mended."""
    sampler = variant("MOT2LD")(random_state=0)
    X_out, y_out = sampler.fit_resample(*drawn().copies())
    problem = drawn()

    assert len(traced(problem.X, problem.y, X_out, y_out).kept) < len(problem.y)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_the_features(name):
    """The library returns rows of other features; the class here says so before anything is computed."""
    problem = drawn(n_features=12)
    X_out, _ = getattr(library, name)(random_state=0).sample(*problem.copies())

    assert 12 > X_out.shape[1]
    with pytest.raises(ValueError, match=f"{name} of smote-variants cannot be used: it .*returns rows of"):
        variant(name)().fit_resample(*problem.copies())


def test_mot2ld_is_still_broken_by_itself():
    """The library still gives TSNE a parameter that scikit-learn has renamed."""
    from inspect import getsource

    source = getsource(library.MOT2LD)

    assert "n_iter=500" in source


def test_kerneladasyn_still_projects_real_rows():
    """Where it reduces dimensions the library returns no real row; the class here returns them all."""
    problem = drawn()
    X = np.column_stack([problem.X, problem.X @ [1.0, 2.0, 3.0, 4.0]])
    X_out, _ = library.KernelADASYN(random_state=0).sample(X.copy(), problem.y.copy())
    sampler = variant("KernelADASYN")(random_state=0)
    X_ours, y_ours = sampler.fit_resample(X, problem.y)

    assert not (X_out[:80] == X).all(axis=1).any()
    np.testing.assert_array_equal(X, X_ours[:80])
    assert 60 == (y_ours == 1).sum()
    assert "KernelADASYN: reducing dimensions" in sampler.fallback_


def test_e_smote_still_draws_from_the_global_generator():
    """The library's E_SMOTE still uses NumPy's global generator."""
    from inspect import getsource

    assert "np.random.choice" in getsource(library.E_SMOTE)
