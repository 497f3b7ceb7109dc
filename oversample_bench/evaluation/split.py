"""Cuts a set into training, test and withheld rows, and thins the minority of the training rows to a ratio.

Per class ``floor(test_size n)`` rows are the test and the others candidates; of the minority's candidates
``floor(r n_majority)`` are kept. This reproduces Table 1 of the GL-GAN paper (Wang et al., SDM 2020) exactly,
which a stratified split of both classes at once does not. The rows kept at 0.01 are among those kept at
0.05, because both are the beginning of one shuffled row of candidates. The test keeps the natural
distribution. What thinning removed is *withheld*: no plugin sees it; it is the truth that synthetic rows are
compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt

from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.outcome import Skip
from oversample_bench.core.seeds import child
from oversample_bench.core.specs import SplitSpec, exact

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Rows:
    """Row numbers of one split, each sorted as in the set.

    Attributes
    ----------
    train, test, withheld : ndarray of shape (n,)
        Disjoint; together they are all rows of the two classes.
    """

    train: Index
    test: Index
    withheld: Index


@dataclass(frozen=True)
class Sizes:
    """How many rows of each class a split has to train and to test on, each as (majority, minority)."""

    train: tuple[int, int]
    test: tuple[int, int]

    def check_direction(self) -> None:
        """Refuse a minority that is not the rarer class of the training rows.

        Raises
        ------
        UsageError
            With both counts. As many rows of either are accepted.
        """
        majority, minority = self.train
        if minority > majority:
            raise UsageError(
                f"the minority would have {counted(minority, 'training row')} and the majority {majority:,}; "
                "the minority has to be the rarer class: swap the two, or thin it to a ratio"
            )


def sizes(counts: tuple[int, int], ratio: float | None, test_size: float) -> Sizes:
    """Return how many rows of each class a split has.

    Parameters
    ----------
    counts : (int, int)
        Rows of the majority and of the minority.
    ratio : float or None
        What training rows are thinned to; None takes them as they come.
    test_size : float
        The share of each class that is tested on.

    Raises
    ------
    UsageError
        When fewer than two minority rows would be left, or a class has no row to test on or to train on.
    Skip
        When the set has fewer minority rows than the ratio asks for.
    """
    n_test = [floor(exact(test_size) * count) for count in counts]
    _check_test(n_test, list(counts), test_size)
    majority, candidates = (count - tested for count, tested in zip(counts, n_test, strict=True))
    return Sizes((majority, kept_minority(majority, candidates, ratio)), (n_test[0], n_test[1]))


def thin(y: npt.NDArray[Any], spec: SplitSpec) -> Rows:
    """Return the rows of one split.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        1 for the minority, 0 for the majority.
    spec : SplitSpec
        The ratio, the test share and the number of the split.

    Raises
    ------
    UsageError, Skip
        As `sizes` raises them; and when the minority is not the rarer class of the training rows.
    """
    shuffled = [_shuffled(y, label, spec.index) for label in (0, 1)]
    found = sizes((len(shuffled[0]), len(shuffled[1])), spec.ratio, spec.protocol.test_size)
    found.check_direction()
    majority, minority = (rows[count:] for rows, count in zip(shuffled, found.test, strict=True))
    kept = found.train[1]
    return Rows(
        train=np.sort(np.concatenate([majority, minority[:kept]])),
        test=np.sort(np.concatenate([rows[:n] for rows, n in zip(shuffled, found.test, strict=True)])),
        withheld=np.sort(minority[kept:]),
    )


def _shuffled(y: npt.NDArray[Any], label: int, index: int) -> Index:
    generator = np.random.default_rng(child(index, "split", "minority" if label else "majority"))
    return generator.permutation(np.flatnonzero(y == label))


def _check_test(n_test: list[int], sizes: list[int], test_size: float) -> None:
    for name, least, count, size in zip(("majority", "minority"), (2, 3), n_test, sizes, strict=True):
        rows = counted(size, f"{name} row")
        if size < least:
            are = "is" if size == 1 else "are"
            raise UsageError(f"there {are} {rows}; at least {least} are needed, one of them to test on")
        if count == 0:
            raise UsageError(
                f"a test share of {test_size:g} of the {rows} leaves none to test on; "
                f"use test_size {_rounded_up(1, size)} or more"
            )


def kept_minority(n_majority: int, n_candidates: int, ratio: float | None) -> int:
    """Return how many minority rows training keeps: ``floor(ratio * n_majority)``, or all of them.

    Raises
    ------
    UsageError
        When that is fewer than two.
    Skip
        When there are not as many candidates.
    """
    kept = n_candidates if ratio is None else floor(exact(ratio) * n_majority)
    if kept > n_candidates:
        raise Skip(
            f"ratio {ratio:g} of {n_majority} majority rows needs {kept} minority rows; "
            f"there are {n_candidates} for training"
        )
    if kept >= 2:
        return kept
    if ratio is None or n_candidates < 2:
        raise UsageError(
            f"{n_candidates} minority rows are left for training, at least 2 are needed; use a smaller "
            "test_size"
        )
    cure = f"a ratio of {_rounded_up(2, n_majority)} or more" if n_majority > 1 else "`natural`"
    raise UsageError(
        f"ratio {ratio:g} of {n_majority} majority rows leaves {kept} minority rows, at least 2 are "
        f"needed; use {cure}"
    )


def _rounded_up(part: int, whole: int) -> str:
    """Return ``part / whole`` with three digits, rounded up so that it is enough."""
    digits = 3 - floor(np.log10(part / whole)) - 1
    scale = 10**digits
    return f"{-(-part * scale // whole) / scale:g}"
