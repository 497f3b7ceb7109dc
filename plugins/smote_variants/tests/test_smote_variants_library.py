import logging
import random

import numpy as np
import pytest

from oversample_bench.testing.problems import drawn
from oversample_bench_smote_variants.library import MOST_LOGGED, Answer, answered, build, loaded
from oversample_bench_smote_variants.names import INSTALL

pytest.importorskip("smote_variants", reason=INSTALL)


class Says:
    """Stands in for a sampler of the library: logs, raises or returns what it is told to."""

    def __init__(self, returned=None, error=None, lines=()):
        self.returned, self.error, self.lines = returned, error, lines

    def sample(self, X, y):
        for line in self.lines:
            logging.getLogger("smote_variants").info(line)
        if self.error:
            raise self.error
        return (X, y) if self.returned is None else self.returned


def asked(sampler):
    problem = drawn()
    return answered(sampler, 0, problem.X, problem.y)


def test_the_log_is_kept_and_not_printed(capfd):
    """What the library logs is in the answer, less what says nothing; its logger is as it was."""
    logger = logging.getLogger("smote_variants")
    handlers, level = logger.handlers[:], logger.level
    answer = asked(build("A_SUWO", {"random_state": 0}))

    assert not [line for line in answer.log if "Running sampling via" in line]
    assert ("", "") == tuple(capfd.readouterr())
    assert (handlers, level) == (logger.handlers, logger.level)


def test_a_long_log_ends_with_its_last_lines():
    """Of an endless log the last lines are kept."""
    answer = asked(Says(lines=[f"line {i}" for i in range(MOST_LOGGED + 5)]))

    assert MOST_LOGGED == len(answer.log)
    assert "line 5" == answer.log[0]


def test_excuses_are_what_the_library_says_when_it_does_something_else():
    """Only lines that tell of another outcome are excuses, each once."""
    lines = ("SMOTE: Too few minority samples", "MDO: iteration 3", "MDO: returning copies for a whim") * 2

    told = Answer(np.empty((0, 1)), np.empty(0), lines).excuses()
    assert "SMOTE: Too few minority samples; MDO: a whim" == told


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IndexError("index 3 is out of bounds"), "IndexError: index 3 is out of bounds"),
        (np.linalg.LinAlgError("Singular matrix"), "LinAlgError: Singular matrix"),
        (ValueError(), "ValueError: without a message"),
    ],
)
def test_an_accident_becomes_a_sentence(error, said):
    """Whatever a sampler raises says which sampler, on which data, and what it was."""
    with pytest.raises(ValueError, match="Says of smote-variants failed") as caught:
        asked(Says(error=error))

    assert str(caught.value).endswith(f"on 80 rows of 4 features, 20 of them minority: {said}")
    assert error is caught.value.__cause__


def test_want_of_memory_stays_what_it_is():
    """A host that tells memory from other failures still can."""
    with pytest.raises(MemoryError):
        asked(Says(error=MemoryError()))


@pytest.mark.parametrize(
    ("X", "y", "said"),
    [
        (np.zeros((5, 3)), np.zeros(5), r"rows of shape \(3,\) for 4 features"),
        (np.zeros((5, 4)), np.zeros(4), r"5 rows and labels of shape \(4,\)"),
        (np.zeros((5, 4), complex), np.zeros(5), "dtype complex128"),
        (np.full((5, 4), np.nan), np.zeros(5), "5 of the 5 rows that it returned are not finite"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(X, y, said):
    """Other features, labels that do not fit, and values that are none, are errors with a sentence."""
    with pytest.raises(ValueError, match=said):
        asked(Says(returned=(X, y)))


def test_a_sampler_gets_arrays_of_its_own():
    """Read-only arrays are no hindrance, and what a sampler does to its arrays is its own affair."""
    problem = drawn()
    X, y = problem.locked()
    answer = answered(build("SMOTE", {"random_state": 0}), 0, X, y)

    assert 120 == len(answer.X)
    np.testing.assert_array_equal(problem.X, X)


def test_samplers_that_use_global_generators_are_seeded():
    """E_SMOTE draws from NumPy's global generator: here its rows depend on the seed alone."""
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002 - it is what is watched
    first = asked(build("E_SMOTE", {"random_state": 0}))
    between = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002 - likewise
    np.random.seed(5)  # noqa: NPY002 - for the sampler to ignore
    second = asked(build("E_SMOTE", {"random_state": 0}))

    assert before == between
    np.testing.assert_array_equal(first.X, second.X)


class Draws:
    """Stands in for a sampler that draws from a global generator."""

    def __init__(self, draw):
        self.draw = draw

    def sample(self, X, y):
        return X + self.draw(), y


@pytest.mark.parametrize("draw", [np.random.random_sample, random.random])
def test_global_generators_start_from_the_seed(draw):
    """What is drawn from a global generator is the same with the same seed, and other with another."""
    problem = drawn()
    first, again, other = (answered(Draws(draw), seed, problem.X, problem.y).X for seed in (0, 0, 1))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_mot2ld_runs_under_todays_scikit_learn():
    """The renamed parameter of TSNE reaches it under its new name."""
    answer = asked(build("MOT2LD", {"random_state": 0}))

    assert len(answer.X) > 80
    assert loaded("MOT2LD") is loaded("MOT2LD")


def test_the_library_refuses_values_with_its_sentence():
    """A value out of range, or of another kind, is a ValueError that names the sampler."""
    with pytest.raises(ValueError, match="MDO: Value for parameter K2 less than"):
        build("MDO", {"K2": 0})
    with pytest.raises(ValueError, match="MDO of smote-variants refuses its parameters: "):
        build("MDO", {"K2": "many"})
