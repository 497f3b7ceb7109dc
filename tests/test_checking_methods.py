"""`bench plugins check`: the contract of an oversampler without pytest, for whoever's class it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from oversample_bench.cli import main
from oversample_bench.cli.check_contract import _finding
from oversample_bench.testing import OversamplerContract
from oversample_bench.testing.candidate import Candidate
from oversample_bench.testing.oversampler_ruleset import OVERSAMPLER_RULES
from oversample_bench.testing.rules import Finding, rule

STRANGE = '''
import numpy as np


class Honest:
    """Knows neither this program nor scikit-learn."""

    def __init__(self, scale=0.1, random_state=None):
        self.scale, self.random_state = scale, random_state

    def get_params(self, deep=True):
        return {"scale": self.scale, "random_state": self.random_state}

    def set_params(self, **params):
        vars(self).update(params)
        return self

    def fit_resample(self, X, y):
        labels, counts = np.unique(y, return_counts=True)
        rare = labels[counts.argmin()]
        n_new = counts.max() - counts.min()
        rng = np.random.default_rng(self.random_state)
        rows = rng.choice(np.flatnonzero(y == rare), n_new)
        new = X[rows] + rng.normal(scale=self.scale, size=(n_new, X.shape[1]))
        return np.vstack([X, new]), np.concatenate([y, np.full(n_new, rare, dtype=y.dtype)])
'''
DOUBLING = '''
import numpy as np
from imblearn.over_sampling import SMOTE


class Doubling(SMOTE):
    """Returns twice the columns, and prints."""

    def fit_resample(self, X, y):
        print("training ...")
        X, y = super().fit_resample(X, y)
        return np.hstack([X, X]), y


class _Hidden(SMOTE):
    pass


HOOK
'''
HOOK = """
from oversample_bench.api import hookimpl


@hookimpl
def register_oversamplers(register):
    register("doubled", Doubling)
"""


def check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["plugins", "check", *words])
    return caught.value.code, *capsys.readouterr()


@pytest.fixture(autouse=True)
def a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_rules_are_those_of_the_test_class() -> None:
    """Each rule is a test of the contract class under the same name and sentence, and nothing else is."""
    tests = {
        name: getattr(OversamplerContract, name) for name in vars(OversamplerContract) if "test_" in name
    }

    assert [f"test_{rule.name}" for rule in OVERSAMPLER_RULES] == list(tests)
    assert all(rule.check.__doc__ == tests[f"test_{rule.name}"].__doc__ for rule in OVERSAMPLER_RULES)
    assert len(OVERSAMPLER_RULES) >= 25


def test_a_registered_name_is_checked_rule_by_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a rule, then their sum; 0 where none is broken."""
    code, out, _ = check(capsys, "random")
    lines = out.splitlines()

    assert 0 == code
    assert "random" == lines[0]
    assert "  holds   columns come back in their order" in lines
    assert "  holds   hard cases survive or raise a sentence (n_min = 1)" in lines
    assert lines[-1].endswith(" hold, 8 do not apply")
    assert "BROKEN" not in out


@pytest.mark.parametrize("name", ["imblearn.over_sampling:SMOTE", "imblearn.over_sampling:ADASYN"])
def test_a_class_that_nobody_registered_is_checked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """imbalanced-learn's own classes keep every rule, though they know nothing of this program."""
    code, out, _ = check(capsys, name, "--json")
    states = {finding["state"] for finding in json.loads(out)[name]}

    assert (0, {"holds", "does not apply"}) == (code, states)


def test_a_class_of_smote_variants_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """The library's own classes work, and cannot be cloned or seeded as scikit-learn would."""
    pytest.importorskip("smote_variants")
    code, out, _ = check(capsys, "smote_variants:SMOTE")

    assert 1 == code
    assert "  BROKEN  clone gives the same rows\n" in out
    assert "  holds   real rows come back unchanged\n" in out
    assert "INFO" not in out


def test_classes_of_a_file_are_checked(a_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file without hooks offers its classes with `fit_resample`, told by their signatures."""
    (a_folder / "mine.py").write_text(STRANGE, encoding="utf-8")
    code, out, _ = check(capsys, "mine.py", "--params", "{scale: 0.2}")
    broken = [line.split(maxsplit=1)[1] for line in out.splitlines() if "BROKEN" in line]

    assert (0, [], "Honest") == (code, broken, out.splitlines()[0])


@pytest.mark.parametrize(("hook", "asked"), [("", "Doubling"), (HOOK, "doubled")])
def test_a_broken_rule_is_told_with_what_is_wrong(
    hook: str, asked: str, a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice the columns are told in words, and the exit code is 1; what the class prints is not shown."""
    (a_folder / "mine.py").write_text(DOUBLING.replace("HOOK", hook), encoding="utf-8")
    code, out, _ = check(capsys, "mine.py")

    assert 1 == code
    assert asked == out.splitlines()[0]
    assert "  BROKEN  columns come back in their order\n          returned 8 columns of 4\n" in out
    assert "training" not in out
    assert "_Hidden" not in out


def test_a_rule_that_takes_too_long_is_broken() -> None:
    """A call that never ends is interrupted at the limit, and counts as a broken rule."""

    @rule("a case")
    def it_ends(method: object, case: str) -> None:
        """Never end."""
        while True:
            pass

    finding = _finding(it_ends, Candidate("endless", object), ("a case",), 0.2)

    assert Finding("it ends", "a case", "broken", "took longer than its limit of 0.2 s") == finding


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", ["nobodys"], "no installed plugin offers the oversampler 'nobodys'"),
        ("", ["sklearn.svm:SVC"], "'sklearn.svm:SVC' is no oversampler: it has no `fit_resample(X, y)`"),
        ("", ["absent.py"], "the plugin '"),
        ("x = 1", ["mine.py"], "'mine.py' offers no oversampler: neither a hook"),
        (STRANGE, ["mine.py:Honst"], "has no oversampler 'Honst'. Did you mean 'Honest'?"),
        ("import absent_module", ["mine.py"], "'mine.py' cannot be imported: ModuleNotFoundError"),
        (STRANGE, ["mine.py", "--params", "[1]"], "--params is '[1]'; expected names and values"),
        (STRANGE, ["mine.py", "--params", "{scal: 1}"], "'Honest' cannot be built"),
    ],
)
def test_what_cannot_be_checked_is_told(
    text: str, words: list[str], said: str, a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake of the caller is a sentence, before any rule is tried."""
    (a_folder / "mine.py").write_text(text, encoding="utf-8")
    code, out, err = check(capsys, *words)

    assert (1, "") == (code, out)
    assert said in err


def test_the_check_needs_no_pytest(tmp_path: Path) -> None:
    """Whoever has not installed pytest can check a method all the same."""
    program = "import sys; sys.modules['pytest'] = None; from oversample_bench.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "plugins", "check", "random"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )

    assert 0 == done.returncode, done.stderr[-500:]
    assert "BROKEN" not in done.stdout
