"""The public door: what a plugin may rely on."""

import subprocess
import sys
import typing
from dataclasses import FrozenInstanceError

import numpy as np
import pluggy
import pytest
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression

from oversample_bench import api
from oversample_bench.plugins.baselines import NoResampling


def test_the_door_offers_what_it_lists():
    """Every name of `__all__` is there, and every public class of the module is in it."""
    defined = {name for name, value in vars(api).items() if getattr(value, "__module__", "") == api.__name__}

    assert all(hasattr(api, name) for name in api.__all__)
    assert {name for name in defined if not name.startswith("_")} <= set(api.__all__)


def test_the_version_and_the_group_are_promises():
    """Plugins are found by this group, and a change of the door is a new version of it."""
    assert (api.API_VERSION, api.ENTRY_POINT_GROUP) == (1, "oversample_bench")


def test_importing_the_door_imports_no_framework():
    """A plugin that is listed but not used costs nothing: not even NumPy is imported for it."""
    program = (
        "import sys, oversample_bench.api; print(*{'numpy', 'pandas', 'sklearn', 'ray'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_a_marked_function_is_a_hook_of_the_group():
    """`hookimpl` marks what the host's plugin manager looks for."""

    class Plugin:
        @api.hookimpl
        def register_oversamplers(self, register):
            register("jitter", SMOTE)

    manager = pluggy.PluginManager(api.ENTRY_POINT_GROUP)
    manager.register(Plugin())
    offered = {}
    manager.hook.register_oversamplers(register=offered.__setitem__)

    assert offered == {"jitter": SMOTE}


def test_an_oversampler_is_what_has_fit_resample():
    """imbalanced-learn's samplers and the baseline are oversamplers as they are; a classifier is none."""
    assert isinstance(SMOTE(), api.Oversampler)
    assert isinstance(NoResampling(), api.Oversampler)
    assert not isinstance(LogisticRegression(), api.Oversampler)


def test_a_data_set_needs_its_rows_and_labels_only():
    """Names, categories, source and licence may be left out; what is there stays as it is."""
    dataset = api.Dataset(np.zeros((2, 1)), np.array([0, 1]))

    assert (dataset.feature_names, dict(dataset.categories), dataset.source, dataset.licence) == (
        (),
        {},
        "",
        "",
    )
    with pytest.raises(FrozenInstanceError):
        dataset.source = "elsewhere"


def test_data_sets_have_categories_of_their_own():
    """One set's categories are not another's."""
    one, other = (api.Dataset(np.zeros((2, 1)), np.array([0, 1])) for _ in range(2))

    assert one.categories is not other.categories
    assert one != other


def test_a_metric_is_of_labels_and_better_when_higher_unless_it_says_otherwise():
    """The usual metric is a function and nothing else."""
    metric = api.Metric(lambda y, p: float((y == p).mean()))

    assert (metric.higher_is_better, metric.needs) == (True, "labels")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"needs": "proba"}, "a metric needs 'labels', 'scores' or 'probabilities', not 'proba'"),
        ({"needs": "Labels"}, "not 'Labels'"),
        ({"needs": None}, "not None"),
        ({"needs": ["labels"]}, r"not \['labels'\]"),
        ({"higher_is_better": "no"}, "higher_is_better is 'no'; expected True or False"),
        ({"higher_is_better": 0}, "higher_is_better is 0; expected True or False"),
        ({"compute": 0.5}, "compute is 0.5; expected a function"),
        (
            {"compute": "sklearn.metrics:f1_score"},
            "compute is 'sklearn.metrics:f1_score'; expected a function",
        ),
    ],
)
def test_a_metric_that_says_something_else_is_none(wrong, words):
    """What a metric needs is one of three words, its direction a truth value, and it can be called."""
    with pytest.raises((TypeError, ValueError), match=words):
        api.Metric(**{"compute": max, **wrong})


@pytest.mark.parametrize(
    "wrong", [{"feature_names": "abc"}, {"categories": {1: "red"}}, {"categories": {0: ("red",), 2: ""}}]
)
def test_a_text_is_no_tuple_of_names(wrong):
    """One name without its tuple is refused: its letters are not the names."""
    with pytest.raises(TypeError, match="expected a tuple of names"):
        api.Dataset(np.zeros((2, 3)), np.array([0, 1]), **wrong)


def test_unavailable_is_a_sentence():
    """A loader tells what to do; the host prints it as it is."""
    assert str(api.Unavailable("fetch it first")) == "fetch it first"
    assert not issubclass(api.Unavailable, OSError)


def test_the_callback_takes_what_the_guide_shows():
    """`register(name, target, *, defaults, requires, install)` is the public signature."""
    hints = typing.get_type_hints(api.Register.__call__, localns={"Any": typing.Any})

    assert list(hints) == ["name", "target", "defaults", "requires", "install", "about", "return"]
