"""Finding plugins: what each offers, and that a bad one harms nobody but itself."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench import __version__
from oversample_bench.core.errors import UsageError
from oversample_bench.plugins import builtin
from oversample_bench.plugins.hookspecs import HOOKS, implementations
from oversample_bench.plugins.origins import host
from oversample_bench.plugins.plugin_files import LooseFile
from oversample_bench.plugins.registry import Entry, Plugin, Registry, load_registry

TARGET = "oversample_bench.plugins.baselines:NoResampling"
HEAVY = {"pandas", "sklearn", "imblearn", "torch", "ray", "scipy"}

Install = Callable[..., None]


@pytest.fixture(autouse=True)
def only_what_the_test_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no variable that hides plugins."""
    monkeypatch.delenv("OVERSAMPLE_BENCH_PLUGINS", raising=False)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a distribution of one module for the length of a test: real metadata, real entry points."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def distribution(name: str, source: str, *, metadata: bool = True) -> None:
        module = f"{tmp_path.name}_{name}".replace("-", "_")
        monkeypatch.delitem(sys.modules, module, raising=False)
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
        info = folder / f"{name}-1.2.dist-info"
        info.mkdir()
        (info / "entry_points.txt").write_text(f"[oversample_bench]\n{name} = {module}\n", encoding="utf-8")
        if metadata:
            text = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
            (info / "METADATA").write_text(text, encoding="utf-8")

    return distribution


def offers(*lines: str, hook: str = "register_oversamplers", arguments: str = "register") -> str:
    """Return the source of a plugin whose one hook has ``lines`` for a body."""
    body = "\n    ".join(lines)
    return f"from oversample_bench.api import hookimpl\n\n\n@hookimpl\ndef {hook}({arguments}):\n    {body}\n"


def registers(name: str, more: str = "") -> str:
    return f"register({name!r}, {TARGET!r}{more})"


def plugin(registry: Registry, name: str) -> Plugin:
    return next(one for one in registry.plugins if one.name == name)


def names(registry: Registry, kind: str = "oversampler") -> list[str]:
    return [entry.name for entry in registry.entries(kind)]


def told(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(UsageError) as caught:
        call(*arguments)
    return str(caught.value)


# --- what is found


def test_the_built_ins_come_through_the_hooks_of_any_plugin():
    """What the host itself offers is what its hooks register, kind by kind, and nothing else."""
    offered: dict[str, list[str]] = {kind: [] for kind in HOOKS}
    for kind, hook in implementations(builtin, "builtin"):
        hook(lambda name, _target, kind=kind, **_: offered[kind].append(name))

    registry = load_registry()

    first = registry.plugins[0]
    assert (first.name, first.distribution, first.version) == ("builtin", "oversample-bench", __version__)
    assert first.state == "ok", first.reason
    for kind, found in offered.items():
        assert found or kind == "published"  # which the host has none of
        assert found == [one.name for one in registry.entries(kind) if one.plugin == "builtin"]


def test_an_installed_plugin_is_listed_with_its_distribution(install):
    """A plugin has the name of its entry point, the version of its distribution, and its names."""
    install("jitter", offers(registers("jit"), registers("ter")))

    registry = load_registry()

    assert Plugin("jitter", "jitter", "1.2", names=("jit", "ter")) == plugin(registry, "jitter")
    assert registry.entry("oversampler", "jit").source.startswith("jitter 1.2 code ")


def test_names_are_imported_when_first_used(install):
    """A target whose module is not there breaks its own name only, and only when it is built."""
    install("lazy", offers("register('gone', 'no_such_module:Thing')", registers("here")))

    registry = load_registry()

    assert plugin(registry, "lazy").state == "ok"
    sentence = told(registry.entry("oversampler", "gone").resolve)
    assert "the oversampler 'gone' (plugin 'lazy') cannot be imported from 'no_such_module:Thing'" in sentence
    assert registry.entry("oversampler", "here").build({}) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise RuntimeError('half\\nway')", "RuntimeError: half way"),
        ("x = 1", "has no attribute 'Thing'"),
    ],
)
def test_a_target_that_cannot_be_imported_is_a_sentence(install, monkeypatch, text, reason):
    """Whatever a target's module does at import, using its name ends in a sentence with the reason."""
    install("outer", offers("register('thing', 'inner_of_the_test:Thing')"))
    (Path(sys.path[0]) / "inner_of_the_test.py").write_text(text, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "inner_of_the_test", raising=False)

    sentence = told(load_registry().entry("oversampler", "thing").resolve)

    assert reason in sentence
    assert "\n" not in sentence


def test_the_suites_parameters_go_before_the_defaults():
    """Defaults of a registration fill in what the suite leaves open."""
    entry = Entry("classifier", "d", "p", host(), dict, defaults={"a": 1, "b": 2})

    assert entry.build({"b": 3}) == {"a": 1, "b": 3}


