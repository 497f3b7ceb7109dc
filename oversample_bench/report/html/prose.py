"""Markdown of the report as HTML, so that both reports say the same in the same words.

The Markdown holds names that anyone may have chosen. They are escaped there already; here, too, no raw HTML
passes but the two tags with which `oversample_bench.report.markdown.folded` opens and closes a traceback.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

FOLDING = re.compile(r"(<details><summary>[^<>]*</summary>|</details>)\s*")
PLAIN = re.compile(r"[^\n\\`*_\[\]!<&]*")  # no letter that an inline rule of CommonMark begins with
NUMBER = {"class": "number"}
SHORT = 40  # letters that a cell keeps on one line


@dataclass(frozen=True)
class Prose:
    """A piece of the page.

    Parameters
    ----------
    body : Markup
        HTML.
    headings : tuple of (str, str)
        Anchor and text of the headings of the second level, for the table of contents.
    """

    body: Markup
    headings: tuple[tuple[str, str], ...]


def prose(text: str, anchor: str) -> Prose:
    """Turn Markdown into HTML whose tables scroll in a box of their own and can be sorted.

    Parameters
    ----------
    text : str
        With headings of the second level and below.
    anchor : str
        What the ids of its headings begin with; differs between the pieces of one page.
    """
    tokens = _parser().parse(text)
    headings = _anchored(tokens, anchor)
    _name_rows(tokens)
    body = _parser().renderer.render(tokens, _parser().options, {})
    return Prose(Markup(body), headings)  # noqa: S704 - the parser escapes all text, `_raw` all tags but two


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    rules = {
        "html_block": _raw, "html_inline": _raw, "table_open": _table, "table_close": _table_end,
        "th_open": _cell, "td_open": _cell, "td_close": _cell_end,
    }  # fmt: skip
    parser.core.ruler.at("inline", _inline)
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def _inline(state: StateCore) -> None:
    """Parse what stands in lines and cells; numbers, most of a report, need no parsing."""
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if PLAIN.fullmatch(token.content):
            token.children.append(Token("text", "", 0, content=token.content))
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _anchored(tokens: Sequence[Token], anchor: str) -> tuple[tuple[str, str], ...]:
    """Give each heading an id and each table the heading above it, and return the headings on top."""
    found, title = [], ""
    for token, inner in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and inner is not None:
            title = "".join(child.content for child in inner.children or [])
            token.attrs["id"] = f"{anchor}-{token.map[0] if token.map else 0}"
            if token.tag == "h2":
                found.append((str(token.attrs["id"]), title))
        elif token.type == "table_open":
            token.meta["title"] = title
    return tuple(found)


def _name_rows(tokens: Sequence[Token]) -> None:
    """Make the first cell of each row of a table's body its header; hide a head without words."""
    for place, token in enumerate(tokens):
        if token.type == "tr_open" and tokens[place + 1].type == "td_open":
            tokens[place + 1].tag = tokens[place + 3].tag = "th"
            tokens[place + 1].attrs["scope"] = "row"
        elif token.type == "thead_open" and not any(map(_words, _head(tokens, place))):
            token.attrs["hidden"] = ""


def _head(tokens: Sequence[Token], start: int) -> Sequence[Token]:
    end = next(i for i in range(start, len(tokens)) if tokens[i].type == "thead_close")
    return tokens[start:end]


def _words(token: Token) -> bool:
    return token.type == "inline" and bool(token.content.strip())


def _raw(_renderer: Any, tokens: Sequence[Token], place: int, *_rest: Any) -> str:
    text = tokens[place].content
    return text if FOLDING.fullmatch(text) else html.escape(text)


def _table(_renderer: Any, tokens: Sequence[Token], place: int, *_rest: Any) -> str:
    title = html.escape(f"Table: {tokens[place].meta['title']}")
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{title}"><table class="sortable">\n'


def _table_end(*_: Any) -> str:
    return "</table></div>\n"


def _cell_end(*_: Any) -> str:
    """Leave out the tag that HTML does not ask for: thousands of cells have it."""
    return ""


def _cell(renderer: Any, tokens: Sequence[Token], place: int, *rest: Any) -> str:
    token = tokens[place]
    is_number = token.attrs.pop("style", None) == "text-align:right"
    if is_number:
        token.attrs |= NUMBER
    if token.type == "th_open":
        token.attrs["scope"] = "col"
    elif not is_number and len(tokens[place + 1].content) <= SHORT:
        token.attrs["class"] = "short"
    return str(renderer.renderToken(tokens, place, *rest))
