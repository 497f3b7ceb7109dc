"""Checking a suite before the first fit: all that is wrong is said at once, each with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import Component
from oversample_bench.plugins.origins import host
from oversample_bench.plugins.registry import Entry, Registry, load_registry
from oversample_bench.plugins.validation import check_names, check_parameters, complaint, registry_of
from oversample_bench.suite import Suite, parse_suite

HOST = [entry for kind in ("oversampler", "classifier") for entry in load_registry().entries(kind)]


@pytest.fixture(autouse=True)
def built_ins_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check against what the host itself offers, whatever is installed beside it."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")


def suite(*lines: str, folder: Path | None = None) -> Suite:
    """Return a suite of one line a key; what is not given is as small as it can be."""
    keys = {line.partition(":")[0] for line in lines}
    smallest = {"data": "[ecoli1]", "methods": "[none]", "classifiers": "[knn]"}
    rest = [f"{key}: {value}" for key, value in smallest.items() if key not in keys]
    return parse_suite("\n".join(["name: s", *lines, *rest]), "s.yaml", folder)


def refused(check: Any, *arguments: Any, **keywords: Any) -> list[str]:
    with pytest.raises(UsageError) as caught:
        check(*arguments, **keywords)
    return str(caught.value).splitlines()


def entry(target: Any, kind: str = "oversampler") -> Entry:
    return Entry(kind, "toy", "plug", host(), target)


def said_of(one: Entry, params: dict[str, Any] | None = None, batch: int = 1) -> str:
    """Return what is wrong with one name, in a registry that offers nothing else."""
    registry = Registry((), {(one.kind, one.name): one})
    return complaint(registry, one.kind, Component.of(one.name, params), batch)


class Sampler:
    """A method with two parameters that has no base class."""

    def __init__(self, first: int = 1, *, second: int = 2) -> None:
        self.first, self.second = first, second

    def fit_resample(self, X: Any, y: Any) -> Any:
        return X, y


# --- names


def test_every_wrong_name_is_told_at_once_with_its_place_and_the_nearest():
    """A newcomer with five mistakes gets five lines, in the order data, methods, classifiers, metrics."""
    wrong = suite(
        "data: [ecolli1, ecoli2]",
        "methods: [none, {label: x, name: randm}]",
        "classifiers: [knnn]",
        "metrics: [mcc, f1_makro]",
        "allow_no_baseline: true",
    )

    lines = refused(check_names, wrong, load_registry())

    assert [line.split(". Did")[0] for line in lines] == [
        "s.yaml:2:8: no installed plugin offers the data set 'ecolli1'",
        "s.yaml:3:34: no installed plugin offers the oversampler 'randm'",
        "s.yaml:4:15: no installed plugin offers the classifier 'knnn'",
        "s.yaml:5:16: no installed plugin offers the metric 'f1_makro'",
    ]
    nearest = ["'ecoli1'?", "'random'?", "'knn'?", "'f1_macro'?"]
    assert [line.split("Did you mean ")[1].split(" ")[0] for line in lines] == nearest


def test_names_are_checked_without_an_import():
    """A name whose target is broken passes: whether it can be built is another check."""
    check_names(suite("classifiers: [knn, mlp_threshold]"), load_registry())


def test_an_unavailable_name_is_refused_with_what_to_install(tmp_path):
    """A method whose requirement is missing is told at its place, with the hint of its plugin."""
    (tmp_path / "own.py").write_text(
        "from oversample_bench.api import hookimpl\n@hookimpl\ndef register_oversamplers(register):\n"
        "    register('big', 'a:b', requires=('no_such_module',), install='pip install it')\n",
        encoding="utf-8",
    )
    asked = suite("plugins: [own.py]", "methods: [none, big]", folder=tmp_path)

    lines = refused(check_names, asked, registry_of(asked))

    assert lines == [
        "s.yaml:3:17: the oversampler 'big' is unavailable: needs no_such_module; pip install it"
    ]


def test_an_unavailable_data_set_is_no_mistake_of_the_suite(tmp_path):
    """A set that this machine does not have becomes rows with a reason, so its name passes."""
    (tmp_path / "own.py").write_text(
        "from oversample_bench.api import hookimpl\n@hookimpl\ndef register_datasets(register):\n"
        "    register('far', 'a:b', requires=('no_such_module',))\n",
        encoding="utf-8",
    )
    asked = suite("plugins: [own.py]", "data: [far]", folder=tmp_path)

    check_names(asked, registry_of(asked))


def test_broken_loose_plugins_are_told_at_their_places(tmp_path):
    """Of several loose files each broken one has its line; the good ones have none."""
    for name, text in {"a.py": "1 / 0", "b.py": "def (:"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "good.py").write_text(
        "from oversample_bench.api import hookimpl\n@hookimpl\ndef register_metrics(register):\n    pass\n",
        encoding="utf-8",
    )

    lines = refused(registry_of, suite("plugins: [a.py, good.py, b.py]", folder=tmp_path))

    assert lines[0] == ("s.yaml:2:11: the plugin a.py is broken: ZeroDivisionError: division by zero")
    assert lines[1].startswith("s.yaml:2:26: the plugin b.py is broken: SyntaxError: ")
    assert len(lines) == 2


# --- parameters


@given(st.dictionaries(st.sampled_from(["first", "second", "fist", "x", "third"]), st.integers(), max_size=4))
def test_parameters_pass_exactly_when_the_constructor_takes_them(params):
    """The first parameter that there is no such parameter for is named; without one nothing is said."""
    unknown = sorted(set(params) - {"first", "second"})

    said = said_of(entry(Sampler), params)

    if unknown:
        assert said.startswith(f"oversampler 'toy' (plugin 'plug'): there is no parameter '{unknown[0]}'.")
        assert said.endswith("There are: first, second")
    else:
        assert said == ""


@pytest.mark.parametrize("one", HOST, ids=lambda one: one.name)
def test_whatever_is_offered_can_be_built_as_it_comes(one):
    """No installed method or classifier is refused with its own defaults."""
    if one.state != "ok":
        pytest.skip(f"{one.name}: {one.reason}")
    if refused := getattr(one.resolve(), "refused", ""):
        pytest.skip(f"{one.name} refuses all data: {refused}")

    assert said_of(one) == ""


def test_wrong_parameters_and_values_are_all_told_at_once():
    """Names are compared with signatures, values against what scikit-learn declares of them."""
    wrong = suite(
        "methods: [none, {name: none, label: b, params: {a: 1}}, {name: random, params: {shrinkag: 1}}]",
        "classifiers: [{name: knn, params: {n_neighbors: 0}}, {name: logistic_regression, params: {C: -1}}]",
    )

    lines = refused(check_parameters, wrong, load_registry(), everything=False)

    told = {
        "s.yaml:2:17: oversampler 'none'": "there is no parameter 'a'. It takes none.",
        "s.yaml:2:57: oversampler 'random'": "there is no parameter 'shrinkag'. Did you mean 'shrinkage'? ",
        "s.yaml:3:15: classifier 'knn'": "The 'n_neighbors' parameter of KNeighborsClassifier must be",
        "s.yaml:3:54: classifier 'logistic_regression'": "The 'C' parameter of LogisticRegression must be",
    }
    assert len(lines) == len(told)
    for line, (place, sentence) in zip(lines, told.items(), strict=True):
        assert line.startswith(f"{place} (plugin 'builtin'): {sentence}")


def test_a_batch_is_refused_where_a_method_fits_one_by_one():
    """`batch` on a method without fit_resample_batch is told with what to do."""
    lines = refused(check_parameters, suite("methods: [none, {name: random, batch: 3}]"), load_registry())

    (line,) = lines
    assert line.startswith("s.yaml:2:17: oversampler 'random' (plugin 'builtin') is fitted one by one: ")
    assert line.endswith("it has no fit_resample_batch, so leave `batch` out")


def test_a_batch_is_fine_where_a_method_can():
    """A method with fit_resample_batch may be given a batch."""
    batched = type("Batched", (Sampler,), {"fit_resample_batch": lambda *_: None})

    assert said_of(entry(batched), batch=3) == ""


def test_planning_builds_only_what_has_parameters_of_its_own(tmp_path):
    """`bench plan` does not pay for imports that it can do without; `bench run` builds everything."""
    (tmp_path / "own.py").write_text(
        "from oversample_bench.api import hookimpl\n@hookimpl\ndef register_oversamplers(register):\n"
        "    register('lazy', 'no_such_module:Lazy')\n",
        encoding="utf-8",
    )
    asked = suite("plugins: [own.py]", "methods: [none, lazy]", folder=tmp_path)
    registry = registry_of(asked)

    check_parameters(asked, registry, everything=False)

    (line,) = refused(check_parameters, asked, registry)
    assert line.startswith("s.yaml:3:17: the oversampler 'lazy' (plugin 'own.py') cannot be imported from")


# --- what a plugin's own constructor may do


class Exits(Sampler):
    def __init__(self) -> None:
        raise SystemExit("no licence")


class Raises(Sampler):
    def __init__(self) -> None:
        raise RuntimeError("first line\nsecond line")


class Forwards(Sampler):
    def __init__(self, **others: int) -> None:
        super().__init__(**others)


class ValidatesRows(Sampler):
    """Has a method of scikit-learn's private name, with another meaning."""

    def _validate_params(self, X: Any, y: Any) -> None:
        raise AssertionError


