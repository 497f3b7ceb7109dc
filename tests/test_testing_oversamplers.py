"""The oversampler's contract has teeth: each rule is broken by a small bad sampler, and by nothing else."""

import os
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from sklearn.base import BaseEstimator

from oversample_bench.testing import OversamplerContract, broken_rules


class Noisy(BaseEstimator):
    """An honest sampler: copies of minority rows with a little noise; the bad ones change one thing."""

    def __init__(self, random_state: Any = None, sampling_strategy: Any = 1.0) -> None:
        self.random_state = random_state
        self.sampling_strategy = sampling_strategy

    def fit_resample(self, X: Any, y: Any) -> Any:
        rng = self.generator()
        labels, counts = np.unique(y, return_counts=True)
        rare = labels[counts.argmin()]
        requested = max(0, int(self.ratio() * counts.max()) - counts.min())
        rows = self.chosen(np.flatnonzero(y == rare), requested, rng)
        new = X[rows] + rng.normal(scale=0.1, size=(requested, X.shape[1]))
        return np.vstack([X, new]), np.concatenate([y, np.full(requested, rare, dtype=y.dtype)])

    def generator(self) -> Any:
        return np.random.default_rng(self.random_state)

    def ratio(self) -> float:
        return self.sampling_strategy

    def chosen(self, own: Any, requested: int, rng: Any) -> Any:
        return rng.choice(own, requested)


class FromGlobal(Noisy):
    def generator(self) -> Any:
        return np.random.default_rng(np.random.randint(2**30))  # noqa: NPY002 - the fault on show


class SeedsGlobal(Noisy):
    def generator(self) -> Any:
        np.random.seed(self.random_state)  # noqa: NPY002 - the fault on show
        return super().generator()


class IgnoresSeed(Noisy):
    def generator(self) -> Any:
        return np.random.default_rng(0)


class SeedsEarly(Noisy):
    """Turns its seed into something else when built, where set_params comes too late."""

    def __init__(self, random_state: Any = None, sampling_strategy: Any = 1.0) -> None:
        super().__init__(random_state, sampling_strategy)
        self.early = random_state

    def generator(self) -> Any:
        return np.random.default_rng(self.early)


