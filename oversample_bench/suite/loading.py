"""From a file or a text to a `Suite`, with every error told by file, line and column.

Reads the suite and looks whether the files that it names are there; opens none of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from oversample_bench.core.errors import UsageError, nearest
from oversample_bench.suite.complaints import problems
from oversample_bench.suite.model import Suite, SuiteOrigin
from oversample_bench.suite.source import START, Complaint, Position, refusal
from oversample_bench.suite.yaml_source import parsed, position_at

MOST_BYTES = 2**22
"""A suite of 4 MiB is some other file, given by mistake."""


def load_suite(path: str | Path) -> Suite:
    """Return the suite that a YAML file specifies.

    Parameters
    ----------
    path : str or Path
        The file. Paths in the suite are relative to its folder.

    Raises
    ------
    UsageError
        When it cannot be read or breaks a rule: one line a problem, ``file:line:column: sentence``.
    """
    text = _decoded(_content(Path(path)), str(path))
    return parse_suite(text, str(path), Path(path).parent)


def parse_suite(text: str, file: str = "<suite>", folder: Path | None = None) -> Suite:
    """Return the suite that a YAML text specifies.

    Parameters
    ----------
    text : str
        The YAML.
    file : str, default="<suite>"
        What messages call it.
    folder : Path, optional
        What relative paths in the suite start from. Default: the working directory.

    Raises
    ------
    UsageError
        When it breaks a rule: one line a problem, ``file:line:column: sentence``.
    """
    source = parsed(text, file)
    if source.value is None:
        sentence = "The suite is empty; expected at least the keys name, data, methods and classifiers."
        raise refusal(file, [Complaint(START, sentence), *source.problems])
    try:
        suite = Suite.of(SuiteOrigin(source, (folder or Path()).absolute()))
    except ValidationError as error:
        told = {problem.position for problem in source.problems}  # a value is found wrong once
        more = [problem for problem in problems(error, source) if problem.position not in told]
        raise refusal(file, [*source.problems, *more]) from None
    if source.problems:
        raise refusal(file, source.problems)
    return suite


def suite_schema() -> dict[str, Any]:
    """Return JSON Schema (draft 2020-12) of a suite, from which editors complete keys and show errors."""
    schema = Suite.model_json_schema()
    for section in [schema, *schema["$defs"].values()]:
        for field in section.get("properties", {}).values():
            if field.get("default") == "":  # stands for a default that is worked out
                del field["default"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(path, f"There is no such file.{_neighbour(path)}") from None
    except IsADirectoryError:
        raise _unreadable(path, "This is a folder; expected a YAML file.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _unreadable(path, f"The file cannot be read: {reason}.") from None
    if len(content) > MOST_BYTES:
        raise _unreadable(path, f"The file has more than {MOST_BYTES:,} bytes; this is no suite.")
    return content


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        sentence = f"The byte 0x{content[error.start]:02X} is no UTF-8 text; save the file as UTF-8."
        raise _unreadable(file, sentence, position_at(before, len(before))) from None


def _unreadable(file: str | Path, sentence: str, position: Position = START) -> UsageError:
    return refusal(str(file), [Complaint(position, sentence)])


def _neighbour(path: Path) -> str:
    """Return a hint at the YAML file of the nearest name in the same folder."""
    try:
        names = [other.name for other in path.parent.iterdir() if other.suffix in {".yaml", ".yml"}]
    except OSError:
        return f" There is no folder '{path.parent}' either."
    return nearest(path.name, names)
