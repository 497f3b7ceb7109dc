"""The text of a loose plugin, and those of the modules beside it that it imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import digest
from oversample_bench.plugins.distributions import DIGITS, local_code, top

NEVER_BESIDE = frozenset({*sys.stdlib_module_names, "oversample_bench"})


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
    def tops(self) -> frozenset[str]:
        """The top-level names of the modules beside it."""
        return _tops(path for path, _ in self.beside)


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
