"""Loose plugin files: the modules beside them, and what they send to other processes."""

from __future__ import annotations

import importlib
import sys
import textwrap
import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options
from oversample_bench.plugins.plugin_files import LooseFile, imported
from oversample_bench.plugins.plugin_files.importing import module_name
from oversample_bench.plugins.registry import load_registry
from oversample_bench.suite import parse_suite


def write(place: Path, **texts: str) -> None:
    """Write files by their names, ``__`` for a folder and without their endings."""
    for name, text in texts.items():
        path = place / f"{name.replace('__', '/').replace('INIT', '__init__')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")


def loaded(path: Path):
    return imported(LooseFile.read(str(path)))


def code(path: Path) -> str:
    return LooseFile.read(str(path)).code


# --- modules beside the file

FORMS = {  # how a module beside is imported, and what gives its value then
    "import common": "common.VALUE",
    "import common as other": "other.VALUE",
    "from common import VALUE": "VALUE",
    "from common import *": "VALUE",
    "import pack": "pack.VALUE",
    "import pack.inner": "pack.inner.VALUE",
    "import pack.inner as other": "other.VALUE",
    "from pack import inner": "inner.VALUE",
    "from pack.inner import VALUE": "VALUE",
    "from space import part": "part.VALUE",
    "other = __import__('common', fromlist=['VALUE'])\nif 0: import common": "other.VALUE",
    "def late():\n    import common\n    return common": "late().VALUE",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_module_beside_is_imported_in_every_form(tmp_path, form):
    """Modules, packages with relative imports, folders without ``__init__``: as if it were a script."""
    write(
        tmp_path,
        common="VALUE = 7",
        pack__INIT="from .inner import VALUE",
        pack__inner="from .deeper.est import VALUE",
        pack__deeper__INIT="",
        pack__deeper__est="import common\nVALUE = common.VALUE",
        space__part="VALUE = 7",
        p=f"{form}\nFOUND = {FORMS[form]}",
    )

    assert loaded(tmp_path / "p.py").FOUND == 7


def test_two_files_may_each_have_a_module_of_one_name(tmp_path):
    """Neither sees that of the other, and nobody else sees either."""
    path = list(sys.path)
    for folder in ("one", "two"):
        write(tmp_path / folder, common=f"NAME = '{folder}'", p="from common import NAME\nimport common")
    one, two = (loaded(tmp_path / folder / "p.py") for folder in ("one", "two"))

    assert (one.NAME, two.NAME) == (one.common.NAME, two.common.NAME) == ("one", "two")
    assert sys.path == path
    assert "common" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        __import__("common")


def test_beside_goes_before_installed_and_behind_pythons_own(tmp_path):
    """As for a script, but that nobody loses `random` by a file of that name, or a package its own parts."""
    write(tmp_path, random="X = 1", yaml="X = 2", imblearn="X = 3", sklearn="X = 4")
    write(
        tmp_path,
        p="import random, yaml\nfrom imblearn.over_sampling import SMOTE\nimport sklearn.base\nX = yaml.X",
    )
    found = loaded(tmp_path / "p.py")

    assert found.X == 2
    assert found.random is sys.modules["random"]
    assert found.SMOTE.__module__.startswith("imblearn.")
    assert found.sklearn.base is sys.modules["sklearn.base"]


def test_a_file_of_the_name_of_what_it_imports_is_not_beside_itself(tmp_path):
    """A plugin `imblearn.py` that builds on imbalanced-learn has been one before, and is still."""
    write(tmp_path, imblearn="import imblearn\nFOUND = imblearn")

    assert loaded(tmp_path / "imblearn.py").FOUND.__name__ == "imblearn"


def test_nothing_is_written_beside_the_file(tmp_path):
    """No folder of byte code appears among the files of a user."""
    write(tmp_path, common="X = 1", p="import common")
    before = sorted(tmp_path.rglob("*"))
    loaded(tmp_path / "p.py")

    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_read_is_what_runs(tmp_path):
    """Files that change, or go, between reading and work change nothing: hash and code belong together."""
    write(tmp_path, common="X = 1", p="def late():\n    import common\n    return common.X")
    file = LooseFile.read(str(tmp_path / "p.py"))
    write(tmp_path, common="X = 2", p="")
    first = imported(file).late()
    (tmp_path / "common.py").unlink()

    assert (first, imported(file).late()) == (1, 1)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"common": "1 / 0"}, "ZeroDivisionError: division by zero"),
        ({"common": "import gone"}, "ModuleNotFoundError: No module named 'gone'"),
        ({"common": "x = ("}, "SyntaxError: '(' was never closed"),
        ({"pack__INIT": ""}, "ModuleNotFoundError: No module named 'common'"),
    ],
)
def test_a_broken_module_beside_breaks_its_plugin_alone(tmp_path, texts, reason):
    """What goes wrong in it is the state of the plugin, as for the file itself."""
    write(tmp_path, p="import common", **texts)
    registry = load_registry([LooseFile.read(str(tmp_path / "p.py"))])

    assert registry.plugins[-1].state == "broken"
    assert registry.plugins[-1].reason.startswith(reason)


