"""Every part of a component that takes a seed has one, or it is said that one has not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SVMSMOTE
from imblearn.pipeline import Pipeline as Chain
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from oversample_bench.evaluation.seeding import Seeded, seeded
from oversample_bench.plugins.registry import load_registry

X, Y = make_classification(120, 6, flip_y=0.2, weights=[0.7], random_state=0)
OURS = 7


@dataclass(frozen=True)
class Entry:
    """A registered name, as far as it is built from."""

    target: Any

    def resolve(self) -> Any:
        return self.target

    def build(self, params: Any) -> Any:
        return self.target(**params)


def built(target: Any, params: dict[str, Any] | None = None, random_state: int = OURS) -> Seeded:
    return seeded(Entry(target), params or {}, random_state)


def forest(**params: Any) -> RandomForestClassifier:
    return RandomForestClassifier(n_estimators=3, **params)


class Holder(ClassifierMixin, BaseEstimator):
    """A classifier with its model in whatever it is given."""

    def __init__(self, models: Any = ()) -> None:
        self.models = models

    def fit(self, X: Any, y: Any) -> Holder:
        held = list(self.models.values()) if isinstance(self.models, dict) else self.models
        self.model_ = held[0] if isinstance(held, list | tuple) else held
        self.model_ = self.model_[1] if isinstance(self.model_, tuple) else self.model_
        self.model_.fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> Any:
        return self.model_.predict_proba(X)


class Hiding(Holder):
    """Keeps its model in an attribute that is no parameter."""

    def __init__(self) -> None:
        self.models = [forest()]


class HidingMore(Holder):
    """Keeps a model in an attribute beside its parameters."""

    def __init__(self, more: int = 0) -> None:
        self.more = more
        self.models = [forest()]


class Refusing(Holder):
    def set_params(self, **params: Any) -> None:
        raise TypeError("no")


class Odd:
    """Nothing to do with seeds, and bad to ask."""

    def get_params(self) -> None:
        raise RuntimeError("not so")

    @property
    def random_state(self) -> None:
        raise RuntimeError("nor so")


class Wrapping(Holder):
    """Says nothing of the parameters of what it wraps."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"models": self.models}


class Plain:
    """A classifier that is no estimator: it takes a seed when it is built."""

    def __init__(self, random_state: Any = None) -> None:
        self.generator = np.random.default_rng(random_state)

    def fit(self, X: Any, y: Any) -> None:
        self.classes_ = np.unique(y)

    def predict_proba(self, X: Any) -> Any:
        share = self.generator.random(len(X))
        return np.column_stack([1 - share, share])


class Early(Plain):
    """An estimator that uses its seed when it is built, where ``set_params`` comes too late."""

    def __init__(self, random_state: Any = None) -> None:
        super().__init__(random_state)
        self.random_state = random_state

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        return {"random_state": self.random_state}

    def set_params(self, random_state: Any) -> Early:
        self.random_state = random_state
        return self


def search(cv: Any) -> GridSearchCV:
    return GridSearchCV(forest(), {"max_depth": [1, 2]}, cv=cv)


COMPOSED = {
    "an estimator": forest,
    "a pipeline": lambda: make_pipeline(StandardScaler(), forest()),
    "a pipeline in a pipeline": lambda: make_pipeline(StandardScaler(), make_pipeline(PCA(2), forest())),
    "a pipeline with a sampler": lambda: Chain([("s", SVMSMOTE()), ("f", forest())]),
    "a vote": lambda: VotingClassifier(
        [("a", forest()), ("b", SGDClassifier(loss="log_loss"))], voting="soft"
    ),
    "a stack": lambda: StackingClassifier([("a", forest())], forest(), cv=StratifiedKFold(3, shuffle=True)),
    "an ensemble of the default": lambda: BaggingClassifier(n_estimators=3),
    "an ensemble of an estimator": lambda: BaggingClassifier(forest(), n_estimators=3),
    "columns": lambda: make_pipeline(ColumnTransformer([("p", PCA(1), [0, 1])]), forest()),
    "a union": lambda: make_pipeline(FeatureUnion([("p", PCA(1)), ("q", PCA(2))]), forest()),
    "a search": lambda: search(StratifiedKFold(3, shuffle=True)),
    "a search that repeats": lambda: search(RepeatedStratifiedKFold(n_splits=3, n_repeats=2)),
    "a list": lambda: Holder([forest()]),
    "a list of pairs": lambda: Holder([("f", forest())]),
    "a mapping": lambda: Holder({"f": forest()}),
    "a list of pipelines": lambda: Holder([make_pipeline(StandardScaler(), forest())]),
    "an attribute": Hiding,
    "an attribute beside parameters": HidingMore,
    "an attribute of a step": lambda: make_pipeline(StandardScaler(), HidingMore()),
    "a class that sets no parameters": lambda: Refusing(make_pipeline(forest())),
    "something odd beside": lambda: Holder([forest(), Odd()]),
    "a wrapper that is silent": lambda: Wrapping(forest()),
    "a generator for a seed": lambda: make_pipeline(forest(random_state=np.random.RandomState())),
    "the module of numpy for a seed": lambda: make_pipeline(forest(random_state=np.random)),
    "a plain class": Plain,
    "a class that seeds itself early": Early,
    "a factory that takes a seed": lambda random_state=None: make_pipeline(forest(random_state=random_state)),
}


