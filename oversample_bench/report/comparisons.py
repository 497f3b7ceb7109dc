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

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oversample_bench.errors import listed
from oversample_bench.report.cells import ROW, STATES, UNSCORED
from oversample_bench.report.differences import focused
from oversample_bench.report.figures.blocks import Panel, matrix
from oversample_bench.report.ranks import ALL
from oversample_bench.report.results import PENDING, Results
from oversample_bench.report.statistics import bayes, bootstrap, nemenyi, reach, wilcoxon
from oversample_bench.report.statistics.cases import Cases, cases
from oversample_bench.report.statistics.friedman import Friedman, friedman
from oversample_bench.seeds import child

SEED = 0
ROPE = 0.01  # as the tutorial of the Bayesian test takes it for accuracies
N_DRAWS = 10_000  # of the posterior: probabilities are within 0.01, and shown with two digits
ALPHA, POWER = 0.05, 0.8  # of what could have been seen
BASELINE = "none"
IMPUTED = ["n_sets", "mean_rank", "p_holm", "p_friedman", "p_iman_davenport"]
"""What is told under the imputation too; of sizes, an imputed score has none."""


@dataclass(frozen=True)
class Asked:
    """What one comparison is about.

    Parameters
    ----------
    metric, classifier : str
        Their labels; ``(all)`` for the mean of all classifiers.
    control : str
        The method that the others are held against.
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
    """Return the method that the others are held against: the focus, else ``none``, else the first."""
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
        The cells, from `oversample_bench.report.cells.cells`.

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
    told = found[~_nowhere(found)]
    own, size = control(results), rope(results)
    parts = [
        _compared(cases(matrix(results, metric, told, panel)), Asked(metric, name, own, size))
        for name, panel in panels.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _nowhere(found: pd.DataFrame) -> pd.Series[bool]:
    """Tell which cells are of a row that has been run and in which no method is whole."""
    waits = found["missing"].str.contains(f"{STATES[PENDING]}|{UNSCORED}")
    told = found[ROW].assign(any=(found["n"] == found["n_planned"]) | waits)
    return ~told.groupby(ROW, sort=False)["any"].transform("any")


def _compared(both: Cases, asked: Asked) -> pd.DataFrame:
    table = pd.DataFrame(index=pd.Index(map(str, both.complete.columns), name="method"))
    table = table.join(_ranks(friedman(both.complete)))
    table = table.join(_gains(both.complete, asked)).join(_tests(both.complete, asked.control))
    table = table.join(_nemenyi(table, asked.control)).join(_seen(both.complete, asked.control))
    imputed = _imputed(both, asked.control) if both.left_out else table
    table = table.join(imputed[IMPUTED].add_suffix("_imputed"))
    table = table.reset_index().assign(left_out=listed(map(str, both.left_out), most=1000))
    table.insert(0, "classifier", asked.classifier)
    table.insert(2, "control", asked.control)
    return table


def _imputed(both: Cases, control: str) -> pd.DataFrame:
    return _ranks(friedman(both.imputed)).join(_tests(both.imputed, control))


def _ranks(found: Friedman) -> pd.DataFrame:
    return pd.DataFrame({"mean_rank": found.mean_ranks}).assign(
        n_sets=found.n_rows,
        kendall_w=found.concordance,
        chi2=found.chi2,
        p_friedman=found.chi2_p,
        f=found.f,
        p_iman_davenport=found.f_p,
    )


def _gains(scores: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    sets = list(map(str, scores.index))
    means = bootstrap.mean_gains(scores, asked.control, sets, asked.generator("bootstrap"))
    chances = bayes.posteriors(scores, asked.control, asked.rope, asked.generator("bayes"), N_DRAWS)
    rows = {
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
    return pd.DataFrame.from_dict(rows, orient="index")


def _tests(scores: pd.DataFrame, control: str) -> pd.DataFrame:
    found = wilcoxon.signed_ranks(scores, control)
    rows = {
        name: {"p_wilcoxon": one.p, "p_holm": one.p_holm, "rank_biserial": _effect(one)}
        for name, one in found.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table if len(scores) else table * np.nan  # no p-value comes from nothing


def _effect(one: wilcoxon.SignedRanks) -> float:
    """Return the matched-pairs rank-biserial correlation (D. S. Kerby, Comprehensive Psychology 3, 2014)."""
    total = one.plus + one.minus
    return (one.plus - one.minus) / total if total else 0.0


def _nemenyi(table: pd.DataFrame, control: str) -> pd.DataFrame:
    n_sets = int(table["n_sets"].iloc[0])
    mean_ranks = {str(name): float(rank) for name, rank in table["mean_rank"].items()}
    critical = nemenyi.critical_difference(len(table), n_sets, ALPHA)
    found = pd.DataFrame({"critical_difference": critical, "p_nemenyi": np.nan}, index=table.index)
    if n_sets:
        found["p_nemenyi"] = nemenyi.p_values(mean_ranks, n_sets)[control].drop(control)
    return found


def _seen(scores: pd.DataFrame, control: str) -> pd.DataFrame:
    return pd.DataFrame({"least_gain": reach.reach(scores, control, ALPHA, POWER).means})
