"""The direction and the weight of imports, and the size of modules: read from the source with `ast`."""

import ast
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOST = "oversample_bench"

ROWS = {
    0: "api core",
    1: "suite datasets store",
    2: "plugins analysis",
    3: "evaluation report",
    4: "execution",
    5: "cli __init__ __main__",
}
"""A package imports from its own row and lower ones."""

BESIDE = {"testing"}
"""In no row: for plugin authors' tests, it imports `api` alone, and `cli` alone imports it."""

ROW_OF = {module: row for row, modules in ROWS.items() for module in modules.split()}

ENTRIES = {
    "api.py", "core", "suite", "datasets", "store", "plugins", "analysis", "evaluation", "report",
    "execution", "cli", "testing",
}  # fmt: skip
"""What stands at the top of the package, beside what Python wants there."""

HEAVY = {"torch", "ray", "pandas", "altair", "vl_convert", "sklearn", "imblearn", "scipy"}

MOST_LINES = 350
MOST_FUNCTION_LINES = 40
MOST_PARAMETERS = 6


@dataclass(frozen=True)
class Import:
    """A module's name as imported, the line, and whether it happens when the importing file is imported."""

    name: str
    line: int
    at_import: bool


def sources(folder: Path) -> list[Path]:
    skipped = {"build", "tests", ".venv", "__pycache__"}
    return sorted(path for path in folder.rglob("*.py") if not skipped & set(path.relative_to(folder).parts))


