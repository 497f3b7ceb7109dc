"""A plugin of one file, named in a suite, with the modules beside it that it imports.

The texts are read once, by whoever runs the suite, and travel to the workers: what counts is what is run. A
module beside the file is a submodule of that one file, so that the path of Python stays as it is, and two
files in two folders may each have their ``common.py``. Beside goes before installed, as it does for a script;
Python's own modules go before both.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

from oversample_bench.distributions import DIGITS, local_code, top
from oversample_bench.errors import UsageError
from oversample_bench.specs import digest

PREFIX = "oversample_bench_loose_"
NEVER_BESIDE = frozenset({*sys.stdlib_module_names, "oversample_bench"})
PICKLERS = ("cloudpickle", "joblib.externals.cloudpickle", "ray.cloudpickle")
"""What sends functions to other processes; joblib has its own up to version 1.5, Ray has one too."""


@dataclass(frozen=True)
class LooseFile:
    """A plugin of one file; it can be sent to another machine.

    Attributes
    ----------
    path : str
        Where it lies.
    text : str
        What stands in it.
    beside : tuple of (str, str)
        Path, from the folder of the file, and text of each module there that it imports or that such a
        module imports; ordered by path.
    local : tuple of (str, str)
        Name and code of what it imports from elsewhere and nobody has installed.
    """

    path: str
    text: str
    beside: tuple[tuple[str, str], ...] = ()
    local: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, path: str) -> LooseFile:
        """Read the file at ``path``, and what it imports from its folder.

        Raises
        ------
        UsageError
            When one of them cannot be read as text.
        """
        text = _text(Path(path), f"the plugin '{path}'")
        beside = _beside(Path(path), text)
        texts = (text, *beside.values())
        elsewhere = {top(name) for one in texts for name in _imports(one)} - NEVER_BESIDE - _tops(beside)
        local = {name: code for name in elsewhere if (code := local_code(name))}
        return cls(path, text, tuple(sorted(beside.items())), tuple(sorted(local.items())))

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.path).name

    @cached_property
    def own(self) -> str:
        """The hash of the file alone."""
        return digest(self.text)[:DIGITS]

    @cached_property
    def code(self) -> str:
        """The hash of everything that is the author's: the file, what lies beside it and what is local."""
        more = bool(self.beside or self.local)
        return digest(self.text, self.beside, self.local)[:DIGITS] if more else self.own

    @cached_property
    def module_name(self) -> str:
        """The name that it is imported under; another one when anything of it has changed, or moved."""
        return (
            f"{PREFIX}{re.sub(r'[^0-9A-Za-z]', '_', Path(self.path).stem)}_{digest(self.path, self.code)[:8]}"
        )

    def module(self) -> types.ModuleType:
        """Run the file as a module of its own."""
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{self.module_name}.")]:
            del sys.modules[name]
        if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _Finder())
        module = types.ModuleType(self.module_name)
        module.__file__ = self.path
        if self.beside:
            module.__dict__.update(__path__=[], __loose__=self)
        sys.modules[module.__name__] = module  # so that its classes can be pickled
        self.run(module, self.text, self.path)
        return module

    def run(self, module: types.ModuleType, text: str, path: str) -> None:
        """Run one of its texts in a module; ``import`` looks beside the file there."""
        if self.beside:
            importer = _Importer(self.module_name, _tops(path for path, _ in self.beside))
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": importer}
        exec(compile(text, path, "exec"), module.__dict__)  # noqa: S102 - the user asked for this file

    def share(self) -> None:
        """Let joblib and Ray send its functions and classes to processes that have never imported it."""
        importlib.import_module("joblib")
        for name in PICKLERS:
            if pickler := sys.modules.get(name):
                pickler.register_pickle_by_value(sys.modules[self.module_name])


class _Finder(MetaPathFinder):
    """Finds the modules beside a loose file as submodules of it, and nothing else."""

    def find_spec(self, fullname: str, *_given: object) -> ModuleSpec | None:
        """Return the spec of a module beside a loose file, whose name precedes its own."""
        root, _, inner = fullname.partition(".")
        file = getattr(sys.modules.get(root), "__loose__", None) if root.startswith(PREFIX) else None
        return _spec(file, fullname, inner.replace(".", "/")) if file is not None else None


def _spec(file: LooseFile, fullname: str, inner: str) -> ModuleSpec | None:
    """Return the spec of what lies at ``inner`` beside a file: a package, a module or a mere folder."""
    texts, folder = dict(file.beside), Path(file.path).parent
    for rest, is_package in (("/__init__.py", True), (".py", False)):
        if f"{inner}{rest}" in texts:
            loader = _Loader(file, texts[f"{inner}{rest}"])
            origin = str(folder / f"{inner}{rest}")
            spec = ModuleSpec(fullname, loader, origin=origin, is_package=is_package)
            spec.has_location = True
            return _located(spec, folder / inner)
    if any(path.startswith(f"{inner}/") for path in texts):
        return _located(ModuleSpec(fullname, None, is_package=True), folder / inner)
    return None


def _located(spec: ModuleSpec, folder: Path) -> ModuleSpec:
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(str(folder))
    return spec


class _Loader(InspectLoader):
    """Runs a text that was read before."""

    def __init__(self, file: LooseFile, text: str) -> None:
        self._file, self._text = file, text

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - the signature is Python's
        """Return the text, for tracebacks."""
        return self._text

    def exec_module(self, module: types.ModuleType) -> None:
        """Run the text in a module."""
        self._file.run(module, self._text, str(module.__file__))


@dataclass(frozen=True)
class _Importer:
    """Does what ``import`` does, for modules whose neighbours are submodules of ``root``."""

    root: str
    tops: frozenset[str]

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Return the module that the statement names first, or the last one where it takes names from it."""
        if level or top(name) not in self.tops:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if fromlist:
            return builtins.__import__(f"{self.root}.{name}", globals, locals, fromlist, 0)
        importlib.import_module(f"{self.root}.{name}")
        return sys.modules[f"{self.root}.{top(name)}"]


def _tops(beside: Iterable[str]) -> frozenset[str]:
    """Return the top-level names of modules that lie at these paths."""
    return frozenset(PurePosixPath(path).parts[0].removesuffix(".py") for path in beside)


def _beside(path: Path, text: str) -> dict[str, str]:
    """Return the texts of all modules beside ``path`` that ``text`` needs, by their paths from there."""
    found: dict[str, str] = {}
    waiting = [text]
    while waiting:
        for name in _imports(waiting.pop()):
            for file in _files(path, name):
                at = file.relative_to(path.parent).as_posix()
                if at not in found:
                    found[at] = _text(file, f"'{at}', which the plugin '{path}' imports,")
                    waiting.append(found[at])
    return found


def _imports(text: str) -> Iterator[str]:
    """Yield the names of modules that a text imports, wherever in it."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # told when it is run
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _files(path: Path, name: str) -> Iterable[Path]:
    """Return the files beside ``path`` that importing ``name`` needs: a module, or a package as a whole."""
    first = top(name)
    folder, module = path.parent / first, path.parent / f"{first}.py"
    if first in NEVER_BESIDE:
        return ()
    if (folder / "__init__.py").is_file():
        return folder.rglob("*.py")
    if module.is_file() and first == name and module.name != path.name:
        return (module,)
    return folder.rglob("*.py") if folder.is_dir() and not _is_installed(first) else ()


def _is_installed(name: str) -> bool:
    """Tell whether there is more of that name elsewhere than folders."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{what} cannot be read: {error}") from error
