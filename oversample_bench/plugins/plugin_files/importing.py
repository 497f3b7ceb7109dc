"""Runs loose files as modules, in this process and in those that it starts.

What is run is kept in the folder for temporary files under its own hash, where a process finds it that was
sent a function or an object of it: joblib's, multiprocessing's, whichever way it was started. A file that
does not have its hash is not run.
"""

from __future__ import annotations

import builtins
import importlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.specs import digest
from oversample_bench.plugins.distributions import top
from oversample_bench.plugins.plugin_files.source_texts import LooseFile

PACKAGE = "oversample_bench.plugins.plugin_files"
NAMED = re.compile(rf"{re.escape(PACKAGE)}\.(\w+_[0-9a-f]{{32}})(?:\.(.+))?")
KEPT_SECONDS = 30 * 24 * 3600

_known: dict[str, LooseFile] = {}
"""The loose files of this process by the names of their modules."""


def imported(file: LooseFile) -> ModuleType:
    """Run a loose file as a module of its own, anew each time."""
    name = module_name(file)
    for old in [old for old in sys.modules if f"{old}.".startswith(f"{name}.")]:
        del sys.modules[old]
    _known[name] = file
    _keep(name, file)
    return importlib.import_module(name)


def module_name(file: LooseFile) -> str:
    """Return the name that a file is imported under; another one where anything of it is another."""
    stem = re.sub(r"[^0-9A-Za-z]", "_", Path(file.path).stem)
    return f"{PACKAGE}.{stem}_{digest(asdict(file))}"


def _folder() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    return Path(tempfile.gettempdir()) / f"oversample-bench-{user}"


def _keep(name: str, file: LooseFile) -> None:
    """Put a file where other processes look for it, and remove what nobody has used for a month."""
    with suppress(OSError):  # a full disk, say: then it can be imported in this process alone
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacement(folder / f"{name}.json") as beside:
            beside.write_text(json.dumps(asdict(file)), encoding="utf-8")
        for kept in folder.glob(f"{PACKAGE}.*.json"):
            if time.time() - kept.stat().st_mtime > KEPT_SECONDS:
                kept.unlink(missing_ok=True)


def _found(name: str) -> LooseFile | None:
    """Return the loose file of a module: of this process, or of the one that started it."""
    if name in _known:
        return _known[name]
    try:
        told = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
        pairs = {key: tuple(map(tuple, told[key])) for key in ("beside", "local")}
        file = LooseFile(told["path"], told["text"], **pairs)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return file if module_name(file) == name else None


class Finder(MetaPathFinder):
    """Finds loose files, and the modules beside each as submodules of it, and nothing else."""

    @classmethod
    def install(cls) -> None:
        """Have imports ask, once a process."""
        if not any(isinstance(finder, cls) for finder in sys.meta_path):
            sys.meta_path.insert(0, cls())

    def find_spec(self, fullname: str, *_given: object) -> ModuleSpec | None:
        """Return the spec of a loose file, or of what lies beside it."""
        named = NAMED.fullmatch(fullname) if fullname.startswith(PACKAGE) else None
        file = None if named is None else _found(f"{PACKAGE}.{named[1]}")
        if named is None or file is None:
            return None
        if named[2] is None:
            return _spec(fullname, file, (file.path, file.text), is_package=bool(file.beside))
        return _beside(fullname, file, named[2].replace(".", "/"))


def _beside(fullname: str, file: LooseFile, inner: str) -> ModuleSpec | None:
    """Return the spec of what lies beside a file: a package, a module or a mere folder."""
    texts, folder = dict(file.beside), Path(file.path).parent
    for rest in ("/__init__.py", ".py"):
        if (text := texts.get(f"{inner}{rest}")) is not None:
            origin = str(folder / f"{inner}{rest}")
            return _spec(fullname, file, (origin, text), is_package=rest != ".py")
    if any(path.startswith(f"{inner}/") for path in texts):
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = [str(folder / inner)]
        return spec
    return None


def _spec(fullname: str, file: LooseFile, at: tuple[str, str], *, is_package: bool) -> ModuleSpec:
    spec = ModuleSpec(fullname, _Loader(file, at[1]), origin=at[0], is_package=is_package)
    spec.has_location = True
    if spec.submodule_search_locations is not None and Path(at[0]).name == "__init__.py":
        spec.submodule_search_locations.append(str(Path(at[0]).parent))
    return spec


class _Loader(InspectLoader):
    """Runs a text that was read before."""

    def __init__(self, file: LooseFile, text: str) -> None:
        self._file, self._text = file, text

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - the signature is Python's
        """Return the text, for tracebacks."""
        return self._text

    def exec_module(self, module: ModuleType) -> None:
        """Run the text in a module, whose imports look beside the file."""
        if self._file.beside:
            importer = _Importer(module_name(self._file), self._file.tops)
            module.__dict__["__builtins__"] = {**vars(builtins), "__import__": importer}
        code = compile(self._text, str(module.__file__), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - the user asked for this file


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