HOST_FILES = sources(ROOT / HOST)
PLUGIN_FILES = sources(ROOT / "plugins")
PLUGIN_TESTS = sorted((ROOT / "plugins").glob("*/tests/**/*.py"))
ALL_FILES = HOST_FILES + PLUGIN_FILES
ROOTS = [ROOT / HOST, *sorted((ROOT / "plugins").glob("*/oversample_bench_*/"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    """Return the package of a file of the host: ``store`` for ``oversample_bench/store/ledger.py``."""
    return path.relative_to(ROOT / HOST).parts[0].removesuffix(".py")


def imports(path: Path) -> list[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {id(inner) for node in ast.walk(tree) if is_late(node) for inner in ast.walk(node)}
    return [
        Import(name, node.lineno, id(node) not in late)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imported_names(node)
    ]


def is_late(node: ast.AST) -> bool:
    """Tell whether what stands inside ``node`` runs later than the import, or never."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        start = "." * node.level + (node.module or "")
        return [f"{start}.{alias.name}" for alias in node.names]
    return []


def host_modules(path: Path) -> list[tuple[str, Import]]:
    """Return the modules of the host that a file imports; the package's version is nobody's module."""
    found = [(one.name.split("."), one) for one in imports(path) if one.name.split(".")[0] == HOST]
    known = {module_of(file) for file in HOST_FILES} | set(ROW_OF)
    inner = [(parts[1] if len(parts) > 1 else "__init__", one) for parts, one in found]
    return [(name if name in known else "__init__", one) for name, one in inner if name != "__version__"]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_the_package_has_twelve_entries() -> None:
    """A stranger finds a thing by its name: twelve nouns of the field, and nothing flat beside them."""
    own = {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    found = {path.name for path in (ROOT / HOST).iterdir()} - own

    assert found == ENTRIES


@pytest.mark.parametrize("path", HOST_FILES, ids=named)
def test_imports_point_down(path: Path) -> None:
    """A package imports from its own row and lower ones; the command line alone runs the contract's rules."""
    package = module_of(path)
    up = [
        f"line {one.line}: {one.name} (row {ROW_OF.get(other, 'none')})"
        for other, one in host_modules(path)
        if package in ROW_OF  # another test has the narrower door of what stands beside
        and (package != "cli" if other in BESIDE else ROW_OF[other] > ROW_OF[package])
    ]

    assert not up, f"{named(path)} is in row {ROW_OF[package]} and imports upwards: {'; '.join(up)}"


def module_graph() -> dict[str, set[str]]:
    """Return for each module of the host those that are imported when it is imported."""
    known = {dotted(path): path for path in HOST_FILES}
    graph: dict[str, set[str]] = {}
    for name, path in known.items():
        graph[name] = set()
        for one in imports(path):
            target = one.name
            while target not in known and "." in target:
                target = target.rpartition(".")[0]
            if one.at_import and target in known and not name.startswith(f"{target}."):
                graph[name].add(target)
        graph[name].discard(name)
    return graph


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_module_imports_itself_by_a_detour() -> None:
    """The imports that happen at import have no circle, neither between packages nor inside one."""
    try:
        TopologicalSorter(module_graph()).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_no_base_name_occurs_twice() -> None:
    """A feature lives in one place, so that a name leads to one file."""
    names = Counter(path.stem for path in HOST_FILES if path.stem != "__init__")

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_no_class_name_occurs_twice(root: Path) -> None:
    """In one distribution a class is known by its name alone."""
    names = Counter(
        node.name
        for path in sources(root)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )

    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("api", set()),
        ("core", {"core", "api"}),
        ("analysis", {"analysis", "store", "core"}),
        ("report", {"report", "analysis", "core", "__init__"}),
        ("testing", {"testing", "api"}),
    ],
)
def test_packages_with_a_narrower_door(package: str, allowed: set[str]) -> None:
    """The door imports nothing of ours, documents know the analysis alone, the contract knows the door."""
    files = [path for path in HOST_FILES if module_of(path) == package]
    others = [one for path in files for other, one in host_modules(path) if other not in allowed]

    assert not others, f"'{package}' may import {sorted(allowed) or 'nothing'} of the host, not {others}"


@pytest.mark.parametrize("path", HOST_FILES, ids=named)
def test_imports_are_absolute(path: Path) -> None:
    """Inside the host a module is imported by its full name."""
    relative = [one for one in imports(path) if one.name.startswith(".")]

    assert not relative, f"{named(path)} has relative imports: {relative}"


@pytest.mark.parametrize("path", PLUGIN_FILES + PLUGIN_TESTS, ids=named)
def test_plugins_use_the_door(path: Path) -> None:
    """Plugins, first-party ones too, import `oversample_bench.api` and `oversample_bench.testing` only."""
    others = [one for other, one in host_modules(path) if other not in {"api", "testing"}]

    assert not others, f"{named(path)} imports what may change without notice: {others}"


@pytest.mark.parametrize("path", ALL_FILES, ids=named)
def test_modules_are_short(path: Path) -> None:
    """A module has under 350 lines."""
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines < MOST_LINES, f"{named(path)} has {lines} lines; split it by what it is about"


@pytest.mark.parametrize("path", ALL_FILES, ids=named)
def test_functions_are_short(path: Path) -> None:
    """A function has at most 40 lines, its docstring left out; a constructor may list its parameters."""
    long = {
        node.name: n
        for node in functions(path)
        if (n := lines_of(node)) > MOST_FUNCTION_LINES and not only_keeps_parameters(node)
    }

    assert not long, f"{named(path)} has long functions: {long}"


def only_keeps_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell an estimator's constructor: ``super().__init__`` and ``self.name = name`` a parameter."""
    kept = [f"self.{name} = {name}" for name in parameters_of(node)]
    return node.name == "__init__" and all(
        ast.unparse(line) in kept or ast.unparse(line).startswith("super().__init__(") for line in node.body
    )


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = extent(node.body[0]) if ast.get_docstring(node, clean=False) is not None else 0
    return extent(node) - doc


def extent(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", ALL_FILES, ids=named)
def test_functions_take_few_parameters(path: Path) -> None:
    """A function takes at most six parameters; an estimator's constructor what it is set by."""
    many = {
        node.name: names for node in functions(path) if len(names := parameters_of(node)) > MOST_PARAMETERS
    }
    many = {name: names for name, names in many.items() if not is_exempt(name, names)}

    assert not many, f"{named(path)} has functions in which a value is missing: {many}"


def parameters_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = node.args
    names = [one.arg for one in chain(arguments.posonlyargs, arguments.args, arguments.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"}]


def is_exempt(name: str, parameters: list[str]) -> bool:
    """Spare estimators' constructors, the receiver of the public `api.Register`, and `compare`'s keywords."""
    return name in ("__init__", "compare") or parameters[-6:] == [
        "name",
        "target",
        "defaults",
        "requires",
        "install",
        "about",
    ]


SMALL = "name: s\ndata: [ecoli1]\nmethods: [none]\nclassifiers: [knn]\nsplits: 2\n"
LIGHT = ["--help", "--version", "plan s.yaml", "plugins list", "run --help"]
"""Commands that answer at once."""


@pytest.mark.parametrize("words", LIGHT)
def test_light_commands_load_no_framework(words: str, tmp_path: Path) -> None:
    """What only looks at names and suites imports neither torch nor Ray nor pandas nor scikit-learn.

    Parameters that a suite sets are checked by `bench plan` as well, which imports what they are set for.
    """
    (tmp_path / "s.yaml").write_text(SMALL, encoding="utf-8")
    done = commanded(words, "", tmp_path)

    assert (done.returncode, done.stderr.split()) == (0, ["loaded:"]), done.stderr[-500:]


WITHOUT_RAY = """
import builtins
real = builtins.__import__
def barred(name, *rest, **named):
    if name.split(".")[0] == "ray":
        raise ModuleNotFoundError("No module named 'ray'")
    return real(name, *rest, **named)
builtins.__import__ = barred
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    ["plan s.yaml", "run s.yaml --runner serial --no-figures", "plugins list", "run s.yaml --no-figures"],
)
def test_whoever_has_no_ray_can_do_what_needs_none(words: str, tmp_path: Path) -> None:
    """Ray is for clusters: planning, and running in this process, work where it is not installed."""
    (tmp_path / "s.yaml").write_text(SMALL, encoding="utf-8")
    done = commanded(words, WITHOUT_RAY, tmp_path)

    assert done.returncode == 0, done.stdout[-300:] + done.stderr[-800:]


def commanded(words: str, before: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command line in a process of its own, which ends by telling which frameworks it has loaded."""
    program = f"""
import sys
{before}
from oversample_bench.cli import main
sys.argv = ["bench", *{words.split()!r}]
try:
    main()
finally:
    print("loaded:", *sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=folder, check=False
    )
