import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from sklearn.base import is_classifier
from threadpoolctl import threadpool_limits

from oversample_bench.api import Metric
from oversample_bench.evaluation.predictions import predicted
from oversample_bench.evaluation.scoring import computed
from oversample_bench.plugins import builtin, metrics

PROMISED_CLASSIFIERS = {
    "mlp",
    "linear_svc",
    "adaboost",
    "adaboost_samme_r",
    "logistic_regression",
    "random_forest",
    "knn",
    "decision_tree",
    "hist_gradient_boosting",
}


def offered(hook):
    """Return what a hook registers: target and defaults by name."""
    found = {}

    def register(name, target, *, defaults=None, requires=(), install=""):
        assert name not in found
        found[name] = (target, dict(defaults or {}))

    hook(register)
    return found


OVERSAMPLERS = offered(builtin.register_oversamplers)
CLASSIFIERS = offered(builtin.register_classifiers)
METRICS = offered(builtin.register_metrics)


def resolved(target):
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def built(name, **params):
    target, defaults = CLASSIFIERS[name]
    return resolved(target)(**{**defaults, **params})


def test_importing_the_names_imports_nothing_heavy():
    """Listing what is built in needs neither scikit-learn nor numpy."""
    code = "import sys, oversample_bench.plugins.builtin; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert {"numpy", "sklearn", "imblearn"}.isdisjoint(done.stdout.split())


def test_the_promised_names_are_there():
    """Suites of others rely on these names."""
    assert set(OVERSAMPLERS) == {"none", "class_weight", "threshold", "prior_correction", "random"}
    assert {
        name for name in CLASSIFIERS if not name.endswith(("_balanced", "_threshold"))
    } == PROMISED_CLASSIFIERS
    assert {f"{name}_threshold" for name in PROMISED_CLASSIFIERS} <= set(CLASSIFIERS)
    assert set(METRICS) == set(builtin.METRICS)


def test_each_target_exists_and_is_of_its_kind():
    """Every lazy name leads to a sampler, a classifier or a metric."""
    assert all(hasattr(resolved(target), "fit_resample") for target, _ in OVERSAMPLERS.values())
    assert all(is_classifier(built(name)) for name in CLASSIFIERS)
    assert all(isinstance(resolved(target), Metric) for target, _ in METRICS.values())


def test_no_metric_of_the_module_is_left_out():
    """Each metric constant is registered under its own name in small letters."""
    constants = {name.lower() for name, value in vars(metrics).items() if isinstance(value, Metric)}

    assert constants == set(METRICS)


def test_classes_are_weighed_wherever_scikit_learn_can():
    """A balanced variant exists exactly for the classifiers with ``class_weight``, and sets it."""
    can = {name for name in PROMISED_CLASSIFIERS if "class_weight" in built(name).get_params()}

    assert can == set(builtin.WEIGHING_CLASSES)
    assert {name.removesuffix("_balanced") for name in CLASSIFIERS if name.endswith("_balanced")} == can
    assert all(built(f"{name}_balanced").class_weight == "balanced" for name in can)


def test_defaults_are_those_of_scikit_learn_but_for_one():
    """Only logistic regression departs from the library's defaults, in its iterations."""
    changed = {name: CLASSIFIERS[name][1] for name in PROMISED_CLASSIFIERS if CLASSIFIERS[name][1]}

    assert changed == {"logistic_regression": {"max_iter": 1000}}
    assert all(built(name).get_params().get("n_jobs") is None for name in PROMISED_CLASSIFIERS)


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_a_misspelt_parameter_is_named_when_the_classifier_is_built(name):
    """Nothing has to be fitted to learn that a parameter does not exist."""
    with pytest.raises(TypeError, match="no_such_parameter"):
        built(name, no_such_parameter=1)


def test_a_tuned_classifier_takes_the_parameters_of_its_base():
    """Parameters of the suite reach the class below the tuning, over the defaults."""
    model = built("logistic_regression_threshold", C=0.5, cv=3, random_state=7)

    assert (model.estimator.C, model.estimator.max_iter) == (0.5, 1000)
    assert (model.cv, model.random_state) == (3, 7)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_each_classifier_learns_and_is_scored_by_all_metrics(name):
    """Every pair of a built-in classifier and metric gives a number or a declared blank."""
    generator = np.random.default_rng(0)
    y = (np.arange(60) % 4 == 0).astype(int)
    X = generator.normal(size=(60, 3)) + 2 * y[:, None]
    model = built(name)
    if "random_state" in model.get_params():
        model.set_params(random_state=0)
    wanted = {metric: resolved(target) for metric, (target, _) in METRICS.items()}
    with threadpool_limits(1):  # gradient boosting starts threads that wait for each other
        scores, failed = computed(predicted(model.fit(X, y), X, wanted), y, wanted)

    assert failed == {}
    assert scores["balanced_accuracy"] > 0.7
    assert [key for key, value in scores.items() if value is None] in ([], ["brier", "log_loss", "ece"])
