"""Who offers a name, and by which code: what counts of a plugin, however it is installed."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import NUMBERS_VERSION, Component
from oversample_bench.execution.runners.events import WorkerConfig
from oversample_bench.execution.runners.workbench import Workbench
from oversample_bench.plugins import origins
from oversample_bench.plugins.distributions import Installed, code_of
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.suite import UNLIMITED
from tests.installing import HOOKS, METHOD, Distribution, in_a_process

PACKAGE = {
    "plug/__init__.py": HOOKS.format(module="plug.method"),
    "plug/method.py": METHOD,
    "plug/deep/er.py": "A = 1\n",
}
SPACE = {
    "common/plug/__init__.py": HOOKS.format(module="common.core.method"),
    "common/core/method.py": METHOD,
}
LAYOUTS = {  # files, and the module with the hooks
    "package": (PACKAGE, "plug"),
    "module": ({"plug.py": HOOKS.format(module="plug") + METHOD}, "plug"),
    "namespace": (SPACE, "common.plug"),
    "two packages": ({**PACKAGE, "inner/__init__.py": "B = 2\n"}, "plug"),
}
SOURCE = """
from oversample_bench.plugins.registry import load_registry
print(load_registry().entry("oversampler", "shift").source)
"""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test find modules of its own under the same names."""
    names = {"plug", "common", "inner", "elsewhere"}
    before = {name: module for name, module in sys.modules.items() if name.split(".")[0] in names}
    monkeypatch.setattr("oversample_bench.plugins.distributions._seen", {})
    for name in before:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delenv("OVERSAMPLE_BENCH_PLUGINS", raising=False)


def forget() -> None:
    for name in [
        name for name in sys.modules if name.split(".")[0] in {"plug", "common", "inner", "elsewhere"}
    ]:
        del sys.modules[name]


def point_of(*sites: Path):
    """Return the entry point that is found where ``sites`` come first on the path."""
    with pytest.MonkeyPatch.context() as patch:
        for site in sites:
            patch.syspath_prepend(str(site))
        return next(one for one in entry_points(group="oversample_bench") if one.name == "shifter")


def code(*sites: Path) -> str:
    """Return the hash of the code of the plugin that is found there."""
    with pytest.MonkeyPatch.context() as patch:
        for site in sites:
            patch.syspath_prepend(str(site))
        return code_of(Installed(point_of(*sites)).files())


def installed(site: Path, files=PACKAGE, hooks: str = "plug") -> Path:
    return Distribution("shifter", files, hooks).into(site)


# --- however it is installed


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_code_counts_the_same_however_it_is_installed(tmp_path, layout):
    """From a wheel, for editing, in a zip file, with a folder of tests beside it: one hash."""
    files, hooks = LAYOUTS[layout]
    plugin = Distribution("shifter", files, hooks)
    beside = Distribution(
        "shifter", {**files, "tests/test_it.py": "", "setup.py": "", "docs/conf.py": ""}, hooks
    )
    wheel = code(plugin.into(tmp_path / "wheel"))
    edited = code(plugin.editable(tmp_path / "edited", tmp_path / "p"), tmp_path / "p")
    tested = code(beside.editable(tmp_path / "tested", tmp_path / "q"), tmp_path / "q")
    zipped = code(plugin.zipped(tmp_path / "unzipped", tmp_path / "z.zip"))

    assert wheel == edited == tested == zipped
    assert len(wheel) == 12


def test_plugins_in_one_namespace_are_told_apart(tmp_path):
    """What another distribution puts into the same namespace is none of this one's business."""
    site = installed(tmp_path, SPACE, "common.plug")
    before = code(site)
    Distribution("neighbour", {"common/other/x.py": "A = 1\n"}, "common.other.x").into(site)

    assert code(site) == before


def test_what_hides_the_installed_files_is_what_counts(tmp_path):
    """A folder earlier on the path is what would be imported, and so what is hashed."""
    site = installed(tmp_path / "site")
    before = code(site)
    (tmp_path / "fork" / "plug").mkdir(parents=True)
    (tmp_path / "fork" / "plug" / "__init__.py").write_text("# mine\n", encoding="utf-8")

    assert code(site, tmp_path / "fork") != before


# --- what counts of it

