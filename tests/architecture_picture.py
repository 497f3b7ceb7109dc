"""The picture of the package in docs/architecture.md, worked out from the imports of its modules.

``python -m tests.architecture_picture`` prints it; a test fails when the document shows another one.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.test_architecture import BESIDE, HOST_FILES, ROW_OF, ROWS, host_modules, module_of

LEFT_OUT = {"__init__", "__main__"}
"""They only lead to what has a row of its own."""


def arrows() -> dict[str, set[str]]:
    """Return for each package the packages that its modules import, at once or later."""
    found: dict[str, set[str]] = {name: set() for name in [*ROW_OF, *BESIDE] if name not in LEFT_OUT}
    for path in HOST_FILES:
        package = module_of(path)
        if package in found:
            found[package] |= {other for other, _ in host_modules(path)} - {package, *LEFT_OUT}
    return found


def reduced(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Return a graph without the arrows that a way over other packages stands for."""
    return {
        name: {
            other
            for other in others
            if not any(other in reached(graph, between) for between in others - {other})
        }
        for name, others in graph.items()
    }


def reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return what can be reached from ``start`` by one arrow or more."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        new = graph[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def picture() -> str:
    """Return the packages by rows, and the arrows between them, in the language of Mermaid."""
    lines = ["graph TD"]
    for row in sorted(ROWS, reverse=True):
        names = [name for name in ROWS[row].split() if name not in LEFT_OUT]
        lines += [f'    subgraph row{row}["row {row}"]', *(f"        {name}" for name in names), "    end"]
    lines += [f"    {name}" for name in sorted(BESIDE)]
    graph = reduced(arrows())
    lines += [f"    {name} --> {other}" for name in sorted(graph) for other in sorted(graph[name])]
    return "\n".join(lines)


if __name__ == "__main__":
    print(picture())
