"""The cells of the score tables: a mean for each data set, ratio, classifier and method.

A mean is over the trials that succeeded; how many of how many stands beside it, and why the others are
missing.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from oversample_bench.analysis.results import PENDING, Results

PLACE = ["dataset", "ratio"]
ROW = [*PLACE, "classifier"]
CELL = [*ROW, "method"]
TIE_DECIMALS = 12  # equal scores that were added up in another order differ beyond these

ORDER = {
    flag: place
    for place, flag in enumerate(
        (
            "nothing new",
            "short",
            "copies",
            "dropped",
            "mixed categories",
            "fallback",
            "not converged",
            "unseeded",
        )
    )
}
"""Flags of the audit and notes of trials, in the order of their weight."""
STATES = {
    "failed": "failed",
    "timeout": "timed out",
    "crashed": "crashed",
    "oom": "out of memory",
    "upstream": "without a resample",
    "skipped": "skipped",
    PENDING: "not yet run",
}
SCORED, EMPTY, UNSCORED, UNCOMPUTED = "scored", "no such output", "not yet scored", "not computed"


@lru_cache(maxsize=4)  # every frame of a metric asks
def cells(results: Results, metric: str) -> pd.DataFrame:
    """Return the cells of one metric, in plan order.

    Returns
    -------
    DataFrame of shape (n_cells, 11)
        dataset, ratio, classifier, method; ``n`` of ``n_planned`` trials have a score; ``mean`` and ``sd``
        (ddof=1) over them; ``best``: no other cell of the row that rests on the most trials has a better
        mean; ``flags`` of its resamples and trials; ``missing``: why trials have no score.
    """
    frame = results.plan[CELL].assign(value=results.scores[metric])
    grouped = frame.groupby(CELL, sort=False)["value"]
    found = grouped.agg(n="count", n_planned="size", mean="mean", sd="std").reset_index()
    found["best"] = _best(found, higher_is_better=results.metrics[metric])
    found = _joined(found, _flags(results), [*PLACE, "method"])
    found = _joined(found, _notes(results), CELL)
    found = _joined(found, _missing(results, metric), CELL).fillna({"flags": "", "notes": "", "missing": ""})
    return _noted(found).drop(columns="notes")


def _noted(found: pd.DataFrame) -> pd.DataFrame:
    """Put the notes of trials behind the flags of resamples, each once."""
    if (found["notes"] == "").all():
        return found
    pairs = zip(found["flags"], found["notes"], strict=True)
    return found.assign(flags=[_ordered(f"{flags}, {notes}") for flags, notes in pairs])


def _ordered(flags: str) -> str:
    told = dict.fromkeys(flag for flag in flags.split(", ") if flag)
    return ", ".join(sorted(told, key=lambda flag: ORDER.get(flag, len(ORDER))))


def _joined(found: pd.DataFrame, told: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Add the last column of ``told``; most stores have no flags and nothing missing, which costs no join."""
    if told.empty:
        return found.assign(**{told.columns[-1]: ""})
    return found.merge(told, how="left", on=key)


def compared(frame: pd.DataFrame, *, higher_is_better: bool) -> pd.Series[float]:
    """Return the means as they are compared: higher is better, and rounding makes no difference."""
    return (frame["mean"] if higher_is_better else -frame["mean"]).round(TIE_DECIMALS)


def waiting(found: pd.DataFrame) -> pd.Series[bool]:
    """Tell which cells have trials that have not been run, or not been scored by their metric."""
    return found["missing"].str.contains(f"{STATES[PENDING]}|{UNSCORED}")


def _best(frame: pd.DataFrame, *, higher_is_better: bool) -> pd.Series[bool]:
    if frame["method"].nunique() < 2:
        return pd.Series(data=False, index=frame.index)
    row = [frame[name] for name in ROW]
    most = frame["n"].groupby(row, sort=False).transform("max")
    value = compared(frame, higher_is_better=higher_is_better).where(frame["n"] == most)
    return value.notna() & (value == value.groupby(row, sort=False).transform("max"))