def test_listing_plugins_imports_no_framework():
    """`bench plugins list` and `bench datasets list` load none of the frameworks."""
    program = (
        "import sys\nfrom oversample_bench.cli import main\n"
        "for words in (['plugins', 'list'], ['datasets', 'list', 'ecoli1']):\n"
        "    try:\n        main(words)\n    except SystemExit as end:\n        assert end.code == 0\n"
        f"print('heavy:', *sorted({HEAVY!r} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines()[-1:] == ["heavy:"], done.stderr


# --- bad plugins


BROKEN = {
    "missing import": ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    "exit": ("import sys\nsys.exit('no licence')", "SystemExit: no licence"),
    "syntax": ("def (:", "SyntaxError: invalid syntax"),
    "error of several lines": ("raise ValueError('one\\n  two')", "ValueError: one two"),
    "error without text": ("raise ValueError", "ValueError"),
    "misspelt hook": (
        offers(registers("toy"), hook="register_oversampler"),
        "there is no hook 'register_oversampler'. Did you mean 'register_oversamplers'?",
    ),
    "no hook": (
        "def register_oversamplers(register):\n    pass\n",
        "it has no hooks; mark each (register_oversamplers, ...) with @hookimpl of the api",
    ),
    "other arguments": (offers(registers("toy"), arguments="register, more"), "Argument(s) {'more'}"),
    "no arguments": (offers("pass", arguments=""), "takes 0 positional arguments but 1 was given"),
    "a hook that raises": (offers("raise KeyError('x')"), "KeyError: 'x'"),
    "a number for a name": (
        offers("register(3, 'a:b')"),
        "it offers the oversampler 3; expected a name",
    ),
    "a target without colon": (
        offers("register('toy', 'package.module.Class')"),
        "the target of 'toy' is 'package.module.Class'; expected 'package.module:attribute'",
    ),
    "a target that is nothing": (offers("register('toy', 5)"), "the target of 'toy' is 5"),
    "a metric with another need": (
        "from oversample_bench.api import Metric\n"
        + offers("register('toy', Metric(max, needs='proba'))", hook="register_metrics"),
        "a metric needs 'labels', 'scores' or 'probabilities', not 'proba'",
    ),
    "an unknown keyword": (offers("register('toy', 'a:b', need='c')"), "unexpected keyword argument 'need'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_listed_with_the_reason_and_harms_nobody(install, case):
    """Whatever goes wrong in a plugin stands in its own line of the list; all other names are there."""
    source, reason = BROKEN[case]
    before = load_registry()
    install("bad", source)
    install("good", offers(registers("good")))

    registry = load_registry()

    found = plugin(registry, "bad")
    assert (found.state, found.names) == ("broken", ())
    assert reason in found.reason
    assert "\n" not in found.reason
    assert plugin(registry, "good").state == "ok"
    assert {*before.known, ("oversampler", "good")} == set(registry.known)
    for one in before.plugins:
        assert one in registry.plugins


def test_a_name_that_a_plugin_offers_twice_breaks_it_and_keeps_the_first(install):
    """The second registration of a name in one plugin is reported, the first one stands."""
    install("double", offers(registers("toy"), registers("toy", ", defaults={'a': 1}"), registers("more")))

    registry = load_registry()

    found = plugin(registry, "double")
    assert (found.state, found.names) == ("broken", ("toy", "more"))
    assert found.reason == "oversampler 'toy' is offered twice by 'double'; remove one or rename it"
    assert registry.entry("oversampler", "toy").defaults == {}


def test_the_built_ins_keep_their_names(install):
    """Nobody can put something else behind a name of the host; the plugin's other names remain."""
    install("thief", offers(registers("random"), registers("own")))

    registry = load_registry()

    found = plugin(registry, "thief")
    assert (found.state, found.names) == ("broken", ("own",))
    assert "oversampler 'random' is offered by both 'builtin' and 'thief'" in found.reason
    assert registry.entry("oversampler", "random").plugin == "builtin"


def test_of_two_plugins_the_first_by_name_keeps_a_name(install):
    """Which of two plugins wins does not depend on the order of installation."""
    install("zebra", offers(registers("stripes")))
    install("aardvark", offers(registers("stripes")))

    registry = load_registry()

    assert registry.entry("oversampler", "stripes").plugin == "aardvark"
    assert "offered by both 'aardvark' and 'zebra'; uninstall one" in plugin(registry, "zebra").reason


def test_the_same_name_may_stand_for_things_of_two_kinds(install):
    """Names are unique within a kind only."""
    install("pair", offers(registers("knn")))

    registry = load_registry()

    assert plugin(registry, "pair").state == "ok"
    assert registry.entry("oversampler", "knn") != registry.entry("classifier", "knn")


def test_what_an_uninstallation_left_behind_harms_nobody(install):
    """A distribution without metadata is listed, and every other name is there."""
    install("rest", "import no_such_module", metadata=False)

    registry = load_registry()

    assert plugin(registry, "rest").state == "broken"
    assert "none" in names(registry)


@pytest.mark.parametrize("requires", ["('no_such_module',)", "'no_such_module'", "('no_such_module.inner',)"])
def test_a_missing_requirement_makes_a_name_unavailable_with_a_hint(install, requires):
    """A name whose import is not installed says what to type; its neighbours can be used."""
    hint = "pip install it"
    install("heavy", offers(registers("big", f", requires={requires}, install={hint!r}"), registers("small")))

    registry = load_registry()

    found = plugin(registry, "heavy")
    assert (found.state, found.names) == ("unavailable", ("big", "small"))
    assert found.reason.startswith("needs no_such_module")
    sentence = told(registry.entry("oversampler", "big").resolve)
    assert sentence == f"the oversampler 'big' is unavailable: {found.reason}"
    assert sentence.endswith(f"; {hint}")
    assert registry.entry("oversampler", "small").build({}) is not None


# --- what is asked for


@given(name=st.text(max_size=20))
def test_any_name_is_found_or_answered_in_a_sentence(name):
    """An unknown name never ends in anything but a sentence with the name and what is installed."""
    registry = Registry((), {("metric", "mcc"): Entry("metric", "mcc", "p", host(), "a:b")})

    if name == "mcc":
        assert registry.entry("metric", name).name == name
        return
    sentence = told(registry.entry, "metric", name)
    assert sentence.startswith(f"no installed plugin offers the metric '{name}'.")
    assert "Installed: mcc." in sentence


def test_an_unknown_name_is_answered_with_the_nearest_and_the_broken_plugins(install):
    """The sentence holds what was asked, what is near, what there is and why something may be missing."""
    install("bad", "import no_such_module")

    sentence = told(load_registry().entry, "oversampler", "randm")

    assert "offers the oversampler 'randm'. Did you mean 'random'?" in sentence
    assert "Broken plugins: bad; see `bench plugins list`." in sentence


def test_the_variable_loads_only_the_plugins_that_it_names(install, monkeypatch):
    """A user can leave out plugins to find a bad one; an unknown name then tells that some are left out."""
    install("one", offers(registers("first")))
    install("two", offers(registers("second")))
    monkeypatch.setenv("OVERSAMPLE_BENCH_PLUGINS", "two, three")

    registry = load_registry()

    assert [one.name for one in registry.plugins] == ["builtin", "two"]
    sentence = told(registry.entry, "oversampler", "first")
    assert "OVERSAMPLE_BENCH_PLUGINS=two, three leaves out all other plugins." in sentence


# --- loose files


def loose(folder: Path, text: str, name: str = "own.py") -> LooseFile:
    (folder / name).write_text(text, encoding="utf-8")
    return LooseFile.read(str(folder / name))


def test_a_loose_file_is_a_plugin_whose_version_is_its_content(tmp_path):
    """The same text has the same version wherever it lies; a changed text has another."""
    (tmp_path / "elsewhere").mkdir()
    first = loose(tmp_path, offers(registers("toy")))
    moved = loose(tmp_path / "elsewhere", first.text)
    changed = loose(tmp_path, first.text + "# changed\n")

    sources = [load_registry([one]).entry("oversampler", "toy").source for one in (first, moved, changed)]

    assert sources[0].startswith("own.py code ")
    assert sources[0] == sources[1]
    assert sources[0] != sources[2]


def test_the_classes_of_a_loose_file_can_be_sent_to_a_worker(tmp_path):
    """An instance of a class that a loose file defines survives pickling."""
    source = "class Toy:\n    def __init__(self, a=1):\n        self.a = a\n\n\n" + offers(
        "register('toy', Toy)"
    )
    registry = load_registry([loose(tmp_path, source)])

    copy = pickle.loads(pickle.dumps(registry.entry("oversampler", "toy").build({"a": 4})))

    assert copy.a == 4


def test_a_broken_loose_file_harms_nobody(tmp_path):
    """A loose file that cannot be run is a broken plugin like any other."""
    registry = load_registry([loose(tmp_path, "1 / 0")])

    assert registry.plugins[-1].reason == "ZeroDivisionError: division by zero"
    assert "none" in names(registry)


def test_a_loose_file_that_is_no_text_is_refused_in_a_sentence(tmp_path):
    """Bytes that are no UTF-8 end in a sentence with the path."""
    path = tmp_path / "own.py"
    path.write_bytes(b"x = '\xff'")

    assert f"the plugin '{path}' cannot be read" in told(LooseFile.read, str(path))
