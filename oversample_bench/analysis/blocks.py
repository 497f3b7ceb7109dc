"""What figures over many data sets rest on: which classifiers share a panel, which rows may be compared.

Resamples nothing. A row of a table counts where every method has all its scores; several rows of one data set
(ratios, classifiers) are averaged first, since they are no independent witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import PLACE, ROW, compared, waiting

MOST_PANELS = 4  # side by side or one above the other, on one page


@dataclass(frozen=True)
class Panel:
    """One part of a figure.

    Parameters
    ----------
    title : str
        What stands above it.
    classifiers : tuple of str
        Whose scores it shows, on average where there are several.
    """

    title: str
    classifiers: tuple[str, ...]


def panels(results: Results) -> tuple[Panel, ...]:
    """Return a panel a classifier, or one for the mean of all where there are more than `MOST_PANELS`."""
    names = results.names("classifier")
    if len(names) <= MOST_PANELS:
        return tuple(Panel(name, (name,)) for name in names)
    return (Panel(f"mean of {len(names)} classifiers", tuple(names)),)


def complete_rows(results: Results, found: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Return the mean scores of the rows of a panel in which every method has all its scores.

    Parameters
    ----------
    results : Results
        For the order of the methods.
    found : DataFrame of shape (n_cells, 11)
        The cells of one metric, from `oversample_bench.analysis.score_cells.cells`.
    panel : Panel
        One of `panels`.

    Returns
    -------
    DataFrame of shape (n_rows, n_methods)
        Indexed by dataset, ratio and classifier; as the metric has it, whichever way it points.
    """
    own = found[found["classifier"].isin(panel.classifiers)]
    whole = own.assign(mean=own["mean"].where(own["n"] == own["n_planned"]))
    wide = whole.pivot(index=ROW, columns="method", values="mean")
    rows = pd.MultiIndex.from_frame(own[ROW].drop_duplicates())
    return wide.reindex(index=rows, columns=results.names("method")).dropna()


def matrix(results: Results, metric: str, found: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Return a panel's matrix of scores with one row a data set, as the statistics take it.

    Parameters
    ----------
    results : Results
        For the order of the methods.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.
    panel : Panel
        One of `panels`.

    Returns
    -------
    DataFrame of shape (n_sets, n_methods)
        Higher is better: the mean over the set's ratios and the panel's classifiers, NaN where a method lacks
        a score in one of them. Rows of a set that were run and in which no method is whole count for none.
        Data sets with trials that have not been run are not in it.
    """
    own = found[found["classifier"].isin(panel.classifiers)]
    value = compared(own, higher_is_better=results.metrics[metric]).where(own["n"] == own["n_planned"])
    run = own.assign(value=value)[~own["dataset"].isin(own.loc[waiting(own), "dataset"])]
    told = run[~_nowhere(run)]
    means = told.groupby(["dataset", "method"], sort=False)["value"].mean(skipna=False)
    order = list(run["dataset"].unique())
    return means.unstack("method").reindex(index=order, columns=results.names("method"))


def _nowhere(run: pd.DataFrame) -> pd.Series[bool]:
    """Tell which cells are of a row in which no method is whole."""
    return run["value"].isna().groupby([run[name] for name in ROW], sort=False).transform("all")


def places(results: Results) -> pd.Series[str]:
    """Return how a row is called: by its data set, and by its ratio where there are several."""
    names = results.plan[PLACE].drop_duplicates().set_index(PLACE).index
    several = len(results.names("ratio")) > 1
    return pd.Series([f"{name} ({ratio})" if several else str(name) for name, ratio in names], index=names)