def test_a_module_beside_that_is_no_text_is_told(tmp_path):
    """A sentence names it, and who asks for it."""
    write(tmp_path, p="import common")
    (tmp_path / "common.py").write_bytes(b"x = '\xff'")
    with pytest.raises(UsageError, match=r"'common.py', which the plugin '.*p.py' imports, cannot be read"):
        LooseFile.read(str(tmp_path / "p.py"))


def test_tracebacks_show_the_line_of_a_module_beside(tmp_path):
    """An error leads to the file that people can open."""
    write(tmp_path, common="def fail():\n    raise ValueError('here')", p="import common")
    with pytest.raises(ValueError, match="here") as caught:
        loaded(tmp_path / "p.py").common.fail()

    last = traceback.extract_tb(caught.tb)[-1]

    assert (last.filename, last.line) == (str(tmp_path / "common.py"), "raise ValueError('here')")


# --- what counts of it


@settings(max_examples=30, deadline=None)
@given(changed=st.sampled_from(["p", "common", "deep", "pack__INIT", "pack__more", "unused", "nothing"]))
def test_every_module_that_is_imported_counts(tmp_path_factory, changed):
    """Directly or by another module beside; one that nobody imports does not."""
    place = tmp_path_factory.mktemp("place")
    texts = {
        "p": "import common",
        "common": "import deep, pack",
        "deep": "",
        "pack__INIT": "",
        "pack__more": "",
    }
    write(place, **texts, unused="")
    before = code(place / "p.py")
    write(place, **({} if changed == "nothing" else {changed: texts.get(changed, "") + "\nX = 1"}))

    assert (code(place / "p.py") == before) == (changed in {"unused", "nothing"})


def test_a_file_alone_counts_as_it_always_did(tmp_path):
    """What lies beside a file that imports nothing of it changes nothing; line endings do not either."""
    write(tmp_path, p="import numpy\nX = 1\n")
    before = LooseFile.read(str(tmp_path / "p.py"))
    write(tmp_path, common="", numpy="")
    (tmp_path / "numpy.py").unlink()
    (tmp_path / "p.py").write_bytes(b"import numpy\r\nX = 1\r\n")

    assert code(tmp_path / "p.py") == before.code == before.own


def test_somebodys_own_package_counts_and_an_installed_one_does_not(tmp_path, monkeypatch):
    """A class from a folder on the path is as much the author's as the file that offers it."""
    monkeypatch.setattr("oversample_bench.plugins.distributions._seen", {})
    monkeypatch.syspath_prepend(str(tmp_path / "work"))
    write(tmp_path / "work", mine__INIT="", mine__method="X = 1")
    write(tmp_path, p="from mine.method import X", q="from sklearn.base import BaseEstimator")
    files = [LooseFile.read(str(tmp_path / name)) for name in ("p.py", "q.py")]
    write(tmp_path / "work", mine__method="X = 2")

    assert code(tmp_path / "p.py") != files[0].code
    assert (files[1].local, files[1].code) == ((), files[1].own)


