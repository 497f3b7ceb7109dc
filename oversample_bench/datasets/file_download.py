"""Downloads one file into memory and tells in a sentence what was wrong with it.

Knows nothing of sets and writes nothing: a download that is interrupted, cut off or altered leaves nothing
behind. Nothing is tried twice. A page in the place of the data, an archive that cannot be unpacked and
another content than its checksum says are told apart from a server that does not answer or refuses.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import IncompleteRead
from io import BytesIO
from typing import Protocol

from oversample_bench.core.errors import first_line
from oversample_bench.datasets.formats import unpacked
from oversample_bench.datasets.official_sources import Content, Remote

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 30.0
"""How long a host may take to answer, and to send nothing once it has."""

WHOLE_SECONDS = 3600.0
"""How long a file may take in all: a host that sends a byte now and then is never silent."""

CHUNK_BYTES = 2**16

PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml")
"""How pages begin that servers send in the place of a file."""


class DownloadError(Exception):
    """Why a file or a set could not be had, in a sentence without its full stop."""


class SilentHostError(DownloadError):
    """A host that cannot be reached: none of its other files can be had either."""


class Bar(Protocol):
    """What pooch moves while it downloads; ``total`` is in bytes, 0 where the server does not say."""

    total: int

    def update(self, n: int) -> object:
        """Move on by ``n`` bytes."""

    def reset(self) -> object:
        """Begin anew."""

    def close(self) -> object:
        """Be done."""


def contents(remote: Remote, bar: Callable[[str], Bar] | None = None) -> list[bytes]:
    """Return the files that lie at an address, unpacked, each of them what its checksum says.

    Parameters
    ----------
    remote : Remote
        The address and what is expected there.
    bar : callable, optional
        Returns a `Bar` for a file of the given name.

    Raises
    ------
    DownloadError
        When the files are not to be had there; `SilentHostError` when nobody answers at all.
    """
    raw = _downloaded(remote, bar)
    if raw[:200].lstrip().lower().startswith(PAGE):
        raise DownloadError(f"{remote.url} is a web page now, not the data")
    try:
        found = unpacked(raw, [content.name for content in remote.contents])
    except Exception as error:  # damaged archives raise much: EOFError, zlib.error, BadZipFile, OSError
        raise DownloadError(
            f"{remote.url} is damaged or was cut off: its {len(raw):,} bytes cannot be unpacked "
            f"({first_line(error)})"
        ) from error
    if len(found) != len(remote.contents):
        raise DownloadError(
            f"{remote.url} is not the archive that it was, but {len(raw):,} bytes of another kind"
        )
    for content, expected in zip(found, remote.contents, strict=True):
        _check(content, expected, remote)
    return found


def _downloaded(remote: Remote, bar: Callable[[str], Bar] | None) -> bytes:
    import pooch

    buffer = BytesIO()
    with _told(remote, buffer), _in_time(remote, buffer) as watch:
        get = pooch.HTTPDownloader(
            progressbar=bar(remote.url.rsplit("/", 1)[-1]) if bar else False,
            chunk_size=CHUNK_BYTES,
            timeout=(CONNECT_SECONDS, SILENCE_SECONDS),
            hooks={"response": watch},
        )
        get(remote.url, buffer, None)
    return buffer.getvalue()


@contextmanager
def _in_time(remote: Remote, buffer: BytesIO) -> Iterator[Callable[..., None]]:
    """Yield what takes note of the answer of a server, and hang up on it when the time is over."""
    import requests

    answers: list[requests.Response] = []
    over = threading.Event()

    def hang_up() -> None:
        over.set()
        for answer in answers:
            with suppress(ValueError, RuntimeError, OSError):  # it has ended meanwhile
                answer.raw.shutdown()

    timer = threading.Timer(WHOLE_SECONDS, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield lambda answer, **_: answers.append(answer)
    except requests.RequestException:
        if not over.is_set():
            raise
    finally:
        timer.cancel()
        for answer in answers:
            answer.close()
    if over.is_set():
        raise DownloadError(
            f"{remote.url} was given up after {WHOLE_SECONDS:g} s, in which {buffer.tell():,} bytes came"
        )


@contextmanager
def _told(remote: Remote, buffer: BytesIO) -> Iterator[None]:
    """Turn what goes wrong on the way into a sentence."""
    import requests

    try:
        yield
    except requests.HTTPError as error:
        answer = error.response
        told = first_line(error) if answer is None else f"{answer.status_code} ({answer.reason})"
        raise DownloadError(f"{remote.url} answers {told}") from error
    except (requests.ConnectionError, requests.Timeout) as error:
        if buffer.tell():
            raise DownloadError(_cut_off(remote, buffer, error)) from error
        raise SilentHostError(f"{remote.host} cannot be reached ({_cause(error)})") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise DownloadError(_cut_off(remote, buffer, error)) from error
    except requests.RequestException as error:
        raise DownloadError(f"{remote.url} cannot be downloaded ({first_line(error)})") from error


def _cut_off(remote: Remote, buffer: BytesIO, error: BaseException) -> str:
    for wrapped in _chain(error):
        if isinstance(wrapped, IncompleteRead) and isinstance(wrapped.partial, int):  # urllib3's own
            whole = wrapped.partial + (wrapped.expected or 0)
            return f"{remote.url} was cut off after {wrapped.partial:,} of {whole:,} bytes"
    return f"{remote.url} was cut off after {buffer.tell():,} bytes"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and what it wraps."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _cause(error: BaseException) -> str:
    """Return what the system said: at the root of a chain of wrappers."""
    import requests

    if isinstance(error, requests.Timeout):
        waited = CONNECT_SECONDS if isinstance(error, requests.ConnectTimeout) else SILENCE_SECONDS
        return f"no answer within {waited:g} s"
    said = (wrapped.strerror for wrapped in _chain(error) if isinstance(wrapped, OSError))
    return next(filter(None, said), None) or first_line(error)


def _check(content: bytes, expected: Content, remote: Remote) -> None:
    """Compare a file with its checksum, where there is one.

    Raises
    ------
    DownloadError
        When it is another file.
    """
    kind, _, digest = expected.checksum.partition(":")
    if digest and _digest(kind, content) != digest:
        raise DownloadError(
            f"{remote.host} gives another {expected.name} than the published one: {len(content):,} bytes "
            f"with the {kind} checksum {_digest(kind, content)}, expected {digest}"
        )


def _digest(kind: str, content: bytes) -> str:
    if kind == "sha256":
        return hashlib.sha256(content).hexdigest()
    named = b"blob %d\0" % len(content) + content  # as git names its objects
    return hashlib.sha1(named, usedforsecurity=False).hexdigest()