def answers(one: Seeded) -> Any:
    one.estimator.fit(X, Y)
    return one.estimator.predict_proba(X)


@pytest.mark.parametrize("case", COMPOSED)
def test_every_part_has_its_seed(case):
    """With the same seed a component gives the same numbers, with another one others; the seed is known."""
    first, again, other = (built(COMPOSED[case], random_state=seed) for seed in (OURS, OURS, OURS + 1))
    np.random.seed(1)  # noqa: NPY002 - whatever the global generator holds
    expected = answers(first)
    np.random.seed(2)  # noqa: NPY002 - likewise

    assert (first.random_state, first.loose) == (OURS, False)
    assert np.array_equal(expected, answers(again))
    assert not np.array_equal(expected, answers(other))


def test_parts_that_are_alike_have_seeds_of_their_own():
    """Two parts of one kind draw differently; the component's own seed is ours as it is."""
    vote = built(lambda: VotingClassifier([("a", forest()), ("b", forest())])).estimator
    bag = built(lambda: BaggingClassifier(forest())).estimator

    assert vote.get_params()["a__random_state"] != vote.get_params()["b__random_state"]
    assert bag.random_state == OURS
    assert bag.estimator.random_state not in (None, OURS)


def test_adding_a_part_moves_no_other():
    """A part's seed follows from where it stands, not from how many parts there are."""
    seeds = [
        built(lambda: VotingClassifier([*more, ("b", forest())])).estimator.get_params()["b__random_state"]  # noqa: B023 - built at once
        for more in ([], [("a", forest())])
    ]

    assert seeds[0] == seeds[1]


def test_the_suites_seed_stays():
    """What the suite says is the component's seed; the parts follow from it."""
    one = built(
        lambda random_state=None: BaggingClassifier(forest(), random_state=random_state),
        {"random_state": 3},
        3,
    )
    own = built(BaggingClassifier, {"random_state": 3}, 3)

    assert (own.estimator.random_state, own.random_state, own.loose) == (3, 3, False)
    assert (one.random_state, one.loose) == (3, False)


def test_a_number_that_a_plugin_gives_to_a_part_stays():
    """A part that has its seed from its author keeps it, and alone is no seed of ours."""
    one = built(lambda: make_pipeline(StandardScaler(), forest(random_state=5)))

    assert one.estimator[-1].random_state == 5
    assert (one.random_state, one.loose) == (None, False)


def test_an_own_seed_of_a_plugin_gives_way():
    """A component whose author has fixed its own seed is seeded like any other, so that seeds differ."""
    assert built(lambda: forest(random_state=5)).estimator.random_state == OURS


class RefusingSeed(Holder):
    def __init__(self, random_state: Any = None) -> None:
        self.random_state = random_state

    def set_params(self, **params: Any) -> None:
        raise TypeError("no")


class Deaf(Holder):
    """Takes a seed, and does nothing with it."""

    def __init__(self, random_state: Any = None) -> None:
        self.random_state = random_state

    def set_params(self, **params: Any) -> Deaf:
        return self


class Converting(Deaf):
    """Takes its seed in a form of its own."""

    def set_params(self, random_state: int) -> Converting:
        self.random_state = np.random.RandomState(random_state)
        return self


class Late:
    """Has a seed that nobody can give it."""

    def __init__(self) -> None:
        self.random_state = None


class Rolling:
    def __init__(self) -> None:
        self.random_state = np.random.RandomState()


class Generating(Holder):
    def __init__(self, rng: Any = None) -> None:
        self.rng = rng


class Seeding(Holder):
    """Calls its seed by another name."""

    def __init__(self, seed: Any = None) -> None:
        self.seed = seed


def seedless(cls: type) -> Any:
    """Return a factory that takes no seed."""

    def build() -> Any:
        return cls()

    return build


