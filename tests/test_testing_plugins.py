"""The contracts of a plugin as a whole have teeth: each rule is broken by a small bad plugin or README."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import KNeighborsClassifier

from oversample_bench.api import Metric, hookimpl
from oversample_bench.testing import HooksContract, ReadmeContract, broken_rules
from oversample_bench.testing.hooks_contract import Offer, offers

ENTRY = "the_entry_point_leads_to_the_hooks"
HOOK = "each_hook_is_one_that_the_host_calls"
PROMISED = "the_promised_names_are_offered"
LEADS = "each_name_leads_to_what_it_says"
QUICK = "listing_the_names_loads_no_framework"
EXAMPLES = "the_examples_run"
NAMED = "each_function_that_is_named_exists"

HOOKS = """
from oversample_bench.api import hookimpl

@hookimpl
def register_oversamplers(register):
    register("twice", "imblearn.over_sampling:RandomOverSampler")
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Write a module with hooks; return the rules that it breaks, less that of the entry point."""
    monkeypatch.syspath_prepend(tmp_path)

    def broken(name, text, **promised):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        contract = type(
            "TestHooks", (HooksContract,), {"module": name, "oversamplers": ("twice",), **promised}
        )
        found = broken_rules(contract())
        monkeypatch.delitem(sys.modules, name, raising=False)
        assert "has 'rules_" in found.pop(ENTRY)  # nothing is installed
        return found

    return broken


def test_the_built_in_plugin_keeps_the_rules():
    """The host's own hooks are found by their entry point, and offer things of their kinds."""
    module = "oversample_bench.plugins.builtin"
    kinds = ("oversamplers", "classifiers", "datasets", "metrics")
    promised = {kind: tuple(offers(module, kind)) for kind in kinds}
    unseeded = tuple(
        name
        for name, offer in offers(module, "oversamplers").items()
        if "random_state" not in offer.resolved()(**offer.defaults).get_params()
    )
    contract = type("TestHooks", (HooksContract,), {"module": module, "unseeded": unseeded, **promised})

    assert "none" in promised["oversamplers"]
    assert broken_rules(contract()) == {}


def test_an_honest_plugin_breaks_no_rule(plugin):
    """A marked hook with the promised name, for a sampler that takes a seed, is all there is to it."""
    assert plugin("rules_kept", HOOKS) == {}


def test_a_hook_without_its_mark_is_told(plugin):
    """A hook that the host would never call breaks the rule, although its names are there."""
    assert HOOK in plugin("rules_unmarked", HOOKS.replace("@hookimpl\n", ""))


def test_a_hook_of_another_name_is_told(plugin):
    """A slip in the name of a hook breaks the rule, and its names are missing."""
    assert set(plugin("rules_slip", HOOKS.replace("oversamplers", "oversampler"))) == {HOOK, PROMISED}


def test_a_module_without_hooks_is_told(plugin):
    """A module that offers nothing breaks the rule."""
    assert HOOK in plugin("rules_empty", "")


@pytest.mark.parametrize("promised", [(), ("twice", "thrice"), ("thrice",)])
def test_another_name_than_promised_is_told(plugin, promised):
    """Names that are missing, and names that are new, break the rule."""
    assert set(plugin("rules_names", HOOKS, oversamplers=promised)) == {PROMISED}


@pytest.mark.parametrize(
    "target",
    [
        "imblearn.over_sampling:Absent",
        "absent_package:Sampler",
        "sklearn.neighbors:KNeighborsClassifier",
        "oversample_bench.api:ENTRY_POINT_GROUP",
    ],
)
def test_a_name_that_leads_nowhere_is_told(plugin, target):
    """A target that is not there, is no sampler, or takes no seed breaks the rule."""
    text = HOOKS.replace("imblearn.over_sampling:RandomOverSampler", target)

    assert set(plugin("rules_target", text)) == {LEADS}


def test_a_name_that_requires_what_is_not_here_is_let_off(plugin):
    """What needs a package that is not installed cannot be built, and is no fault."""
    text = HOOKS.replace('RandomOverSampler"', 'Absent", requires=["absent_package"]')

    assert plugin("rules_requires", text) == {}


def test_a_heavy_import_is_told(plugin):
    """A module with hooks that imports the method itself breaks the rule of the quick list."""
    assert set(plugin("rules_heavy", "import sklearn\n" + HOOKS)) == {QUICK}


def test_a_metric_that_is_none_is_told(plugin):
    """A metric is a `Metric`, not a function."""
    text = HOOKS + "\n\n@hookimpl\ndef register_metrics(register):\n    register('sum', sum)\n"

    assert set(plugin("rules_metric", text, metrics=("sum",))) == {LEADS}


def test_an_offer_keeps_what_was_registered():
    """Targets by name are imported, others are themselves; defaults and requirements are kept."""

    class Plugin:
        @staticmethod
        @hookimpl
        def register_oversamplers(register):
            register("two", SMOTE, defaults={"k_neighbors": 2}, requires=["numpy", "absent"], install="try")

    sys.modules["rules_offer"] = Plugin  # as good as a module to whoever asks for its attributes
    try:
        (found,) = offers("rules_offer", "oversamplers").values()
    finally:
        del sys.modules["rules_offer"]
    metric = Metric(sum)

    assert found == Offer(SMOTE, {"k_neighbors": 2}, ["numpy", "absent"], "try")
    assert found.missing() == ["absent"]
    assert found.resolved() is SMOTE
    assert Offer("sklearn.neighbors:KNeighborsClassifier", {}, (), "").resolved() is KNeighborsClassifier
    assert Offer(metric, {}, (), "").resolved() is metric


