"""Where the output goes: a terminal that knows other characters, a reader that has left, a disk that is full.

Files are always UTF-8, and whoever writes one says so; this is about what a person reads while it happens.
"""

from __future__ import annotations

import codecs
import io
import os
import sqlite3
import sys
import unicodedata
from math import isfinite
from typing import Any, TextIO

import click

from oversample_bench.core.refusals import sentence

PLAIN = {
    "±": "~", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "…": ".", "×": "x",
    "·": ".", "≈": "~", "†": "+", "‡": "#",
}  # fmt: skip
"""One character for one, so that the columns of a table stay where they are."""

HANDLER = "oversample_bench.plain"


class Tolerance(click.FloatRange):
    """How far two numbers may be apart and count as equal; nan, with which all do, is refused."""

    name = "tolerance"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return a finite number of at least 0."""
        found = float(super().convert(value, param, ctx))
        if not isfinite(found):
            self.fail(f"{value} is no finite number.", param, ctx)
        return found


TOLERANCE = Tolerance(min=0)


def speak_plainly() -> None:
    """Let the output replace characters that it does not know, instead of ending the program."""
    codecs.register_error(HANDLER, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(letter: str) -> str:
    """Return a letter without its accents, a sign that is like it, or a question mark."""
    parts = unicodedata.normalize("NFKD", letter)
    is_plain = parts[0].isascii() and all(map(unicodedata.combining, parts[1:]))
    return PLAIN.get(letter) or (parts[0] if is_plain else "?")


def echo(text: str = "", *, err: bool = False) -> None:
    """Print a line to the output itself: click would open another one, in UTF-8, beside one in ASCII."""
    stream = sys.stderr if err else sys.stdout
    if stream is not None:  # as it is for a program that was started without one
        click.echo(text, file=stream)


def told_of(error: OSError | sqlite3.Error) -> None:
    """Say what the system refused; an output that takes nothing any more is given up."""
    echo(sentence(error), err=True)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _give_up(sys.stdout)


def _give_up(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, or Python tries again at its end, and complains."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def leave(code: int) -> int:
    """Write what is still to be written, and return the exit code: 1 where nobody takes it any more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            _give_up(stream)
            if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                echo(sentence(error), err=True)
            code = code or 1
    return code