LOOSE = {
    "null of the suite": (forest, {"random_state": None}),
    "null of the suite around parts": (lambda **p: BaggingClassifier(forest(), **p), {"random_state": None}),
    "null for a plain class": (Plain, {"random_state": None}),
    "a seed that cannot be set": (seedless(RefusingSeed), {}),
    "a seed that is not taken": (seedless(Deaf), {}),
    "a seed without a way to it": (Late, {}),
    "a generator of its own": (Rolling, {}),
    "a generator under another name": (lambda: Generating(np.random.default_rng()), {}),
    "a state under another name": (lambda: Generating(np.random.RandomState(0)), {}),
    "a seed under another name": (Seeding, {}),
    "a part that is no estimator": (lambda: Holder([Late()]), {}),
}


@pytest.mark.parametrize("case", LOOSE)
def test_what_cannot_be_seeded_is_loose_and_no_seed_of_ours_is_recorded(case):
    """A seed that is not set is told, and one that was not used is not told of."""
    target, params = LOOSE[case]
    one = built(target, params)

    assert (one.random_state, one.loose) == (None, True)


@pytest.mark.parametrize(
    "target",
    [
        KNeighborsClassifier,
        lambda: make_pipeline(StandardScaler(), KNeighborsClassifier()),
        lambda: Seeding(seed=3),
        lambda: Holder(np.zeros(3)),
        lambda: Holder([RandomForestClassifier]),
    ],
    ids=["nothing random", "a pipeline of that", "a seed that is set", "an array", "a class"],
)
def test_what_takes_no_seed_is_given_none(target):
    """A component without a seed has none recorded, and nothing is said against it."""
    one = built(target)

    assert (one.random_state, one.loose) == (None, False)


def test_a_seed_may_be_kept_in_another_form():
    """A component that makes a generator of its seed has taken it."""
    one = built(seedless(Converting))

    assert (one.random_state, one.loose) == (OURS, False)


@pytest.mark.parametrize("cls", [Deaf, RefusingSeed])
def test_a_seed_that_was_taken_when_built_need_not_be_set(cls):
    """A class that takes a seed when it is built, and none afterwards, has it."""
    one = built(cls)

    assert one.estimator.random_state == OURS
    assert (one.random_state, one.loose) == (OURS, False)


def test_a_null_for_a_factory_is_no_null_for_its_parts():
    """Where the suite's null is a parameter of a function alone, the parts are seeded all the same."""
    one = built(
        lambda random_state=None: make_pipeline(forest(random_state=random_state)), {"random_state": None}
    )

    assert (one.random_state, one.loose) == (OURS, False)
    assert one.estimator[-1].random_state is not None


PARTS = st.sampled_from([forest, StandardScaler, PCA, SVC, LogisticRegression, KNeighborsClassifier])


@st.composite
def trees(draw: Any, depth: int = 3) -> Any:
    """Draw a function that builds estimators within estimators."""
    kind = draw(st.sampled_from(["leaf", "pipeline", "vote", "bag", "list"])) if depth else "leaf"
    if kind == "leaf":
        return draw(PARTS)
    parts = draw(st.lists(trees(depth - 1), min_size=1, max_size=3))
    return {
        "pipeline": lambda: make_pipeline(*[part() for part in parts]),
        "vote": lambda: VotingClassifier([(f"p{place}", part()) for place, part in enumerate(parts)]),
        "bag": lambda: BaggingClassifier(parts[0]()),
        "list": lambda: Holder([part() for part in parts]),
    }[kind]


def seeds_of(value: Any) -> list[Any]:
    """Return the seeds of an estimator and of all that it holds, found by hand."""
    if isinstance(value, list | tuple):
        return [seed for one in value for seed in seeds_of(one)]
    if not hasattr(value, "get_params"):
        return []
    own = value.get_params(deep=False)
    return [*([own["random_state"]] if "random_state" in own else []), *seeds_of(list(own.values()))]


@settings(deadline=None, max_examples=60)
@given(tree=trees())
def test_no_part_is_forgotten(tree):
    """However parts are nested, each seed in them is a number, the same each time; it is loose never."""
    one, again = built(tree), built(tree)
    found = seeds_of(one.estimator)

    assert all(isinstance(seed, int) for seed in found)
    assert found == seeds_of(again.estimator)
    assert (one.random_state, one.loose) == (OURS if found else None, False)


@pytest.mark.parametrize("kind", ["oversampler", "classifier"])
def test_what_is_installed_takes_the_seed_that_is_recorded(kind):
    """A registered name that has a seed of its own is given ours, unchanged; none is loose."""
    for entry in load_registry().entries(kind):
        if entry.state == "ok":
            one = seeded(entry, {}, OURS)
            own = one.estimator.get_params(deep=False)
            assert (entry.name, own.get("random_state"), one.loose) == (entry.name, one.random_state, False)
            assert one.random_state == (OURS if "random_state" in own else None)


def test_a_seed_is_a_number_that_json_knows():
    """What is recorded can be written down."""
    assert json.dumps(built(forest).random_state) == str(OURS)
