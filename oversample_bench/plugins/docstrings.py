"""What a docstring tells a list of methods: a sentence, what each parameter is, where the method is from.

Reads numpydoc, which this field writes, and the BibTeX entries of smote-variants. Whatever is written in some
other way gives nothing, rather than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from textwrap import shorten
from typing import Any

MOST_LETTERS, MOST_OF_WORKS = 240, 480
"""Of a sentence, and of what is cited."""

HEADING = re.compile(r"^(?P<name>[A-Z][\w ]*)\n(?:-{3,}|={3,})$", re.MULTILINE)
PARAMETER = re.compile(r"^(?P<names>\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: ?: .*)?$", re.MULTILINE)
CITED = re.compile(r"^(?:\.\. )?(?:\[[^\]]+\]_?:?|\*|-)\s+", re.MULTILINE)
BIBTEX_FIELD = r"\b{}\s*=\s*[{{\"](?P<value>(?:[^{{}}]|{{[^{{}}]*}})*?)[}}\"]\s*(?:,|}}|$)"
SENTENCE_END = re.compile(r"(?<=[^.\s][^.\s][.!?])\s+(?=[A-Z`])|\n\s*\n")
ROLE = re.compile(r":\w+:`(?:[^`<>]+ <)?~?([^`<>]*)>?`|``?([^`]*)``?")


def texts_of(target: Any) -> list[str]:
    """Return the docstring of a function or class, then those of the classes that it extends."""
    family = target.__mro__ if isinstance(target, type) else (target,)
    found = (vars(one).get("__doc__") if isinstance(one, type) else one.__doc__ for one in family)
    return [cleandoc(text) for text in found if text and text != object.__doc__]


def summary(text: str) -> str:
    """Return the first sentence of a docstring, in one line and without its markup."""
    first = SENTENCE_END.split(HEADING.split(text)[0].strip(), maxsplit=1)[0]
    return _in_a_line(first)


def parameters(text: str) -> dict[str, str]:
    """Return what the section ``Parameters`` says of each, by name, in one line."""
    told: dict[str, str] = {}
    for names, said in _entries(_section(text, "Parameters")):
        told |= {name.lstrip("*"): said for name in names.split(", ")}
    return told


def reference(text: str) -> str:
    """Return the works that the docstring cites, or an empty string."""
    cited = CITED.split(_section(text, "References").strip())
    works = [work.split("\n\n")[0].strip() for work in cited if work.strip()]
    return _in_a_line("; ".join(works), MOST_OF_WORKS) if works else _of_bibtex(text)


def _section(text: str, wanted: str) -> str:
    """Return the body of a section of numpydoc."""
    bodies = {one["name"]: body for one, body in _parted(HEADING, text)}
    return bodies.get(wanted, "")


def _entries(section: str) -> Iterator[tuple[str, str]]:
    """Yield the names of each entry of a list of parameters, and what is said below them."""
    for one, said in _parted(PARAMETER, section):
        yield one["names"], summary(said)


def _parted(mark: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield each mark in a text, with what stands between it and the next."""
    found = list(mark.finditer(text))
    for position, one in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(text)
        yield one, text[one.end() : end]


def _of_bibtex(text: str) -> str:
    """Return author, title and year of the first entry of BibTeX."""
    _, found_any, entry = text.partition("@")
    if not found_any or "bibtex" not in text.lower():
        return ""
    found = (
        re.search(BIBTEX_FIELD.format(field), entry, re.IGNORECASE | re.DOTALL)
        for field in ("author", "title", "year")
    )
    values = [re.sub(r"[{}]", "", one["value"]).strip() for one in found if one]
    return _in_a_line(", ".join(value for value in values if value))


def _in_a_line(text: str, most: int = MOST_LETTERS) -> str:
    plain = ROLE.sub(lambda one: one[1] or one[2] or "", text)
    return shorten(" ".join(plain.split()), most, placeholder=" ...")
