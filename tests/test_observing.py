"""What a call does beside its result: convergence and global generators are noted, and no more."""

from __future__ import annotations

import random
import sys
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from sklearn.datasets import make_classification
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.utils.parallel import Parallel, delayed

from oversample_bench.evaluation.call_notes import NOT_CONVERGED, UNSEEDED, observed, quiet

X, Y = make_classification(60, 4, random_state=0)
IMPATIENT = MLPClassifier(max_iter=2, random_state=0)

OTHERS = type("ConvergenceWarning", (RuntimeWarning,), {"__doc__": "Of another library."})
HEIR = type("SlowConvergence", (OTHERS,), {"__doc__": "A kind of it."})
ALIKE = type("NoConvergenceWarning", (UserWarning,), {"__doc__": "Of another name."})


def warn(category: type[Warning]) -> None:
    warnings.warn("so", category, stacklevel=2)


def notes(call: Any, *args: Any) -> set[str]:
    with observed() as found:
        call(*args)
    return found.notes


@pytest.mark.parametrize("category", [ConvergenceWarning, OTHERS, HEIR])
def test_a_fit_that_did_not_converge_is_noted(category):
    """scikit-learn's warning counts, and that of any library which calls its own so."""
    assert notes(warn, category) == {NOT_CONVERGED}


@pytest.mark.parametrize(
    "category", [UserWarning, FutureWarning, FitFailedWarning, DeprecationWarning, ALIKE]
)
def test_other_warnings_are_dropped(category, capfd):
    """No other warning is noted, and none of any kind is shown."""
    assert notes(warn, category) == set()
    notes(warn, ConvergenceWarning)
    with quiet():
        warn(category)

    assert capfd.readouterr() == ("", "")


def test_each_fit_counts():
    """The second fit that warns at the same place is noted like the first."""
    fits = [notes(IMPATIENT.fit, X, Y) for _ in range(3)]

    assert fits == [{NOT_CONVERGED}] * 3


@pytest.mark.parametrize("prefer", ["threads", "processes"])
def test_fits_in_workers_of_joblib_are_noted(prefer, capfd):
    """Threads and processes that a fit starts are watched like the fit itself, and as quiet."""
    model = BaggingClassifier(IMPATIENT, n_estimators=2, n_jobs=2, random_state=0)
    with joblib.parallel_config(prefer=prefer):
        found = notes(model.fit, X, Y)

    assert found == {NOT_CONVERGED}
    assert capfd.readouterr() == ("", "")


def drawn(_: int) -> float:
    return float(np.random.random())  # noqa: NPY002 - it is what is to be found out


def in_processes() -> None:
    Parallel(n_jobs=2)(delayed(drawn)(number) for number in range(2))


def test_joblib_is_left_as_it_was():
    """Results of processes are the same, errors too, and afterwards joblib's backend is its own again."""
    before = joblib.parallel.BACKENDS["loky"]
    plain = Parallel(n_jobs=2)(delayed(pow)(number, 2) for number in range(5))
    with observed():
        watched = Parallel(n_jobs=2)(delayed(pow)(number, 2) for number in range(5))
        with pytest.raises(ZeroDivisionError):
            Parallel(n_jobs=2)(delayed(pow)(0, -1) for _ in range(2))

    assert plain == watched == [0, 1, 4, 9, 16]
    assert joblib.parallel.BACKENDS["loky"] is before


DRAWS = {
    "random": random.random,
    "numpy": np.random.random,
    "numpy, whole blocks": lambda: np.random.random(624 * 5),  # noqa: NPY002 - likewise
    "numpy, seeded": lambda: np.random.seed(0),  # noqa: NPY002 - likewise
    "torch": lambda: torch.rand(1),
    "a part without a seed": lambda: MLPClassifier(max_iter=2).fit(X, Y),
    "in processes": in_processes,
}


@pytest.mark.parametrize("case", DRAWS)
def test_a_global_generator_that_moves_is_noted(case):
    """Whoever draws from, or seeds, a generator that all code shares has numbers that nobody's seed holds."""
    assert UNSEEDED in notes(DRAWS[case])


def put_back() -> None:
    state = np.random.get_state()  # noqa: NPY002 - put back below
    np.random.seed(3)  # noqa: NPY002 - as a library with a seed for its global draws does
    np.random.random()  # noqa: NPY002 - likewise
    np.random.set_state(state)  # noqa: NPY002 - as it was found


@pytest.mark.parametrize(
    "call",
    [
        lambda: LogisticRegression().fit(X, Y),
        lambda: np.random.default_rng(0).random(),
        lambda: np.random.RandomState(0).rand(),
        lambda: random.Random(0).random(),
        lambda: torch.rand(1, generator=torch.Generator()),
        put_back,
    ],
    ids=["nothing random", "a generator", "a state", "a random", "a torch", "put back"],
)
def test_generators_of_its_own_are_nobodys_business(call):
    """A call that has its own generator, or leaves the shared ones as they were, is not noted."""
    assert notes(call) == set()


def test_a_framework_that_is_imported_in_a_call_is_no_draw(monkeypatch):
    """Torch's generator appears with torch: that it is there now tells of no draw."""
    loaded = sys.modules["torch"]
    monkeypatch.delitem(sys.modules, "torch")

    assert notes(sys.modules.__setitem__, "torch", loaded) == set()


def test_another_global_generator_of_numpy_is_watched():
    """Where somebody has put another kind of generator in the place of NumPy's, its draws are seen too."""
    before = np.random.get_bit_generator()
    np.random.set_bit_generator(np.random.PCG64(0))
    try:
        found = [notes(call) for call in (DRAWS["numpy"], lambda: None)]
    finally:
        np.random.set_bit_generator(before)

    assert found == [{UNSEEDED}, set()]


def test_an_error_passes_and_leaves_the_warnings_as_they_were():
    """What the call raises is raised; filters and the way of showing warnings are those of before."""
    before = (warnings.filters[:], warnings.showwarning)
    with pytest.raises(KeyError), observed():
        raise KeyError

    assert (warnings.filters[:], warnings.showwarning) == before


def test_notes_are_told_in_the_order_of_weight():
    """What was noted and what is added stand once, in one order."""
    with observed() as found:
        np.random.random()  # noqa: NPY002 - so that it is noted
        warn(ConvergenceWarning)

    assert found.told() == found.told(UNSEEDED) == (NOT_CONVERGED, UNSEEDED)
