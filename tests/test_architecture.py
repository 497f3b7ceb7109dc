"""The direction and the weight of imports, and the size of modules: read from the source with `ast`."""

import ast
import subprocess
import sys
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOST = "oversample_bench"

ROWS = {
    0: "api specs outcome seeds errors labels refusals replacement surroundings",
    1: "hookspecs suite plan data metrics fidelity audit store report adaboost thresholds baselines "
    "identity tasks threads calibration distributions loose answers observing seeding scoring requesting",
    2: "builtin gate origins",
    3: "registry",
    4: "stages limits draws checking inventory estimate adoption design foreseen",
    5: "runners",
    6: "driver choosing recording remaining watching summary occupation forecast progress environment cli "
    "portraits health bulletin joining explaining samples verifying deviations "
    "__init__ __main__",
}
"""A module imports from its own row and lower ones. A package counts as one module."""

BESIDE = {"testing"}
"""In no row: for plugin authors' tests, it imports `api` alone and nobody imports it."""

ROW_OF = {module: row for row, modules in ROWS.items() for module in modules.split()}

LIGHT_ROWS = (
    "hookspecs suite plan identity tasks store registry builtin checking inventory estimate driver choosing "
    "distributions loose origins adoption requesting foreseen "
    "recording remaining watching summary occupation forecast progress environment cli __init__ __main__"
)
LIGHT = {*ROWS[0].split(), *LIGHT_ROWS.split()}
"""On the way of ``bench --help``, ``plan`` and ``plugins``, which must answer at once."""

HEAVY = {"torch", "ray", "pandas", "matplotlib", "sklearn", "imblearn", "scipy"}

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


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_of(path: Path) -> str:
    """Return the row's word for a file of the host: ``store`` for ``oversample_bench/store/ledger.py``."""
    return path.relative_to(ROOT / HOST).parts[0].removesuffix(".py")


def imports(path: Path) -> list[Import]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {id(inner) for node in ast.walk(tree) if is_late(node) for inner in ast.walk(node)}
    return [
        Import(name, node.lineno, id(node) not in late)
        for node in ast.walk(tree)
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
    inner = [
        (parts[1] if len(parts) > 1 else "__init__", one)
        for parts, one in found
        if "__version__" not in parts
    ]
    return [(name if name in known else "__init__", one) for name, one in inner]


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", HOST_FILES, ids=named)
def test_every_module_has_a_row(path: Path) -> None:
    """A module of the host stands in the table of rows, so that its direction of imports is decided."""
    module = module_of(path)

    assert module in ROW_OF or module in BESIDE, (
        f"'{module}' stands in no row; decide what it may import and write it into ROWS in this file"
    )


@pytest.mark.parametrize("path", HOST_FILES, ids=named)
def test_imports_point_down(path: Path) -> None:
    """A module imports from its own row and lower ones; nobody imports the contract for plugin authors."""
    module = module_of(path)
    if module not in ROW_OF:
        pytest.skip("in no row: beside them, or missing from the table, which is another test's business")
    up = [
        f"line {one.line}: {one.name} (row {ROW_OF.get(other, 'none')})"
        for other, one in host_modules(path)
        if other in BESIDE or ROW_OF.get(other, 0) > ROW_OF[module]
    ]

    assert not up, f"{named(path)} is in row {ROW_OF[module]} and imports upwards: {'; '.join(up)}"


def test_no_module_imports_itself_by_a_detour() -> None:
    """The imports that happen at import have no circle between modules."""
    graph: dict[str, set[str]] = {}
    for path in HOST_FILES:
        others = {other for other, one in host_modules(path) if one.at_import}
        graph.setdefault(module_of(path), set()).update(others - {module_of(path)})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("api", set()),
        ("report", {"report", "store", *ROWS[0].split()}),
        ("testing", {"testing", "api"}),
    ],
)
def test_modules_with_a_narrower_door(module: str, allowed: set[str]) -> None:
    """The door imports nothing of ours, reports know the store alone, the contract knows the door alone."""
    files = [path for path in HOST_FILES if module_of(path) == module]
    others = [one for path in files for other, one in host_modules(path) if other not in allowed]

    assert not others, f"'{module}' may import {sorted(allowed) or 'nothing'} of the host, not {others}"


@pytest.mark.parametrize("path", HOST_FILES, ids=named)
def test_imports_are_absolute(path: Path) -> None:
    """Inside the host a module is imported by its full name."""
    relative = [one for one in imports(path) if one.name.startswith(".")]

    assert not relative, f"{named(path)} has relative imports: {relative}"


@pytest.mark.parametrize("path", [path for path in HOST_FILES if module_of(path) in LIGHT], ids=named)
def test_light_modules_import_frameworks_late(path: Path) -> None:
    """What ``bench --help`` imports loads a framework only inside the function that needs it."""
    heavy = [one for one in imports(path) if one.at_import and one.name.split(".")[0] in HEAVY]

    assert not heavy, f"{named(path)} imports at its top what takes seconds: {heavy}"


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
    first = node.body[0]
    doc = first.end_lineno - first.lineno + 1 if ast.get_docstring(node, clean=False) is not None else 0
    return node.end_lineno - node.lineno + 1 - doc


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
    """Spare estimators' constructors, and the host's receiver of the public `api.Register` callback."""
    return name == "__init__" or parameters[-5:] == ["name", "target", "defaults", "requires", "install"]


@pytest.mark.parametrize(
    "module", ["oversample_bench", "oversample_bench.cli", "oversample_bench.plugins.registry"]
)
def test_command_line_starts_without_frameworks(module: str) -> None:
    """Importing the command line loads no framework."""
    program = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr[-500:] or f"{module}: {done.stdout}"
