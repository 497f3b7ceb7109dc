"""What a plugin's code is: the Python files of the distribution that offers it, and a hash of them.

Two installations of the same files have the same hash, whether they come from a wheel, an editable
installation or a zip file: only names and contents count, not times, line endings or compiled copies. What is
hashed is what an import would find, also where a folder on the path hides the installed files. Documents,
data files and metadata are no part of it. Nothing is imported here.
"""

from __future__ import annotations

import hashlib
import json
import site
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

from oversample_bench.core.errors import UsageError, listed
from oversample_bench.core.specs import digest

Place: TypeAlias = Path | zipfile.Path
CodeFile: TypeAlias = tuple[str, Place]
"""The name of a file from the top, ``"package/module.py"``, and where it is."""

DIGITS = 12
COMPILED = (*EXTENSION_SUFFIXES, ".pyd", ".dll", ".dylib")
NOT_INSTALLED = frozenset(
    {"setup", "conftest", "noxfile", "test", "tests", "doc", "docs", "examples", "benchmarks"}
)
"""Modules at the root of a project that belong to no distribution."""


@dataclass(frozen=True)
class Installed:
    """An installed plugin.

    Parameters
    ----------
    point : EntryPoint
        Where its hooks are; it knows its distribution.
    """

    point: EntryPoint

    def files(self) -> dict[str, str]:
        """Return a hash of each of its Python files and compiled modules, by its name from the top."""
        return {file: _hashed(place) for name in self.names() for file, place in self._files(name)}

    def names(self) -> set[str]:
        """Return what it offers for import at the top level: packages and modules."""
        recorded = {PurePosixPath(file).parts[0].split(".")[0] for file in self._recorded()}
        listed = self._text("top_level.txt").split()
        in_roots = {name for root in self._roots() for name in _offered(root)}
        return {top(self.point.module), *(recorded or listed or in_roots)}

    def _files(self, name: str) -> Iterator[CodeFile]:
        """Yield the files of one of its packages or modules."""
        spec = _spec(name)
        if spec is None:
            return
        if spec.origin is None:  # a namespace, which other distributions share
            yield from (file for file in _code_files(name, spec) if self._owns(*file))
        elif name == top(self.point.module) or self._holds(spec.origin):
            yield from _code_files(name, spec)

    def _owns(self, file: str, place: Place) -> bool:
        """Tell whether a file of a namespace belongs to this distribution."""
        if recorded := self._recorded():
            return file in recorded
        if self._project():
            return self._holds(str(place))
        hooks = "/".join(self.point.module.split(".")[:2])
        return file.startswith((f"{hooks}/", f"{hooks}."))

    def _holds(self, path: str) -> bool:
        """Tell whether a path lies where this distribution is installed, or developed."""
        dist = self.point.dist
        folders = [self._project(), "" if dist is None else str(dist.locate_file(""))]
        return any(folder and _lies_in(path, folder) for folder in [*folders, *map(str, self._roots())])

    def _recorded(self) -> set[str]:
        """Return the files of code that were installed; none for an editable installation."""
        dist = self.point.dist
        if dist is None or not self._text("RECORD"):
            return set()
        files = (path.as_posix() for path in dist.files or ())
        return {file for file in files if _is_code(file) and not file.startswith(("..", "__editable__"))}

    def _roots(self) -> list[Path]:
        """Return the folders that an editable installation puts on the path."""
        dist = self.point.dist
        named = [] if dist is None else [file for file in dist.files or () if file.suffix == ".pth"]
        found = [Path(str(file.locate())) for file in named]
        texts = [(file.parent, file.read_text("utf-8", "replace")) for file in found if file.is_file()]
        lines = [(folder, line.strip()) for folder, text in texts for line in text.splitlines()]
        return [folder / line for folder, line in lines if line and (folder / line).is_dir()]

    def _project(self) -> str:
        """Return the folder in which an editable distribution is developed; empty for others."""
        told = json.loads(
            self._text("direct_url.json") or "{}"
        )  # of pip: an archive, a repository or a folder
        editable = told.get("dir_info", {}).get("editable", False)
        return url2pathname(urlsplit(told["url"]).path) if editable else ""

    def _text(self, name: str) -> str:
        dist = self.point.dist
        return (dist.read_text(name) if dist is not None else "") or ""


