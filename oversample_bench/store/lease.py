"""Who may write to a store: one process, by a number that grows with each one that comes after it.

A lock of the system is not enough. It may not reach other machines that share a disk, and one who takes a
folder over from a process that hangs has to know that it writes nothing when it wakes. So the number is
looked at in each transaction that writes, where nobody can come in between.
"""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from oversample_bench.core.errors import UsageError

SAME_SECONDS = 1.0
"""By how much the start of one process may be told in two ways."""


class TakenOverError(UsageError):
    """Another process has taken the store over, and this one may not write to it any more."""


@dataclass(frozen=True)
class Lease:
    """The right to write to a store, as its holder wrote it down.

    Parameters
    ----------
    token : int
        Larger than that of every holder before.
    host : str
        The machine of the holder.
    pid : int
        Its process there.
    born : float
        When that process began, in seconds of its machine: numbers of processes are used again.
    since : str
        When it was taken: UTC, ISO 8601.
    """

    token: int
    host: str
    pid: int
    born: float
    since: str

    def holder(self) -> str:
        """Return who has it, as a part of a sentence."""
        return f"process {self.pid} on '{self.host}', since {self.since}"

    def is_ours(self) -> bool:
        """Tell whether this process has it."""
        return (self.host, self.pid) == (platform.node(), os.getpid()) and self.may_live()

    def may_live(self) -> bool:
        """Tell whether its holder may be alive; of another machine nobody knows here."""
        if self.host != platform.node():
            return True
        try:
            born = float(psutil.Process(self.pid).create_time())
        except psutil.NoSuchProcess:
            return False
        return abs(born - self.born) < SAME_SECONDS


def held(connection: sqlite3.Connection) -> Lease | None:
    """Return the lease of a store that somebody has taken and not given back."""
    row = connection.execute(
        "SELECT token, host, pid, born, since FROM lease WHERE released IS NULL"
    ).fetchone()
    return Lease(*row) if row else None


def take(connection: sqlite3.Connection, folder: str, *, take_over: bool) -> Lease:
    """Take the lease of a store, within a transaction.

    Raises
    ------
    UsageError
        When somebody has it who may be alive, unless it is to be taken over.
    """
    before = held(connection)
    if before and before.may_live() and not before.is_ours() and not take_over:
        raise UsageError(is_held(folder, before))
    last = connection.execute("SELECT max(token) FROM lease").fetchone()[0] or 0
    born = psutil.Process().create_time()
    lease = Lease(last + 1, platform.node(), os.getpid(), born, _now())
    connection.execute("DELETE FROM lease")
    connection.execute(
        "INSERT INTO lease VALUES (?, ?, ?, ?, ?, NULL)",
        (lease.token, lease.host, lease.pid, lease.born, lease.since),
    )
    return lease


def is_held(folder: str, lease: Lease | None) -> str:
    """Return the sentence that refuses a second writer."""
    who = f": {lease.holder()}" if lease else ""
    return (
        f"another run is writing to '{folder}'{who}. Wait for it, or choose another folder with --out. If it "
        "hangs, or its machine is gone, `bench run SUITE --take-over` goes on in its place."
    )


def check(connection: sqlite3.Connection, lease: Lease) -> None:
    """Make sure, within a transaction, that nobody has taken a store over.

    Raises
    ------
    TakenOverError
        When somebody has.
    """
    now = held(connection)
    if not _is_same(now, lease):
        who = now.holder() if now else "a run that is over"
        raise TakenOverError(
            f"the folder was taken over by {who}, while this run was away. It writes no more; what it "
            "did before is kept."
        )


def is_current(connection: sqlite3.Connection, lease: Lease) -> bool:
    """Tell whether nobody has taken a store over from the holder of a lease."""
    return _is_same(held(connection), lease)


def _is_same(now: Lease | None, lease: Lease) -> bool:
    return now is not None and now.token == lease.token


def give_back(connection: sqlite3.Connection, lease: Lease) -> None:
    """Note that a lease is not needed any more; the store's next one has a larger number all the same."""
    connection.execute(
        "UPDATE lease SET released = ? WHERE token = ?",
        (_now(), lease.token),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
