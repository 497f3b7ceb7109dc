"""Reads YAML 1.2 text into a `YamlText`. Builds no objects from tags, and expands aliases within bounds."""

from __future__ import annotations

import re
import sys
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError

from oversample_bench.suite.source import START, Complaint, Key, Position, Steps, YamlText, refusal

MOST_VALUES = 100_000
"""Aliases of aliases can make a short text stand for more values than a machine holds."""

LARGEST = 2**64
"""Whole numbers beyond it are no parameters, and Python refuses to print the longest of them."""

_STANDARD = "tag:yaml.org,2002:"
_KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "null": "an empty value"}
_MERGE = (
    "'<<' would merge another mapping into this one, which YAML 1.2 no longer does. Write the keys out; an "
    "anchor and its alias (&name, *name) repeat a whole value."
)
_WORDS = frozenset({"str", "timestamp", "value", "merge"})  # YAML 1.2 has neither dates nor merging: text
_OLD = re.compile(r"^%YAML\s+1\.[01]\b", re.MULTILINE)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def parsed(text: str, file: str) -> YamlText:
    """Return the values of a YAML text with their positions.

    Parameters
    ----------
    text : str
        The YAML.
    file : str
        What messages call it.

    Raises
    ------
    UsageError
        When the text is no YAML, with line, column and the reason.
    """
    try:
        root = _composed(text)
        reader = _Reader()
        value = None if root is None else reader.read(root, ())
    except RecursionError:
        raise refusal(file, [Complaint(START, "The values are nested too deeply to be a suite.")]) from None
    except _UnreadableError as error:
        raise refusal(file, [error.problem]) from None
    return YamlText(file, text, value, reader.values, reader.keys, tuple(reader.problems))


class _UnreadableError(Exception):
    """A text that cannot be read on from here."""

    def __init__(self, position: Position, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = Complaint(position, sentence)


def _composed(text: str) -> Node | None:
    """Return the tree of nodes of the only document in ``text``, or None when there is nothing in it."""
    if old := _OLD.search(text):
        sentence = f"Suites are YAML 1.2; take out '{old[0].strip()}', under which 'no' would be false."
        raise _UnreadableError(position_at(text, old.start()), sentence)
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False  # an anchor may be given anew, says YAML
    try:
        root: Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        raise _UnreadableError(*_syntax(error)) from None
    except ReaderError as error:
        position = position_at(text, text.find(chr(error.character)))
        sentence = f"The character U+{error.character:04X} may not stand in YAML; is this a text file?"
        raise _UnreadableError(position, sentence) from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # broken directives and escapes take ruamel.yaml by surprise
        raise _UnreadableError(START, f"This is no valid YAML: {error}.") from None
    return root


def _syntax(error: MarkedYAMLError) -> tuple[Position, str]:
    """Return where the YAML breaks off, and why in a sentence."""
    mark = error.problem_mark or error.context_mark
    if "'\\t'" in str(error.problem):
        return _place(mark), "A tab stands where YAML wants spaces; indent with spaces."
    context = f" {error.context}" if error.context else ""
    return _place(mark), f"This is no valid YAML: {error.problem}{context}."


def position_at(text: str, index: int) -> Position:
    """Return line and column of a character by its index."""
    start = text.rfind("\n", 0, max(index, 0)) + 1
    return text.count("\n", 0, max(index, 0)) + 1, max(index, 0) - start + 1


def _place(mark: Any) -> Position:
    return START if mark is None else (mark.line + 1, mark.column + 1)


class _Reader:
    """Turns nodes into plain values and writes down where they stand."""

    def __init__(self) -> None:
        self.values: dict[Steps, Position] = {}
        self.keys: dict[Steps, Position] = {}
        self.problems: list[Complaint] = []
        self._open: list[Node] = []
        self._scalars = YAML(typ="safe", pure=True).constructor

    def read(self, node: Node, steps: Steps) -> Any:
        """Return the plain value of a node."""
        self._enter(node, steps)
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if _tag(node) not in {"map", "seq"}:
            self._complain(node, _no_tag(node))
        self._open.append(node)
        value = self._mapping(node, steps) if isinstance(node, MappingNode) else self._list(node, steps)
        self._open.pop()
        return value

    def _enter(self, node: Node, steps: Steps) -> None:
        if any(node is parent for parent in self._open):
            raise _UnreadableError(
                _place(node.start_mark), "This anchor stands for something that holds itself."
            )
        if len(self.values) >= MOST_VALUES:
            raise _UnreadableError(
                _place(node.start_mark), f"The text stands for more than {MOST_VALUES:,} values."
            )
        absent = isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index
        self.values[steps] = self.keys.get(steps, START) if absent else _place(node.start_mark)

    def _complain(self, node: Node, sentence: str) -> None:
        self.problems.append(Complaint(_place(node.start_mark), sentence))

    def _list(self, node: Node, steps: Steps) -> list[Any]:
        return [self.read(item, (*steps, position)) for position, item in enumerate(node.value)]

    def _mapping(self, node: MappingNode, steps: Steps) -> dict[Key, Any]:
        value: dict[Key, Any] = {}
        for key_node, item in node.value:
            self._pair(key_node, item, steps, value)
        return value

    def _pair(self, key_node: Node, item: Node, steps: Steps, value: dict[Key, Any]) -> None:
        """Add a key and its value to ``value``, or say why not."""
        if _tag(key_node) == "merge":
            self._complain(key_node, _MERGE)
            return
        key = self._key(key_node)
        if key is None:
            return
        if key in value:
            line = self.keys[*steps, key][0]
            self._complain(
                key_node, f"The key '{key_node.value}' is given twice; the first is in line {line}."
            )
            return
        self.keys[*steps, key] = _place(key_node.start_mark)
        value[key] = self.read(item, (*steps, key))

    def _key(self, node: Node) -> Key | None:
        """Return a key that is text, a number or a truth value, or None after a complaint."""
        key = self._scalar(node) if isinstance(node, ScalarNode) else node
        if isinstance(key, str | int | float):
            return key
        found = "empty" if key is None else "a list or mapping"
        self._complain(node, f"A key is {found}; expected text.")
        return None

    def _scalar(self, node: ScalarNode) -> Any:
        """Return text, number, truth value or None."""
        if _tag(node) in _KINDS:
            return self._number(node)
        if _tag(node) not in _WORDS:
            self._complain(node, _no_tag(node))
        if _NO_TEXT.search(node.value):
            self._complain(node, "The text holds a character that cannot be written to a file.")
            return _NO_TEXT.sub("?", node.value)
        return str(node.value)

    def _number(self, node: ScalarNode) -> Any:
        try:
            value = self._scalars.construct_object(node)
        except (ArithmeticError, LookupError, ValueError):
            self._complain(node, f"'{node.value[:40]}' is not {_KINDS[_tag(node)]}.")
            return str(node.value)
        if isinstance(value, int) and abs(value) >= LARGEST:
            self._complain(node, f"The number {node.value[:20]}... is too large; quote it if it is text.")
            return sys.maxsize
        return value


def _tag(node: Node) -> str:
    """Return the kind of a node: ``int``, ``str`` and so on, or a tag of the author's own in full."""
    return str(node.tag).removeprefix(_STANDARD)


def _no_tag(node: Node) -> str:
    return f"The tag {str(node.tag)[:40]} means nothing in a suite; write the value without it."