CHANGES = {  # what is done to a file, and whether it is other code then
    "an edited method": (lambda site: write(site / "plug/method.py", METHOD.replace("0.5", "0.6")), True),
    "an edited module below": (lambda site: write(site / "plug/deep/er.py", "A = 2\n"), True),
    "a new module": (lambda site: write(site / "plug/more.py", ""), True),
    "a renamed module": (lambda site: (site / "plug/deep/er.py").rename(site / "plug/deep/or.py"), True),
    "a compiled module": (lambda site: write(site / "plug/fast.cpython-311-x86_64-linux-gnu.so", "1"), True),
    "a document": (lambda site: write(site / "plug/README.md", "hello"), False),
    "data": (lambda site: write(site / "plug/weights.json", "{}"), False),
    "metadata": (lambda site: write(site / "shifter-1.0.dist-info/LICENSE", "free"), False),
    "byte code": (lambda site: write(site / "plug/__pycache__/method.cpython-311.pyc", "x"), False),
    "another time": (lambda site: os.utime(site / "plug/method.py", (1, 1)), False),
    "line endings": (lambda site: write(site / "plug/method.py", METHOD.replace("\n", "\r\n")), False),
    "a mark of its encoding": (lambda site: write(site / "plug/method.py", "\ufeff" + METHOD), False),
    "another package": (lambda site: write(site / "other/__init__.py", ""), False),
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize("change", CHANGES)
def test_code_counts_by_names_and_contents(tmp_path, change):
    """What is imported counts, wherever it lies in the package; what is not imported does not."""
    site = installed(tmp_path)
    before = code(site)
    done, other = CHANGES[change]
    done(site)

    assert (code(site) != before) == other


TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\r"), max_size=8)


@settings(max_examples=40, deadline=None)
@given(
    one=st.dictionaries(st.sampled_from("abc"), TEXTS, max_size=3),
    other=st.dictionaries(st.sampled_from("abc"), TEXTS, max_size=3),
)
def test_two_packages_have_one_hash_exactly_when_they_are_alike(tmp_path_factory, one, other):
    """No text moves from file to file unseen, and none is lost."""
    hashes = []
    for texts in (one, other):
        files = {f"plug/{name}.py": text for name, text in texts.items()}
        site = installed(tmp_path_factory.mktemp("site"), {**files, "plug/__init__.py": ""})
        hashes.append(code(site))

    assert (hashes[0] == hashes[1]) == (one == other)


# --- what a source says


def source(site: Path, name: str = "shift", kind: str = "oversampler") -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(site))
        forget()
        return load_registry().entry(kind, name).source


def test_a_source_names_distribution_version_and_code(tmp_path):
    """So people can tell which of the three has changed."""
    site = installed(tmp_path)

    assert source(site) == f"shifter 1.0 code {code(site)}"


def test_the_release_of_the_host_changes_nothing_and_its_numbers_do(monkeypatch):
    """Built-ins of every kind count under their numbers alone."""
    names = [("oversampler", "none"), ("classifier", "knn"), ("metric", "mcc"), ("dataset", "ecoli1")]

    def sources() -> set[str]:
        registry = load_registry()
        return {registry.entry(*name).source for name in names}

    before = sources()
    monkeypatch.setattr(origins, "__version__", "9.9.9")
    released = sources()
    monkeypatch.setattr(origins, "NUMBERS_VERSION", 99)

    assert before == released
    assert {one.split()[0] for one in before} == {"oversample-bench"}
    assert sources() == {"oversample-bench numbers 99"}


def test_somebodys_own_package_that_a_plugin_offers_counts_too(tmp_path, monkeypatch):
    """A method may lie in another package than the hooks: one that is worked on counts with its code."""
    site = installed(tmp_path / "site", {"plug.py": HOOKS.format(module="elsewhere.method")})
    write(tmp_path / "work" / "elsewhere" / "method.py", METHOD)
    write(tmp_path / "work" / "elsewhere" / "__init__.py", "")
    monkeypatch.syspath_prepend(str(tmp_path / "work"))
    before = source(site)
    write(tmp_path / "work" / "elsewhere" / "method.py", METHOD.replace("0.5", "0.6"))

    assert source(site) != before


def test_an_installed_library_that_a_plugin_offers_is_not_its_code(tmp_path):
    """Its version is recorded with each run: what it changes is cautioned about, and not computed anew."""
    site = installed(tmp_path, {"plug.py": HOOKS.format(module="imblearn.over_sampling")})

    assert source(site) == f"shifter 1.0 code {code(site)}"


def test_code_is_read_when_it_is_asked_for(tmp_path, monkeypatch):
    """A list of plugins, and a suite that uses none of them, read no files of theirs."""
    site = installed(tmp_path)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setattr(Installed, "files", lambda self: pytest.fail(f"{self.point.name} was read"))
    registry: Registry = load_registry()

    assert registry.entry("oversampler", "shift").origin.told == "shifter 1.0"
    assert registry.entry("classifier", "knn").source


def test_a_process_with_the_old_code_does_not_speak_for_the_new(tmp_path, monkeypatch):
    """Where a module was imported before its file was changed, its numbers are not those of the file."""
    site = installed(tmp_path)
    monkeypatch.syspath_prepend(str(site))
    load_registry().entry("oversampler", "shift").build({})
    first = load_registry().entry("oversampler", "shift").source
    write(site / "plug/method.py", METHOD.replace("0.5", "0.6"))
    with pytest.raises(
        UsageError, match=r"the plugin 'shifter' has changed .* \(plug/method.py\).* new process"
    ):
        _ = load_registry().entry("oversampler", "shift").source
    forget()

    assert load_registry().entry("oversampler", "shift").source != first


# --- what follows from it