@pytest.mark.parametrize(
    ("target", "params", "said"),
    [
        (Exits, {}, "oversampler 'toy' (plugin 'plug'): no licence"),
        (Raises, {}, "oversampler 'toy' (plugin 'plug'): first line second line"),
        (Forwards, {"first": 3}, ""),
        (Forwards, {"third": 3}, "got an unexpected keyword argument 'third'"),
        (ValidatesRows, {}, ""),
        (dict, {"any": 1}, "oversampler 'toy' (plugin 'plug') is no oversampler: dict has no fit_resample"),
        (min, {}, "oversampler 'toy' (plugin 'plug'): min expected at least 1 argument, got 0"),
        ("oversample_bench.plugins.builtin:METRICS", {}, "'tuple' object is not callable"),
    ],
)
def test_whatever_a_constructor_does_is_told_in_one_line(target, params, said):
    """A constructor that exits, raises or is none at all is a complaint, never a traceback."""
    found = said_of(entry(target), params)

    assert found == said or (said and found.endswith(said))
    assert "\n" not in found


def test_a_classifier_must_fit_and_predict():
    """A class that cannot be a classifier is told before anything is computed."""
    said = said_of(entry(Sampler, "classifier"))

    assert said == "classifier 'toy' (plugin 'plug') is no classifier: Sampler has no fit"


def test_a_metric_must_be_one(tmp_path):
    """A metric that is no Metric, or cannot be imported, is told at its place before the first fit."""
    (tmp_path / "own.py").write_text(
        "from oversample_bench.api import hookimpl\n@hookimpl\ndef register_metrics(register):\n"
        "    register('plain', max)\n    register('gone', 'no_such_module:M')\n",
        encoding="utf-8",
    )
    asked = suite("plugins: [own.py]", "metrics: [mcc, plain, gone]", folder=tmp_path)

    lines = refused(check_parameters, asked, registry_of(asked))

    assert lines[0] == (
        "s.yaml:3:16: metric 'plain' (plugin 'own.py') is a builtin_function_or_method, not a Metric"
    )
    assert lines[1].startswith("s.yaml:3:23: the metric 'gone' (plugin 'own.py') cannot be imported")