def local_code(name: str) -> str:
    """Return the hash of a package or module that nobody has installed; nothing for one that is installed.

    It is somebody's own work: it lies in a folder on the path, or is installed for editing.
    """
    spec = _spec(name)
    places = [] if spec is None else [*(spec.submodule_search_locations or [spec.origin or ""])]
    if spec is None or any(_lies_in(place, folder) for place in places for folder in _installed_folders()):
        return ""
    files = {file: _hashed(place) for file, place in _code_files(name, spec)}
    return code_of(steady(f"'{name}'", files)) if files else ""


def code_of(files: Mapping[str, str]) -> str:
    """Return the hash of a package: 12 hexadecimal digits for the names and hashes of its files."""
    return digest(sorted(files.items()))[:DIGITS]


_seen: dict[tuple[str, str], tuple[str, ModuleType | None]] = {}
"""The hash of each file when this process first looked, and what it had imported of it by then."""


def steady(who: str, files: Mapping[str, str]) -> Mapping[str, str]:
    """Return ``files``, unless this process has imported what stood in one of them before.

    Raises
    ------
    UsageError
        When a file has changed since this process looked, and its module is still the one of then.
    """
    stale = []
    for file, found in files.items():
        loaded = sys.modules.get(_imported_as(file))
        before, then = _seen.get((who, file), (found, loaded))
        if before != found and loaded is not None and then in (None, loaded):
            stale.append(file)
        else:
            _seen[who, file] = (found, loaded)
    if stale:
        raise UsageError(
            f"{who} has changed since this process imported it ({listed(stale)}), so that its numbers would "
            "pass for those of the new code. Run it in a new process; in a notebook, restart the kernel."
        )
    return files


def version(name: str) -> str:
    """Return the version of an installed distribution, or nothing."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def top(module: str) -> str:
    """Return the first part of a module's name."""
    return module.partition(".")[0]


def _imported_as(file: str) -> str:
    """Return the name of the module in a file: ``"package.module"`` of ``"package/module.py"``."""
    path = PurePosixPath(file)
    name = path.name.split(".")[0]
    return ".".join(path.parts[:-1] if name == "__init__" else (*path.parts[:-1], name))


def _hashed(place: Place) -> str:
    """Return the hash of a file; of a text without what editors and version control turn round."""
    try:
        content = place.read_bytes()
    except OSError:  # nobody imports what cannot be read
        return "unreadable"
    if place.name.endswith(".py"):
        content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _spec(name: str) -> ModuleSpec | None:
    """Return where an import of a top-level name would look."""
    try:
        return find_spec(name)
    except (ImportError, ValueError):  # a module that was made by hand has none
        return None


def _code_files(name: str, spec: ModuleSpec) -> Iterator[CodeFile]:
    """Yield the files of a package or module."""
    if spec.submodule_search_locations is not None:
        for location in spec.submodule_search_locations:
            yield from _walk(name, _place(str(location)), frozenset())
    elif spec.origin and (place := _place(spec.origin)) is not None and place.is_file():
        yield place.name, place


def _walk(name: str, folder: Place | None, above: frozenset[str]) -> Iterator[CodeFile]:
    """Yield the files of code below a folder; a link that leads back up is not followed."""
    here = str(folder.resolve() if isinstance(folder, Path) else folder)
    if folder is None or not folder.is_dir() or here in above:
        return
    for child in folder.iterdir():
        if _is_code(child.name):
            yield f"{name}/{child.name}", child
        elif child.name.isidentifier() and child.name != "__pycache__" and child.is_dir():
            yield from _walk(f"{name}/{child.name}", child, above | {here})


def _is_code(name: str) -> bool:
    return name.endswith((".py", *COMPILED))


def _place(path: str) -> Place | None:
    """Return a file or folder on disk, or inside the zip file that a part of the path names."""
    plain = Path(path)
    if plain.exists():
        return plain
    for archive in plain.parents:
        if archive.is_file() and zipfile.is_zipfile(archive):
            inside = plain.relative_to(archive).as_posix()
            return zipfile.Path(archive, inside if _is_code(inside) else f"{inside}/")
    return None


def _offered(root: Path) -> set[str]:
    """Return the packages and modules that lie in a folder of the path."""
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    found = packages | {path.stem for path in root.glob("*.py")}
    is_project = (root / "pyproject.toml").is_file() or (root / "setup.py").is_file()
    return found - NOT_INSTALLED if is_project else found


@cache
def _installed_folders() -> list[str]:
    """Return the folders of Python itself and of what is installed into it."""
    named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return [*named, *site.getsitepackages(), site.getusersitepackages(), f"{sys.base_prefix}/lib"]


def _lies_in(path: str, folder: str) -> bool:
    return Path(path).resolve().is_relative_to(Path(folder).resolve())