SUITE = {
    "name": "edited",
    "data": ["ecoli1"],
    "methods": ["none", "shift"],
    "classifiers": ["decision_tree"],
    "metrics": ["mcc", "share"],
    "splits": 2,
}
OWN = HOOKS.format(module="plug.method") + (
    "@hookimpl\ndef register_metrics(register):\n    register('share', 'plug.metric:SHARE')\n"
)
METRIC = "from oversample_bench.api import Metric\nSHARE = Metric(lambda y, p: float(p.mean()))\n"
RUN = """
from pathlib import Path
from oversample_bench import Options, load_suite, run
from oversample_bench.execution import driver
driver._report = lambda *_: False  # which takes most of the time
summary = run(load_suite("s.yaml"), "out", Options(runner="serial", figures=False))
frame = summary.trials()
print(summary.computed, *frame.loc[frame["method"] == "shift", ["mcc", "share"]].to_numpy().ravel())
"""


def test_an_edited_method_never_shows_its_old_scores(tmp_path):
    """Under an unchanged version too: its trials are carried out anew; what a metric gave is scored anew."""
    site = installed(
        tmp_path / "site", {"plug/__init__.py": OWN, "plug/method.py": METHOD, "plug/metric.py": METRIC}
    )
    (tmp_path / "s.yaml").write_text(json.dumps(SUITE), encoding="utf-8")

    def result() -> list[str]:
        return in_a_process(RUN, site, cwd=tmp_path).split()

    first = result()
    write(site / "plug/method.py", METHOD.replace("0.5", "50.0"))
    moved = result()
    write(site / "plug/method.py", METHOD)
    back = result()
    write(site / "plug/metric.py", METRIC.replace("p.mean()", "2 * p.mean()"))
    doubled = result()

    assert (first[0], moved[0], back[0]) == ("4", "2", "2")  # those of `none` are scored, and not fitted
    assert first[1:] == back[1:] != moved[1:]
    assert [2 * float(value) for value in first[2::2]] == [float(value) for value in doubled[2::2]]


LOADER = """
import numpy as np

from oversample_bench.api import Dataset, hookimpl


@hookimpl
def register_datasets(register):
    register("grid", load)


def load():
    n = np.arange(60)
    return Dataset(np.column_stack([n % 7, n * n % FACTOR]).astype(float), (n % 6 == 0).astype(int))
"""


def test_an_edited_loader_is_read_again(tmp_path):
    """The fingerprint that a store remembers is of the rows of then: other code may give other rows."""
    site = installed(tmp_path / "site", {"plug.py": LOADER.replace("FACTOR", "11")})
    suite = {**SUITE, "data": ["grid"], "methods": ["none"], "metrics": ["mcc"]}
    (tmp_path / "s.yaml").write_text(json.dumps(suite), encoding="utf-8")
    program = RUN.partition("frame =")[0] + "print(summary.computed)"
    counts = [in_a_process(program, site, cwd=tmp_path).strip() for _ in range(2)]
    write(site / "plug.py", LOADER.replace("FACTOR", "13"))
    counts.append(in_a_process(program, site, cwd=tmp_path).strip())

    assert counts == ["2", "0", "2"]


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["package", "namespace"])
def test_what_pip_installs_counts_the_same_either_way(tmp_path, layout):
    """A real wheel and a real editable installation of one project have one hash, from inside it as well."""
    files, hooks = LAYOUTS[layout]
    project = tmp_path / "project"
    for path, text in files.items():
        write(project / "src" / path, text)
    write(project / "pyproject.toml", PROJECT.format(hooks=hooks))
    pip = """
import subprocess
words = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
for way in (["--target", "wheel"], ["--prefix", "edit", "-e"]):
    subprocess.run([sys.executable, *words, *way, "./project"], check=True, capture_output=True)
"""
    in_a_process(pip, cwd=tmp_path)
    (edit,) = (tmp_path / "edit").glob("lib/*/site-packages")
    sources = {in_a_process(SOURCE, tmp_path / "wheel"), in_a_process(SOURCE, edit)}
    sources.add(in_a_process(SOURCE, edit, cwd=project / "src"))

    assert len(sources) == 1


PROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "shifter"
version = "1.0"
[project.entry-points.oversample_bench]
shifter = "{hooks}"
[tool.setuptools.packages.find]
where = ["src"]
"""


# --- other processes


def test_a_process_with_other_code_than_the_run_began_with_computes_nothing_by_it():
    """A node with another plugin, or one whose plugin was edited meanwhile, makes rows that say so."""
    registry = load_registry()
    components = [("oversampler", "none"), ("classifier", "knn"), ("classifier", "mlp")]
    sources = {**registry.sources(components), ("classifier", "knn"): "plug 1.0 code 000000000000"}
    used = tuple((kind, Component.of(name)) for kind, name in components)
    tools = Workbench(WorkerConfig((), (), used, UNLIMITED, sources)).tools

    for kind, name in (components[0], components[2]):
        assert tools.registry.entry(kind, name).resolve() is not None
    told = f"'knn' is unavailable: it comes from oversample-bench numbers {NUMBERS_VERSION} in this process"
    with pytest.raises(UsageError, match=told):
        tools.registry.entry("classifier", "knn").resolve()
