"""Which rows of a matrix of scores may be compared: the complete ones, and all under a declared imputation.

Imputes no score: a missing one becomes minus infinity, which has a rank and nothing else. Decides nothing
about rows that are still to be run; whoever calls leaves them out.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.analysis.score_cells import TIE_DECIMALS
from oversample_bench.core.errors import listed, nearest


@dataclass(frozen=True, eq=False)
class Cases:
    """The two matrices that a comparison rests on, and what neither or only one of them holds.

    Parameters
    ----------
    complete : DataFrame of shape (n_complete, n_methods)
        The rows in which every method has a score.
    imputed : DataFrame of shape (n_complete + n_left_out, n_methods)
        These and the incomplete rows, with minus infinity for what is missing: by rank, methods without a
        score share the worst ranks of their row, however many they are.
    left_out : tuple of Hashable
        Names of the rows that are in ``imputed`` only.
    empty : tuple of Hashable
        Names of the rows in which no method has a score; they are in neither.
    """

    complete: pd.DataFrame
    imputed: pd.DataFrame
    left_out: tuple[Hashable, ...]
    empty: tuple[Hashable, ...]


def cases(scores: pd.DataFrame) -> Cases:
    """Return the complete rows, and beside them the rows under the declared imputation.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Higher is better; NaN where a method has no score.

    Returns
    -------
    Cases
        Rows and methods in the order of ``scores``.
    """
    present = scores.notna()
    whole, none = present.all(axis=1), ~present.any(axis=1)
    return Cases(
        complete=scores[whole],
        imputed=scores[~none].fillna(-np.inf),
        left_out=tuple(scores.index[~whole & ~none]),
        empty=tuple(scores.index[none]),
    )


def checked(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the scores as they are compared: rounding of sums makes no difference between equal ones.

    Raises
    ------
    ValueError
        When there are fewer than two methods, two of one name, or scores are missing.
    """
    methods = list(map(str, scores.columns))
    if len(methods) < 2:
        raise ValueError(f"A comparison takes two methods or more; the matrix has {len(methods)}.")
    if not scores.columns.is_unique:
        raise ValueError(f"Each method has one column; there are {listed(methods)}.")
    values = scores.to_numpy(dtype="float64")
    if n_missing := int(np.isnan(values).sum()):
        raise ValueError(
            f"The matrix lacks {n_missing} scores; take `cases(scores).complete`, or `.imputed` for ranks."
        )
    return pd.DataFrame(values.round(TIE_DECIMALS), index=scores.index, columns=scores.columns)


def gains(scores: pd.DataFrame, control: str) -> pd.DataFrame:
    """Return by how much each other method is better than the control, row by row.

    Equal differences are equal to the last bit (0.3 - 0.1 and 0.4 - 0.2 are not, before they are rounded),
    since signed ranks depend on it.

    Parameters
    ----------
    scores : DataFrame of shape (n_rows, n_methods)
        Without NaN. Against a method that lacks a score (minus infinity) the gain is infinite, between two
        that lack one it is 0.
    control : str
        One of the methods.

    Returns
    -------
    DataFrame of shape (n_rows, n_methods - 1)
        Positive where the method is better than the control.

    Raises
    ------
    ValueError
        For an unknown control and for what `checked` refuses.
    """
    compared = checked(scores)
    if control not in compared.columns:
        names = list(map(str, compared.columns))
        raise ValueError(
            f"No method is named '{control}'.{nearest(control, names)} There are {listed(names)}."
        )
    values, is_other = compared.to_numpy(), compared.columns != control
    others, own = values[:, is_other], values[:, ~is_other]
    with np.errstate(invalid="ignore"):  # two infinities, which the next line settles
        raw = np.where(others == own, 0.0, others - own)
    return pd.DataFrame(raw.round(TIE_DECIMALS), index=compared.index, columns=compared.columns[is_other])


def finite_gains(scores: pd.DataFrame, control: str) -> pd.DataFrame:
    """Return `gains` for what speaks of their size, which an imputed score has none of.

    Raises
    ------
    ValueError
        When a score is infinite, and for what `gains` refuses.
    """
    found = gains(scores, control)
    if not np.isfinite(scores.to_numpy(dtype="float64")).all():
        raise ValueError(
            "Some scores are infinite; an imputed one has a rank and no size. Take `cases(scores).complete`."
        )
    return found
