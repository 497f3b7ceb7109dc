"""What is told of each installed name: by `bench plugins list` and `show`, and by the schema of a suite."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from oversample_bench.cli import main
from oversample_bench.plugins import docstrings
from oversample_bench.plugins.completion import installed_schema
from oversample_bench.plugins.descriptions import Description, description_of
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import Registry, load_registry

OWN = '''
"""Names with words of their own."""
from oversample_bench.api import About, hookimpl


class Plain:
    """Do nothing much. In two sentences.

    Parameters
    ----------
    strength : float, default=2.0
        How much it does not do.
    first, second : int
        Two at once.

    References
    ----------
    .. [1] A. Author, "A title", 2001.
    .. [2] B. Author, "Another", 2002.
    """

    def __init__(self, strength=2.0, first=1, second=(1, 2), random_state=None):
        pass

    def fit_resample(self, X, y):
        return X, y


class Undocumented(Plain):
    accepts_categories = True

    def __init__(self, needed, device="auto"):
        pass


@hookimpl
def register_oversamplers(register):
    register("plain", Plain, defaults={"strength": 0.5})
    register("bare", Undocumented)
    said = About("It is told.", "Somebody, 1999", gpu=True, deterministic=True, least_minority=3)
    register("told", Plain, about=said)
    register("gone", "no_such_module:Thing", requires=("no_such_module",), install="pip install it")
    register("broken", "no_such_module:Thing")
'''

Bench = Callable[..., str]


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Carry out a command line that ends well, with the built-ins alone, and return what it prints."""
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")

    def run(*words: str) -> str:
        with pytest.raises(SystemExit) as caught:
            main(words)
        done = capsys.readouterr()
        assert caught.value.code == 0, done.err
        return done.out

    return run


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "builtin")
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    return load_registry((LooseFile.read(str(tmp_path / "own.py")),))


def of(registry: Registry, name: str, kind: str = "oversampler") -> Description:
    return description_of(registry.entry(kind, name))


def test_the_signature_and_the_docstring_say_what_a_name_is(own: Registry) -> None:
    """The defaults of the registration go before those of the signature; each parameter has its sentence."""
    found = of(own, "plain")

    assert "Do nothing much." == found.summary
    assert 'A. Author, "A title", 2001.; B. Author, "Another", 2002.' == found.reference
    assert ["strength=0.5", "first=1", "second=(1, 2)", "random_state=None"] == [
        one.told for one in found.parameters
    ]
    assert ["How much it does not do.", "Two at once.", "Two at once.", ""] == [
        one.about for one in found.parameters
    ]
    assert () == found.tags


def test_capabilities_are_told_from_what_a_class_has(own: Registry) -> None:
    """A device is a GPU, no seed is determinism, tables of categories are mixed; docstrings are inherited."""
    found = of(own, "bare")

    assert ("gpu", "deterministic", "mixed tables") == found.tags
    assert "Do nothing much." == found.summary
    assert (True, "needed") == (found.parameters[0].required, found.parameters[0].told)


def test_a_plugin_has_the_last_word(own: Registry) -> None:
    """What a plugin says of its name goes before what the host can tell."""
    found = of(own, "told")

    assert ("It is told.", "Somebody, 1999", 3) == (found.summary, found.reference, found.least_minority)
    assert ("gpu", "deterministic") == found.tags


def test_what_cannot_be_imported_is_told_as_such(own: Registry) -> None:
    """A name whose target is not there has its state and the reason, and no parameters."""
    gone, broken = of(own, "gone"), of(own, "broken")

    assert ("unavailable", "needs no_such_module; pip install it") == (gone.state, gone.reason)
    assert "broken" == broken.state
    assert "cannot be imported from 'no_such_module:Thing'" in broken.reason
    assert () == gone.parameters == broken.parameters


def test_a_wrapped_classifier_is_told_with_its_own_parameters(own: Registry) -> None:
    """`knn_threshold` takes what tunes the threshold, and what `knn` takes; not how it is built inside."""
    told = [one.told for one in of(own, "knn_threshold", "classifier").parameters]
    knn = [one.told for one in of(own, "knn", "classifier").parameters]

    assert ["scoring='balanced_accuracy'", "cv=5", "random_state=None", *knn] == told


@pytest.mark.parametrize("kind", ["oversampler", "classifier", "metric"])
def test_every_installed_name_is_told_in_a_sentence(kind: str) -> None:
    """No name that is installed here is without a description; parameters are plain JSON."""
    found = [description_of(entry) for entry in load_registry().entries(kind) if entry.state == "ok"]

    assert [] == [one.name for one in found if not one.summary or one.state != "ok"]
    assert json.loads(json.dumps([one.plain() for one in found], allow_nan=False))


