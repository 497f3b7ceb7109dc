"""What can be said over data sets: whether methods differ, which do, by how much, what could not be seen.

A data set is one value: the mean of its ratios, since rows of one set are no independent witnesses. There is
a comparison for each classifier, and one for the mean of all. Each is over the data sets in which every
method is whole; beside it stand the ranks and tests under the declared imputation, in which a method that is
not whole has the worst rank. Sets with trials that have not been run are in neither. Writes no text; see
`oversample_bench.report.findings`.

Two numbers rest on chance, the bootstrap's interval and the Bayesian test's probabilities. Their generators
start from `SEED` and the names of metric and classifier, so that the same store gives the same bytes and one
more classifier changes no other comparison.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.blocks import Panel, matrix
from oversample_bench.analysis.mean_ranks import ALL
from oversample_bench.analysis.paired_differences import focused
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics import bayes, bootstrap, nemenyi, reach, wilcoxon
from oversample_bench.analysis.statistics.friedman import Friedman, friedman
from oversample_bench.analysis.statistics.rank_cases import Cases, cases
from oversample_bench.core.errors import listed
from oversample_bench.core.seeds import child

SEED = 0
ROPE = 0.01  # as the tutorial of the Bayesian test takes it for accuracies
N_DRAWS = 10_000  # of the posterior: probabilities are within 0.01, and shown with two digits
ALPHA, POWER = 0.05, 0.8  # of what could have been seen
BASELINE = "none"
IMPUTED = ["n_sets", "mean_rank", "p_holm", "p_friedman", "p_iman_davenport"]
"""What is told under the imputation too; of sizes, an imputed score has none."""
PAIRED = [
    "gain", "gain_low", "gain_high", "p_better", "p_equivalent", "p_worse", "p_wilcoxon", "p_holm",
    "rank_biserial",
]  # fmt: skip
COLUMNS = [
    "classifier", "method", "control", "mean_rank", "n_sets", "kendall_w", "chi2", "p_friedman", "f",
    "p_iman_davenport", *PAIRED, "critical_difference", "p_nemenyi", "least_gain",
    *(f"{name}_imputed" for name in IMPUTED), "left_out",
]  # fmt: skip
NOTHING = dict.fromkeys([*PAIRED, "p_nemenyi", "least_gain"], math.nan)
"""What there is of a method against itself."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What one comparison is about.

    Parameters
    ----------
    metric, classifier : str
        Their labels; ``(all)`` for the mean of all classifiers.
    control : str
        The method that the others are compared with.
    rope : float
        Gains from -rope to rope make no difference in practice.
    """

    metric: str
    classifier: str
    control: str
    rope: float

    def generator(self, use: str) -> np.random.Generator:
        """Return the generator of one use."""
        return np.random.default_rng(child(SEED, "report", use, self.metric, self.classifier))


def control(results: Results) -> str:
    """Return the method that the others are compared with: the focus, else ``none``, else the first."""
    methods = results.names("method")
    return focused(results) or (BASELINE if BASELINE in methods else methods[0])


def rope(results: Results) -> float:
    """Return the gain up to which methods are as good as each other in practice: the suite's, or 0.01."""
    return float(results.run["options"].get("rope", ROPE))


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Compare the methods over data sets, by each classifier and by the mean of all.

    Parameters
    ----------
    results : Results
        For labels and options.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, ...)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_comparisons * n_methods, 28)
        classifier, method, control; over ``n_sets`` data sets: ``mean_rank``; against the control (NaN for
        itself) the mean ``gain``, positive where the method is better whichever way the metric points, with
        the bootstrap's ``gain_low`` and ``gain_high``, Wilcoxon's ``p_wilcoxon`` and, adjusted, ``p_holm``,
        its effect size ``rank_biserial`` from -1 to 1, ``p_nemenyi``, the posterior probabilities
        ``p_better``, ``p_equivalent`` and ``p_worse``, and the ``least_gain`` that could have been seen; of
        all methods ``kendall_w``, ``chi2``, ``p_friedman``, ``f``, ``p_iman_davenport`` and Nemenyi's
        ``critical_difference``; and under the declared imputation, over ``n_sets_imputed``: ``mean_rank``,
        ``p_holm``, ``p_friedman`` and ``p_iman_davenport``. ``left_out`` names the data sets that only the
        latter has. Empty where there is one method only.
    """
    if len(results.names("method")) < 2:
        return pd.DataFrame(columns=["classifier", "method", "control"])
    names = results.names("classifier")
    panels = {name: Panel(name, (name,)) for name in names}
    if len(names) > 1:
        panels[ALL] = Panel(ALL, tuple(names))
    own, size = control(results), rope(results)
    rows = [
        row
        for name, panel in panels.items()
        for row in _compared(cases(matrix(results, metric, found, panel)), Asked(metric, name, own, size))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _compared(both: Cases, asked: Asked) -> list[Row]:
    """Return a row for each method; what only others than the control have is NaN for it."""
    complete, control = both.complete, asked.control
    own = {name: {**row, **NOTHING} for name, row in _ranks(friedman(complete)).items()}
    for part in (_gains(complete, asked), _tests(complete, control), _seen(complete, control)):
        for name, row in part.items():
            own[name] |= row
    _add_nemenyi(own, control)
    imputed = _imputed(both, control) if both.left_out else own
    left_out = listed(map(str, both.left_out), most=1000)
    return [
        {"classifier": asked.classifier, "method": name, "control": control, "left_out": left_out}
        | row
        | {f"{key}_imputed": imputed[name][key] for key in IMPUTED}
        for name, row in own.items()
    ]


def _imputed(both: Cases, control: str) -> dict[str, Row]:
    tests = _tests(both.imputed, control)
    ranks = _ranks(friedman(both.imputed))
    return {name: {**row, "p_holm": math.nan, **tests.get(name, {})} for name, row in ranks.items()}


def _ranks(found: Friedman) -> dict[str, Row]:
    every = {
        "n_sets": found.n_rows,
        "kendall_w": found.concordance,
        "chi2": found.chi2,
        "p_friedman": found.chi2_p,
        "f": found.f,
        "p_iman_davenport": found.f_p,
    }
    return {name: {"mean_rank": rank, **every} for name, rank in found.mean_ranks.items()}


def _gains(scores: pd.DataFrame, asked: Asked) -> dict[str, Row]:
    sets = list(map(str, scores.index))
    means = bootstrap.mean_gains(scores, asked.control, sets, asked.generator("bootstrap"))
    chances = bayes.posteriors(scores, asked.control, asked.rope, asked.generator("bayes"), N_DRAWS)
    return {
        name: {
            "gain": means[name].mean,
            "gain_low": means[name].low,
            "gain_high": means[name].high,
            "p_better": chances[name].better,
            "p_equivalent": chances[name].equivalent,
            "p_worse": chances[name].worse,
        }
        for name in means
    }


def _tests(scores: pd.DataFrame, control: str) -> dict[str, Row]:
    if scores.empty:
        return {}  # no p-value comes from nothing
    return {
        name: {"p_wilcoxon": one.p, "p_holm": one.p_holm, "rank_biserial": _effect(one)}
        for name, one in wilcoxon.signed_ranks(scores, control).items()
    }


def _effect(one: wilcoxon.SignedRanks) -> float:
    """Return the matched-pairs rank-biserial correlation (D. S. Kerby, Comprehensive Psychology 3, 2014)."""
    total = one.plus + one.minus
    return (one.plus - one.minus) / total if total else 0.0


def _add_nemenyi(own: dict[str, Row], control: str) -> None:
    mean_ranks = {name: row["mean_rank"] for name, row in own.items()}
    n_sets = own[control]["n_sets"]
    critical = nemenyi.critical_difference(len(own), n_sets, ALPHA)
    p = nemenyi.p_values(mean_ranks, n_sets)[control].to_dict() if n_sets else {}
    for name, row in own.items():
        row["critical_difference"] = critical
        if n_sets and name != control:
            row["p_nemenyi"] = p[name]


def _seen(scores: pd.DataFrame, control: str) -> dict[str, Row]:
    found = reach.reach(scores, control, ALPHA, POWER).means
    return {name: {"least_gain": least} for name, least in found.items()}