@lru_cache(maxsize=1)  # five sections of one report ask
def flag_counts(results: Results) -> pd.DataFrame:
    """Return in how many of the good resamples each flag stands.

    Returns
    -------
    DataFrame of shape (n_flagged, 6)
        dataset, ratio, method, flag, ``k`` resamples with the flag of ``n``; flags in the order of weight.
    """
    good = results.resamples[results.resamples["status"] == "ok"]
    key = [*PLACE, "method"]
    long = good[[*key, "flags"]].assign(flag=good["flags"].str.split(", ")).explode("flag")
    long = long[long["flag"].fillna("") != ""]
    counts = long.groupby([*key, "flag"], sort=False).size().reset_index(name="k")
    counts = counts.merge(good_resamples(results), on=key)
    return counts.sort_values("flag", key=_weight, kind="stable", ignore_index=True)


@lru_cache(maxsize=1)
def note_counts(results: Results) -> pd.DataFrame:
    """Return in how many of the good trials each note stands.

    Returns
    -------
    DataFrame of shape (n_noted, 7)
        dataset, ratio, classifier, method, flag, ``k`` trials with the note of ``n``; notes in the order of
        weight.
    """
    good = results.plan.loc[results.plan["status"] == "ok", [*CELL, "notes"]]
    noted = good[good["notes"] != ""]
    if noted.empty:
        return noted[CELL].assign(flag="", k=0, n=0)
    long = noted.assign(flag=noted["notes"].str.split(", ")).explode("flag")
    counts = long.groupby([*CELL, "flag"], sort=False).size().reset_index(name="k")
    counts = counts.merge(good_trials(results), on=CELL)
    return counts.sort_values("flag", key=_weight, kind="stable", ignore_index=True)


@lru_cache(maxsize=1)
def good_trials(results: Results) -> pd.DataFrame:
    """Return dataset, ratio, classifier, method and ``n``, how many trials succeeded, where there is one."""
    good = results.plan.loc[results.plan["status"] == "ok", CELL]
    return good.groupby(CELL, sort=False).size().reset_index(name="n")


@lru_cache(maxsize=1)
def good_resamples(results: Results) -> pd.DataFrame:
    """Return dataset, ratio, method and ``n``, how many resamples succeeded, where there is one."""
    good = results.resamples[results.resamples["status"] == "ok"]
    return good.groupby([*PLACE, "method"], sort=False).size().reset_index(name="n")


def _weight(flags: pd.Series[str]) -> pd.Series[int]:
    return flags.map(ORDER).fillna(len(ORDER)).astype(int)


def _flags(results: Results) -> pd.DataFrame:
    key = [*PLACE, "method"]
    counts = flag_counts(results)
    if counts.empty:
        return counts[key].assign(flags="")
    return counts.groupby(key, sort=False)["flag"].agg(", ".join).reset_index(name="flags")


def _notes(results: Results) -> pd.DataFrame:
    counts = note_counts(results)
    if counts.empty:
        return counts[CELL].assign(notes="")
    return counts.groupby(CELL, sort=False)["flag"].agg(", ".join).reset_index(name="notes")


def _missing(results: Results, metric: str) -> pd.DataFrame:
    """Say in words, for each cell that is not whole, what became of the trials without a score."""
    lost = results.plan[CELL].assign(state=_states(results, metric))
    lost = lost[lost["state"] != SCORED]
    if lost.empty:
        return lost[CELL].assign(missing="")
    counts = lost.groupby([*CELL, "state"], sort=False).size().reset_index(name="k")
    counts["text"] = counts["k"].astype(str) + " " + counts["state"]
    return counts.groupby(CELL, sort=False)["text"].agg(", ".join).reset_index(name="missing")


def _states(results: Results, metric: str) -> pd.Series[str]:
    status = results.plan["status"]
    state = status.map(STATES).fillna(status)
    ok = status == "ok"
    state = state.mask(ok & results.scored[metric], EMPTY).mask(ok & ~results.scored[metric], UNSCORED)
    failed = results.uncomputed.index[results.uncomputed["metric"] == metric]
    state = state.mask(ok & state.index.isin(failed), UNCOMPUTED)
    return state.mask(ok & results.scores[metric].notna(), SCORED)