class WritesIntoInput(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        returned = super().fit_resample(X, y)
        X[0, 0] = 0.0
        return returned


class ReturnsNan(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        if len(np.unique(y)) == 2 and len(y) == 80 and X.dtype.kind == "f" and y.dtype.kind == "i":
            X_out[-1, 0] = np.nan
        return X_out, y_out


class ReturnsOneColumnLess(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        return X_out[:, 1:], y_out


class InventsLabels(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        if y_out.dtype.kind == "i":
            y_out[-1] = 7
        return X_out, y_out


class FloatLabels(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        return X_out, y_out.astype(float) if y_out.dtype.kind == "i" else y_out


class LosesRows(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        return X_out[1:], y_out[1:]


class SinglePrecision(Noisy):
    """Computes in single precision, which moves every real row a little."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        return X_out.astype(np.float32), y_out


class MakesHalf(Noisy):
    def ratio(self) -> float:
        return self.sampling_strategy * 0.6


class MakesHalfAndSaysSo(MakesHalf):
    fallback_ = "only half of the rows had neighbours"


class WrongWeights(Noisy):
    sample_weight_ = np.ones(3)


class MumblesFallback(Noisy):
    fallback_ = "few"


class FailsOnOneRow(Noisy):
    """Takes the nearest neighbour of a row that has none."""

    def chosen(self, own: Any, requested: int, rng: Any) -> Any:
        own[1]
        return super().chosen(own, requested, rng)


class FailsWithoutWords(Noisy):
    def chosen(self, own: Any, requested: int, rng: Any) -> Any:
        if len(own) < 2:
            raise ValueError("bad")
        return super().chosen(own, requested, rng)


class RefusesInWords(Noisy):
    def chosen(self, own: Any, requested: int, rng: Any) -> Any:
        if len(own) < 6:
            raise ValueError(f"needs 6 minority rows, there are {len(own)}")
        return super().chosen(own, requested, rng)


class KeepsGenerator(Noisy):
    def generator(self) -> Any:
        if getattr(self, "for_", self) != self.random_state:
            self.rng_, self.for_ = super().generator(), self.random_state
        return self.rng_


class ChangesItself(Noisy):
    """Lowers its own parameter to what the data allows, and leaves it so."""

    def __init__(self, random_state: Any = None, sampling_strategy: Any = 1.0, k_neighbors: int = 50) -> None:
        super().__init__(random_state, sampling_strategy)
        self.k_neighbors = k_neighbors

    def chosen(self, own: Any, requested: int, rng: Any) -> Any:
        self.k_neighbors = min(self.k_neighbors, len(own) - 1)
        return super().chosen(own, requested, rng)


class CannotBeCloned(Noisy):
    def __init__(self, random_state: Any = None, sampling_strategy: Any = 1.0, names: Any = ()) -> None:
        super().__init__(random_state, sampling_strategy)
        self.names = list(names)


class CannotBePickled(Noisy):
    def __init__(self, random_state: Any = None, sampling_strategy: Any = 1.0) -> None:
        super().__init__(random_state, sampling_strategy)
        self.noise = lambda rng: rng.normal()


class Batched(Noisy):
    """An honest batch: members share the call and nothing else."""

    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        return [Noisy(seed).fit_resample(X, y) for (X, y), seed in zip(problems, random_states, strict=True)]


class BatchShares(Batched):
    """Centres each member on the mean of all: what batch statistics do."""

    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        mean = np.mean([X.mean() for X, _ in problems])
        resamples = super().fit_resample_batch(problems, random_states)
        return [(X + mean, y) for X, y in resamples]


class BatchForgetsOne(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        return super().fit_resample_batch(problems, random_states)[:2]


class BatchOneSeed(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        return super().fit_resample_batch(problems, [random_states[0]] * len(problems))


class BatchFromGlobal(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        shift = np.random.randint(2**30)  # noqa: NPY002 - the fault on show
        return super().fit_resample_batch(problems, [seed + shift for seed in random_states])


class BatchWrites(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        resamples = super().fit_resample_batch(problems, random_states)
        if problems[0][0].flags.writeable:
            problems[0][0][:] = 0.0
        return resamples


class BatchFailsTogether(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        if min(int(y.sum()) for _, y in problems) < 2:
            raise ValueError("one of the members has a single minority row")
        return super().fit_resample_batch(problems, random_states)


class BatchTellsOnce(Batched):
    def fit_resample_batch(self, problems: Any, random_states: Any) -> list[Any]:
        resamples = super().fit_resample_batch(problems, random_states)
        self.fallback_ = ["only half of the rows had neighbours"]
        return resamples


class Deaf(Noisy):
    def set_params(self, **params: Any) -> Any:
        if "sampling_strategy" in params:
            super().set_params(sampling_strategy=params["sampling_strategy"])
        return self


class Blending(Noisy):
    """Is told which columns are categories, and puts noise into them."""

    def __init__(
        self, random_state: Any = None, sampling_strategy: Any = 1.0, one_hot_groups: Any = ()
    ) -> None:
        super().__init__(random_state, sampling_strategy)
        self.one_hot_groups = one_hot_groups


class SwapsColumns(Noisy):
    """Makes new rows with the first two columns exchanged."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        X_out[len(X) :, [0, 1]] = X_out[len(X) :, [1, 0]]
        return X_out, y_out


class SortsColumns(Noisy):
    """Gives a frame back with its columns in the order of the alphabet."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        returned, y_out = super().fit_resample(np.asarray(X), y)
        if not isinstance(X, pd.DataFrame):
            return returned, y_out
        return pd.DataFrame(returned, columns=X.columns).sort_index(axis=1), y_out


class LeavesFrames(SortsColumns):
    """Gives a frame for a frame, as it should be."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        returned, y_out = super().fit_resample(X, y)
        return (returned[list(X.columns)] if isinstance(X, pd.DataFrame) else returned), y_out


class MovesAway(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        os.chdir(tempfile.gettempdir())
        return super().fit_resample(X, y)


class LeavesALog(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        Path("training.log").write_text("epoch 1\n", encoding="utf-8")
        return super().fit_resample(X, y)


class SilencesWarnings(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        warnings.filterwarnings("ignore", message=f"{time.perf_counter()}")
        return super().fit_resample(X, y)


class SetsEnvironment(Noisy):
    def fit_resample(self, X: Any, y: Any) -> Any:
        os.environ["SEEN"] = str(time.perf_counter())
        return super().fit_resample(X, y)


class Snapping(Blending):
    """Makes whole categories where it is told of them."""

    def fit_resample(self, X: Any, y: Any) -> Any:
        X_out, y_out = super().fit_resample(X, y)
        for group in self.one_hot_groups:
            X_out[len(X) :, group] = np.eye(len(group))[X_out[len(X) :, group].argmax(axis=1)]
        return X_out, y_out


def oversampler(cls: type, **declared: Any) -> OversamplerContract:
    """Return the contract of ``cls`` with class attributes as an author would declare them."""
    body = {"make": lambda _, random_state: cls(random_state=random_state), **declared}
    return type(f"Test{cls.__name__}", (OversamplerContract,), body)()


SEED = "same_seed_gives_the_same_rows_whatever_the_global_generators_hold"
OTHER = "another_seed_gives_other_rows"
GLOBAL = "global_generators_stay_untouched"
SET = "random_state_can_be_set_afterwards"
INPUT = "input_stays_untouched"
LOCKED = "read_only_arrays_are_accepted"
OUTPUT = "output_is_finite_and_of_the_right_shape"
DTYPE = "labels_keep_their_dtype"
REAL = "real_rows_come_back_unchanged"
RATIO = "ratio_is_reached_or_fallback_says_why"
FORMS = "weights_and_fallback_have_their_forms"
HARD = "hard_cases_survive_or_raise_a_sentence"
COLUMNS = "columns_come_back_in_their_order"
FOLDER = "the_working_directory_stays_and_no_file_is_left_in_it"
TWICE = "fitting_twice_gives_the_same_rows"
PARAMS = "fitting_leaves_the_parameters_alone"
B_SOUND = "batch_gives_each_member_a_sound_resample"
B_ALONE = "batch_member_does_not_depend_on_its_neighbours"
B_SAME = "batch_gives_the_same_rows_for_the_same_seeds"
B_OTHER = "batch_gives_other_rows_for_other_seeds"
B_TOUCH = "batch_leaves_input_and_global_generators_untouched"
B_FAILS = "batch_member_that_fails_takes_no_other_along"
B_TELLS = "batch_tells_of_each_member"


@pytest.mark.parametrize(
    ("cls", "declared"),
    [
        (Noisy, {}),
        (Batched, {}),
        (Snapping, {}),
        (LeavesFrames, {}),
        (MakesHalfAndSaysSo, {}),
        (RefusesInWords, {}),
        (LosesRows, {"drops_rows": True}),
        (IgnoresSeed, {"deterministic": True}),
        (MakesHalf, {"owes_rows": False}),
        (RandomOverSampler, {}),
        (SMOTE, {}),
        (BorderlineSMOTE, {}),
        (SVMSMOTE, {}),
        (ADASYN, {}),
        (SMOTEENN, {"drops_rows": True}),
        (RandomUnderSampler, {"drops_rows": True}),
    ],
)
def test_honest_samplers_keep_every_rule(cls, declared):
    """imbalanced-learn's samplers, and whatever declares its peculiarity, break no rule."""
    assert set(broken_rules(oversampler(cls, **declared))) == set()


@pytest.mark.parametrize(
    ("cls", "rules"),
    [
        (FromGlobal, {SEED, OTHER, GLOBAL}),
        (SeedsGlobal, {GLOBAL}),
        (IgnoresSeed, {OTHER}),
        (SeedsEarly, {SET}),
        (Deaf, {SET, "every_part_can_be_seeded"}),
        (Blending, {"categories_stay_whole_where_their_columns_are_told"}),
        (WritesIntoInput, {INPUT, LOCKED}),
        (ReturnsNan, {OUTPUT, HARD}),
        (ReturnsOneColumnLess, {OUTPUT, HARD, REAL, COLUMNS}),
        (SwapsColumns, {COLUMNS}),
        (SortsColumns, {"a_frame_comes_back_with_its_columns_in_their_order"}),
        (MovesAway, {FOLDER}),
        (LeavesALog, {FOLDER}),
        (SilencesWarnings, {"warnings_filters_stay"}),
        (SetsEnvironment, {"settings_of_the_process_stay"}),
        (InventsLabels, {OUTPUT, HARD}),
        (FloatLabels, {DTYPE}),
        (LosesRows, {REAL}),
        (SinglePrecision, {REAL}),
        (MakesHalf, {RATIO}),
        (WrongWeights, {FORMS}),
        (MumblesFallback, {FORMS}),
        (FailsOnOneRow, {HARD}),
        (FailsWithoutWords, {HARD}),
        (KeepsGenerator, {TWICE}),
        (ChangesItself, {PARAMS}),
        (CannotBeCloned, {"clone_gives_the_same_rows"}),
        (CannotBePickled, {"pickle_gives_the_same_rows"}),
        (BatchShares, {B_ALONE}),
        (BatchForgetsOne, {B_SOUND, B_FAILS}),
        (BatchOneSeed, {B_OTHER}),
        (BatchFromGlobal, {B_SAME, B_TOUCH}),
        (BatchWrites, {B_TOUCH}),
        (BatchFailsTogether, {B_FAILS}),
        (BatchTellsOnce, {B_TELLS}),
    ],
)
def test_a_bad_sampler_breaks_the_rule_that_is_meant(cls, rules, tmp_path, monkeypatch):
    """A sampler with one fault breaks the rules about that fault and no other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEEN", "")
    assert set(broken_rules(oversampler(cls))) == rules


class Unseeded(BaseEstimator):
    def fit_resample(self, X: Any, y: Any) -> Any:
        return IgnoresSeed().fit_resample(X, y)


@pytest.mark.parametrize(("declared", "rules"), [(False, {OTHER, SET}), (True, set())])
def test_a_sampler_without_a_seed_says_that_it_is_deterministic(declared, rules):
    """A method that takes no random_state keeps the rules only where it declares itself deterministic."""
    body = {"make": lambda *_, **__: Unseeded(), "deterministic": declared}
    contract = type("TestUnseeded", (OversamplerContract,), body)()

    assert set(broken_rules(contract)) == rules


def test_a_plugin_that_imports_a_framework_is_found_out(tmp_path, monkeypatch):
    """The module with the hooks may not import PyTorch, say, at its top; the door is free."""
    (tmp_path / "torch.py").touch()
    (tmp_path / "greedy_plugin.py").write_text("import torch\n")
    (tmp_path / "modest_plugin.py").write_text("from oversample_bench.api import hookimpl\n")
    monkeypatch.syspath_prepend(tmp_path)

    assert set(broken_rules(oversampler(Noisy, module="greedy_plugin"))) == {
        "importing_the_plugin_imports_no_framework"
    }
    assert set(broken_rules(oversampler(Noisy, module="modest_plugin"))) == set()
