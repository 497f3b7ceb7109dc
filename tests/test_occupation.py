"""Who holds a folder, and what one who was killed leaves behind."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from oversample_bench.core.errors import UsageError
from oversample_bench.store import RunRecord
from oversample_bench.store.lock import MARK_NAME, occupied

RUN = RunRecord("s", "digest", "", {}, {"mcc": True}, "serial", 1, {})


def test_who_ends_in_order_leaves_no_mark(tmp_path: Path) -> None:
    """While a folder is held it is marked; afterwards it is not, whatever ended the holder."""
    with occupied(tmp_path) as ledger:
        held = (tmp_path / MARK_NAME).exists()
        ledger.begin(RUN)
    with pytest.raises(ZeroDivisionError), occupied(tmp_path):
        raise ZeroDivisionError

    assert held
    assert not (tmp_path / MARK_NAME).exists()


def test_a_mark_of_the_dead_stays_until_a_run_has_begun(tmp_path: Path) -> None:
    """What one who was killed has left is told to each next one, until a run begins that has heard of it."""
    (tmp_path / MARK_NAME).touch()
    heard = []
    with occupied(tmp_path) as ledger:  # a merge
        heard.append(ledger.abandoned)
    with suppress(ZeroDivisionError), occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)
        raise ZeroDivisionError
    with occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)
        ledger.begin(RUN)
    with occupied(tmp_path) as ledger:
        heard.append(ledger.abandoned)

    assert heard == [True, True, True, False]


def test_a_folder_is_held_by_one(tmp_path: Path) -> None:
    """A second holder is refused, and takes no mark away."""
    with occupied(tmp_path):
        with pytest.raises(UsageError, match="another run is writing to"), occupied(tmp_path):
            pass
        marked = (tmp_path / MARK_NAME).exists()

    assert marked