def test_works_in_bibtex_are_read() -> None:
    """Author, title and year of a BibTeX entry are a reference; braces and line breaks are left out."""
    entry = "@article{a,\n author={Doe, J.},\n title={{SMOTE}: \n more},\n year={2002}\n}"
    text = f"References:\n    * BibTex::\n\n  {entry}"

    assert "Doe, J., SMOTE: more, 2002" == docstrings.reference(text)
    assert "" == docstrings.reference("Mail me @ home. {title={x}}")


def test_list_has_a_line_for_each_name_of_a_kind(bench: Bench) -> None:
    """`bench plugins list --kind KIND` cuts nothing off; `--all` has all kinds; programs read `--json`."""
    registry = load_registry()
    lines = bench("plugins", "list", "--kind", "oversampler").splitlines()
    every = json.loads(bench("plugins", "list", "--all", "--json"))
    grouped = json.loads(bench("plugins", "list", "--json"))

    assert ["name", "kind", "plugin", "distribution", "version", "state"] == lines[0].split()
    assert {"none", "random", "threshold"} <= {line.split()[0] for line in lines[1:]}
    assert len([key for key in registry.known if registry.known[key].plugin == "builtin"]) == len(every)
    assert ["builtin"] == [plugin["name"] for plugin in grouped]
    assert "mcc" in grouped[0]["names"]["metric"]


def test_show_has_the_parameters_of_a_name(bench: Bench) -> None:
    """`bench plugins show NAME` prints a line a parameter, the distribution and the reference."""
    out = bench("plugins", "show", "random", "f1")

    assert out.startswith("random: oversampler\n  Class to perform random over-sampling.\n")
    assert "offered by           oversample-bench " in out
    assert "reference            G Menardi, N. Torelli" in out
    assert "    shrinkage=None " in out
    assert "f1: metric" in out


def test_show_without_a_name_shows_all(bench: Bench) -> None:
    """Without a name there is a line for each oversampler, classifier and metric; `--kind` has one kind."""
    every = {line.split()[0] for line in bench("plugins", "show").splitlines()}
    told = json.loads(bench("plugins", "show", "--kind", "metric", "--json"))

    assert {"none", "knn_threshold", "mcc"} <= every
    assert {"metric"} == {one["kind"] for one in told}
    assert ["needs probabilities", "lower is better"] == next(
        one["tags"] for one in told if one["name"] == "brier"
    )


def test_show_of_a_class_that_nobody_registered(bench: Bench) -> None:
    """An import path is shown as a name is."""
    out = bench("plugins", "show", "imblearn.over_sampling:SMOTEN", "--json")

    assert ("imbalanced-learn", "k_neighbors") == (
        json.loads(out)[0]["distribution"],
        json.loads(out)[0]["parameters"][3]["name"],
    )


def test_show_of_an_unknown_name_says_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that nobody offers ends with 1 and the nearest one."""
    with pytest.raises(SystemExit) as caught:
        main(["plugins", "show", "randon"])

    assert 1 == caught.value.code
    assert "Did you mean 'random'?" in capsys.readouterr().err


def test_the_schema_completes_names_and_parameters(own: Registry) -> None:
    """An editor is told every name, the parameters under each, and their defaults; other names are valid."""
    schema = installed_schema(own)
    method = schema["$defs"]["MethodItem"]
    branches = {one["if"]["properties"]["name"]["const"]: one["then"] for one in method["allOf"]}

    assert {"plain", "none", "gone"} <= set(method["properties"]["name"]["anyOf"][0]["enum"])
    assert {"mcc", "f1"} <= set(schema["properties"]["metrics"]["items"]["anyOf"][0]["enum"])
    assert "ecoli1" in schema["properties"]["data"]["items"]["anyOf"][0]["anyOf"][0]["enum"]
    assert {"description": "How much it does not do.", "default": 0.5} == (
        branches["plain"]["properties"]["params"]["properties"]["strength"]
    )
    assert not {"gone", "broken"} & set(branches)


def test_the_completed_schema_takes_what_is_elsewhere(own: Registry) -> None:
    """A path, a name of another machine and parameters with a component pass; a wrong type does not."""
    schema = installed_schema(own)
    jsonschema.validators.validator_for(schema).check_schema(schema)
    suite = {
        "name": "s",
        "data": ["ecoli1", "elsewhere"],
        "methods": ["package.module:Class", {"name": "plain", "params": {"strength": {"name": "other"}}}],
        "classifiers": ["knn"],
    }
    jsonschema.validate(suite, schema)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**suite, "methods": [{"name": 3}]}, schema)