# --- other processes

JOBLIB = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import common
import numpy as np
from common import double
from joblib import Parallel, delayed

from oversample_bench.api import hookimpl


def part(i):
    return double(i) + common.double(i)


def late(i):
    from inner import times

    return times(4, i)


class Copies:
    def own(self, i):
        return part(i)

    def fit_resample(self, X, y):
        expected = [4 * i for i in range(3)]
        assert Parallel(n_jobs=2)(delayed(part)(i) for i in range(3)) == expected
        assert Parallel(n_jobs=2)(delayed(self.own)(i) for i in range(3)) == expected
        assert Parallel(n_jobs=2)(delayed(lambda i: 4 * i)(i) for i in range(3)) == expected
        assert all(isinstance(one, Copies) for one in Parallel(n_jobs=2)(delayed(Copies)() for _ in range(2)))
        assert Parallel(n_jobs=2)(delayed(late)(i) for i in range(3)) == expected
        for way in ("fork", "spawn"):
            with ProcessPoolExecutor(2, mp_context=get_context(way)) as pool:
                assert list(pool.map(late, range(3))) == expected
        return np.vstack([X, X[y == 1]]), np.append(y, y[y == 1])


@hookimpl
def register_oversamplers(register):
    register("copies", Copies)
"""
SUITE = """
name: loose
plugins: [p.py]
data: [ecoli1]
methods: [none, copies]
classifiers: [decision_tree]
metrics: [mcc]
splits: 2
"""


def counts(place: Path, runner: str) -> dict[str, int]:
    write(
        place, common="def double(i):\n    return 2 * i", inner="def times(n, i):\n    return n * i", p=JOBLIB
    )
    options = Options(runner=runner, workers=2 if runner == "ray" else 0, figures=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("oversample_bench.execution.driver._report", lambda *_: False)
        return dict(run(parse_suite(SUITE, "s.yaml", place), place / "out", options).counts)


def test_functions_of_a_loose_file_run_in_processes_of_joblib(tmp_path):
    """Those of the file, of its classes and of the modules beside, however the processes were started."""
    assert counts(tmp_path, "serial") == {"ok": 4}


@pytest.mark.ray
def test_functions_of_a_loose_file_run_in_processes_of_joblib_on_ray(tmp_path):
    """On a worker the file and what lies beside it are the same, without being read there."""
    assert counts(tmp_path, "ray") == {"ok": 4}


def test_a_loose_file_has_a_module_of_its_own(tmp_path):
    """Its name says whose it is; another text, or another place, is another module."""
    write(tmp_path, p="")
    write(tmp_path / "other", p="")
    names = {module_name(LooseFile.read(str(path))) for path in tmp_path.rglob("p.py")}
    write(tmp_path, p="X = 1")

    assert len(names | {module_name(LooseFile.read(str(tmp_path / "p.py")))}) == 3


def test_a_process_runs_only_what_it_was_sent_the_name_of(tmp_path, monkeypatch):
    """What lies under the name of a loose file and does not have its hash is not run, by nobody."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "shared"))
    (tmp_path / "shared").mkdir()
    write(tmp_path, p="X = 1")
    module = loaded(tmp_path / "p.py")
    (kept,) = (tmp_path / "shared").rglob("*.json")
    monkeypatch.setattr("oversample_bench.plugins.plugin_files.importing._known", {})
    monkeypatch.delitem(sys.modules, module.__name__)
    again = importlib.import_module(module.__name__)
    monkeypatch.delitem(sys.modules, module.__name__)
    kept.write_text(kept.read_text().replace("X = 1", "X = 2"))

    assert (again.X, again.__file__) == (1, str(tmp_path / "p.py"))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(module.__name__)


def test_a_full_disk_for_temporary_files_breaks_no_plugin(tmp_path, monkeypatch):
    """Where a loose file cannot be kept for other processes, it runs in this one."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone" / "p.py"))
    write(tmp_path, p="X = 1")
    (tmp_path / "gone").write_text("no folder")

    assert loaded(tmp_path / "p.py").X == 1
