"""Rows with categories as tables, for methods that declare ``accepts_categories``, and back again.

The table is made of the encoded rows, so that a method sees what every other method sees: numbers that are
imputed and scaled, categories that are imputed, rare ones in one category as the encoder has it. What it
returns is encoded by the categories of the training rows; a category that is none of these becomes a row
without a 1 in that column, which the audit counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

OTHER = "(other)"
"""The category of what is too rare to have one of its own."""


@dataclass(frozen=True)
class Columns:
    """What the columns of a split were before they were encoded: numbers first, then categories.

    Attributes
    ----------
    numbers : tuple of str
        Names of the numeric columns, in their order.
    categories : tuple of (str, tuple of str)
        Name of each categorical column and the names of its categories, in the order of its one-hot columns.
    """

    numbers: tuple[str, ...]
    categories: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns of the table."""
        return [*self.numbers, *(name for name, _ in self.categories)]

    @property
    def positions(self) -> list[int]:
        """Where the categorical columns stand in the table."""
        first = len(self.numbers)
        return list(range(first, first + len(self.categories)))


def accepts(method: Any) -> bool:
    """Tell whether a method wants tables."""
    return getattr(method, "accepts_categories", False) is True


def as_table(X: Array, columns: Columns) -> pd.DataFrame:
    """Return encoded rows as a table of numbers and of columns of the dtype ``category``."""
    import pandas as pd

    first = len(columns.numbers)
    parts: dict[str, Any] = {name: X[:, position] for position, name in enumerate(columns.numbers)}
    for name, known in columns.categories:
        codes = X[:, first : first + len(known)].argmax(axis=1)
        parts[name] = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(known)))
        first += len(known)
    return pd.DataFrame(parts, columns=columns.names)


def encoded(returned: Any, columns: Columns) -> Any:
    """Return what a method made of a table with its rows encoded as they came.

    Raises
    ------
    ValueError
        When it returned no table, or one of other columns.
    """
    import pandas as pd

    if not isinstance(returned, tuple) or len(returned) != 2:
        return returned  # told where all resamples are checked
    table, y = returned
    if not isinstance(table, pd.DataFrame) or list(table.columns) != columns.names:
        found = list(table.columns) if isinstance(table, pd.DataFrame) else type(table).__name__
        raise ValueError(
            f"a method that accepts categories must return a DataFrame with the columns it was given, "
            f"{columns.names}; it returned {found}"
        )
    numbers = table[list(columns.numbers)].to_numpy(dtype=np.float64)
    parts = [_one_hot(table[name], known) for name, known in columns.categories]
    return np.hstack([numbers, *parts]), np.asarray(y)


def _one_hot(column: pd.Series[Any], known: Sequence[str]) -> Array:
    """Return a column as 1 and 0; a row of a category that is not known has no 1."""
    places = {name: place for place, name in enumerate(known)}
    rows = np.zeros((len(column), len(known)))
    for row, name in enumerate(column.astype(object)):
        if name in places:
            rows[row, places[name]] = 1.0
    return rows