README = """# A plugin

```python
print(1 + 1)
```

## Steps

`imports.frameworks_loaded_by` and `running.broken_rules.__name__.upper` do it.

## Others

`nothing.at_all`
"""


def readme_rules(tmp_path, text=README, **said):
    file = tmp_path / "README.md"
    file.write_text(text, encoding="utf-8")
    whole = {"readme": file, "package": "oversample_bench.testing", "section": "## Steps", **said}
    return broken_rules(type("TestReadme", (ReadmeContract,), whole)())


def test_a_true_readme_breaks_no_rule(tmp_path):
    """Examples that run and names that are there, in the section that is looked at, are enough."""
    assert readme_rules(tmp_path) == {}


@pytest.mark.parametrize("program", ["print(1 +", "import absent_package", "raise SystemExit(3)"])
def test_an_example_that_fails_is_told(tmp_path, program):
    """A program that does not end well breaks the rule; the complaint shows it."""
    found = readme_rules(tmp_path, README.replace("print(1 + 1)", program))

    assert set(found) == {EXAMPLES}
    assert program in found[EXAMPLES]


def test_an_example_that_prints_something_else_is_told(tmp_path):
    """What an example has to print is for the author to say."""

    def assert_printed(self, text):
        assert text == "3\n"

    assert set(readme_rules(tmp_path, assert_printed=assert_printed)) == {EXAMPLES}


@pytest.mark.parametrize("count", [0, 2])
def test_an_example_too_many_or_too_few_is_told(tmp_path, count):
    """A README that lost its example, or has one that nobody counted, breaks the rule."""
    assert set(readme_rules(tmp_path, examples=count)) == {EXAMPLES}


@pytest.mark.parametrize("name", ["imports.absent", "imports.FRAMEWORKS", "imports"])
def test_a_name_that_is_no_function_is_told(tmp_path, name):
    """Names that are absent or cannot be called break the rule, and so does a section without any."""
    text = README.replace("`running.broken_rules.__name__.upper`", "").replace(
        "imports.frameworks_loaded_by", name
    )

    assert set(readme_rules(tmp_path, text)) == {NAMED}


def test_a_readme_about_an_absent_package_is_skipped(tmp_path):
    """Without what the README speaks of, its rules are left out with what to type."""
    assert readme_rules(tmp_path, "", requires=("absent_package",), install="pip install it") == {}
    with pytest.raises(pytest.skip.Exception, match="absent_package is not installed; pip install it"):
        type(
            "TestReadme", (ReadmeContract,), {"requires": ("absent_package",), "install": "pip install it"}
        )().text()


REGISTERED = """
from oversample_bench.testing import ImbalancedLearnChecks, RegisteredOversamplers

class TestOversamplers(RegisteredOversamplers):
    module = "hooks_of_three"
    {more}

class TestChecks(ImbalancedLearnChecks):
    from imblearn.over_sampling import RandomOverSampler

    samplers = (RandomOverSampler(random_state=0),)
"""
THREE = """
from oversample_bench.api import hookimpl

@hookimpl
def register_oversamplers(register):
    register("twice", "imblearn.over_sampling:RandomOverSampler")
    register("forgetful", "forgetful:Forgetful")
    register("elsewhere", "absent_package:Sampler", requires=["absent_package"], install="pip install it")
"""
FORGETFUL = """
from imblearn.over_sampling import RandomOverSampler

class Forgetful(RandomOverSampler):
    def _fit_resample(self, X, y):
        X, y = super()._fit_resample(X, y)
        return X[1:], y[1:]
"""


@pytest.fixture
def outcomes(tmp_path: Path):
    """Run pytest on the contract for a plugin of three oversamplers; return exit code and output."""

    def run(more: str) -> tuple[int, str]:
        (tmp_path / "hooks_of_three.py").write_text(THREE, encoding="utf-8")
        (tmp_path / "forgetful.py").write_text(FORGETFUL, encoding="utf-8")
        (tmp_path / "test_three.py").write_text(REGISTERED.format(more=more), encoding="utf-8")
        options = ["-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rfs", "--tb=short", "-c", "none.ini"]
        (tmp_path / "none.ini").touch()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options], cwd=tmp_path, capture_output=True, text=True
        )
        return done.returncode, done.stdout

    return run


@pytest.mark.slow
def test_every_registered_oversampler_is_held_to_the_contract(outcomes):
    """The rules run for all that the hooks offer: a bad one fails, one that needs more is skipped."""
    code, told = outcomes('variants = (("twice", {"shrinkage": 0.1}),)')
    failed = re.findall(r"^FAILED .*?::(test_\S+)", told, re.MULTILINE)

    assert code == 1, told
    assert failed == ["test_real_rows_come_back_unchanged[forgetful]"]
    assert "'elsewhere' needs absent_package; pip install it" in told
    assert int(re.search(r"(\d+) passed", told)[1]) > 90


@pytest.mark.slow
def test_what_a_method_does_by_design_is_no_fault(outcomes):
    """A name that is said to drop rows is let off the rule of rows that come back."""
    code, told = outcomes('dropping = ("forgetful",)')

    assert code == 0, told


def test_parameters_of_a_name_that_is_not_offered_are_refused(outcomes):
    """A slip in a name is told, with the names that there are."""
    code, told = outcomes('params = {"twise": {}}')

    assert code == 2
    assert "offers no oversampler ['twise']; there are ['elsewhere', 'forgetful', 'twice']" in told
