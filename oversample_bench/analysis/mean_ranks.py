"""Mean ranks of the methods, over rows in which every method is whole.

A rank is within one data set, ratio and classifier: 1 is best, ties share their average. A row in which some
method lacks a score is left out by name; beside the ranks stand those under the declared imputation, in which
the methods that are not whole share the worst ranks of the row. Rows with trials that have not been run, and
rows in which no method is whole, are in neither.
"""

from __future__ import annotations

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import ROW, compared, waiting

ALL = "(all)"


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the mean rank of each method, for each classifier and for all of them.

    Parameters
    ----------
    results : Results
        For the order of methods and classifiers.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_classifiers + 1) * n_methods rows
        classifier (``(all)`` for all), method, mean_rank over n_rows, mean_rank_imputed over n_rows_imputed.
    """
    value = compared(found, higher_is_better=results.metrics[metric])
    whole = found.assign(value=value.where(found["n"] == found["n_planned"]))
    wide = whole.pivot(index=ROW, columns="method", values="value")
    wide = wide.reindex(index=_rows(found), columns=results.names("method"))
    filled = wide[wide.notna().any(axis=1) & ~wide.index.isin(_unrun(found))]
    exact = wide.dropna().rank(axis=1, ascending=False)
    imputed = filled.rank(axis=1, ascending=False, na_option="bottom")
    return pd.concat(_means(name, exact, imputed) for name in [*results.names("classifier"), ALL])


def _rows(found: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(found[ROW].drop_duplicates())


def _unrun(found: pd.DataFrame) -> pd.MultiIndex:
    return _rows(found[waiting(found)])


def _means(classifier: str, exact: pd.DataFrame, imputed: pd.DataFrame) -> pd.DataFrame:
    if classifier != ALL:
        exact, imputed = (
            part[part.index.get_level_values("classifier") == classifier] for part in (exact, imputed)
        )
    means = {"mean_rank": exact.mean(), "n_rows": len(exact)}
    means |= {"mean_rank_imputed": imputed.mean(), "n_rows_imputed": len(imputed)}
    told = pd.DataFrame(means).rename_axis("method").reset_index()
    told.insert(0, "classifier", classifier)
    return told
