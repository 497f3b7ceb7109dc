"""How much better something is than something else, how surely, and what could not have been seen.

One rule for each unit, whatever is compared. Differences over data sets, each of which is one value, have
Student's t up to `FEW_SETS` of them, and above that the expanded bootstrap's interval and the p-value of
Wilcoxon's signed ranks. Differences over the splits of one data set, which share rows, have the corrected
resampled t (C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52, 2003,
239-281), in which the variance of the mean of J splits is s² (1 / J + n_test / n_train); over the seeds of
one split Student's t. Adjusts nothing for the number of comparisons; `judged` does, and says what could have
been seen after it, while intervals stay those of one comparison. All bootstraps over the
same data sets share their draws, so that the same differences have the same interval wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from oversample_bench.analysis.score_cells import TIE_DECIMALS
from oversample_bench.analysis.statistics import bootstrap, wilcoxon
from oversample_bench.analysis.statistics.holm import holm
from oversample_bench.analysis.statistics.reach import least_mean, shift
from oversample_bench.analysis.statistics.resampled import half_width
from oversample_bench.core.seeds import child

SETS = "data sets"
FEW_SETS = 10
SEED = 0
ALPHA, POWER = 0.05, 0.8
BETTER, WORSE, UNCLEAR, UNTESTED = "better", "worse", "not clear", "not tested"
ESTIMATES = ["estimate", "low", "high", "p", "n", "better", "equal", "worse", "least"]


def over_sets(gains: pd.DataFrame) -> pd.DataFrame:
    """Estimate the mean gain of each candidate over data sets.

    Parameters
    ----------
    gains : DataFrame of shape (n_sets, n_candidates)
        By how much each is better than what it is compared with; NaN where that cannot be told.

    Returns
    -------
    DataFrame of shape (n_candidates, 9)
        ``estimate``, the mean; its 95 % interval ``low`` to ``high`` and two-sided ``p``, NaN of one set;
        ``n`` sets, in how many of which the candidate is ``better``, ``equal`` and ``worse``; the ``least``
        true mean difference that a paired t test over as many sets sees with 80 % power.
    """
    told = from_moments(gains.count(), gains.mean(), gains.std())
    signs = {name: (np.sign(gains.round(TIE_DECIMALS)) == sign).sum() for name, sign in SIGNS.items()}
    told = told.assign(**signs)
    bootstrapped = told.columns.get_indexer(pd.Index(["low", "high", "p"]))
    for places in _on_the_same_sets(gains):
        told.iloc[places, bootstrapped] = _many(gains.iloc[:, places].dropna())
    return told[ESTIMATES]


SIGNS = {BETTER: 1, "equal": 0, WORSE: -1}


def _on_the_same_sets(gains: pd.DataFrame) -> Iterable[list[int]]:
    """Return where candidates with more than `FEW_SETS` values stand, those on the same sets together."""
    groups: dict[bytes, list[int]] = {}
    for at, known in enumerate(gains.notna().to_numpy().T):
        if known.sum() > FEW_SETS:
            groups.setdefault(known.tobytes(), []).append(at)
    return groups.values()


def _many(own: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of the bootstrap's interval, and Wilcoxon's p, of candidates on the same data sets."""
    both = own.set_axis([str(at) for at in range(own.shape[1])], axis="columns").assign(control=0.0)
    draws = np.random.default_rng(child(SEED, "bootstrap over data sets"))
    means = bootstrap.mean_gains(both, "control", list(map(str, own.index)), draws)
    ranks = wilcoxon.signed_ranks(both, "control")
    return pd.DataFrame([(mean.low, mean.high, ranks[name].p) for name, mean in means.items()])


def over_repetitions(gains: pd.DataFrame, share: float) -> pd.DataFrame:
    """Estimate the mean gain of each candidate over the splits (or seeds) of one data set.

    Parameters
    ----------
    gains : DataFrame of shape (n_repetitions, n_candidates)
        As in `over_sets`.
    share : float
        n_test / n_train of splits; 0 of seeds.

    Returns
    -------
    DataFrame of shape (n_candidates, 9)
        As in `over_sets`; ``n``, ``better``, ``equal`` and ``worse`` count repetitions.
    """
    told = from_moments(gains.count(), gains.mean(), gains.std(), share)
    return told.assign(
        **{name: (np.sign(gains.round(TIE_DECIMALS)) == sign).sum() for name, sign in SIGNS.items()}
    )[ESTIMATES]


def from_moments(
    n: pd.Series[int],
    mean: pd.Series[float],
    sd: pd.Series[float],
    share: pd.Series[float] | float = 0.0,
) -> pd.DataFrame:
    """Return ``estimate``, ``low``, ``high``, ``p``, ``n`` and ``least`` by the (corrected) t.

    Parameters
    ----------
    n, mean, sd : Series
        Number, mean and standard deviation (ddof=1) of the differences.
    share : Series of float or float, default=0.0
        n_test / n_train where the values are splits; 0 makes it Student's t.
    """
    from scipy.stats import t  # half a second, which only reports pay

    mean, sd = mean.round(TIE_DECIMALS), sd.round(TIE_DECIMALS)
    reach = half_width(sd, n, share)
    error: pd.Series[float] = sd * np.sqrt(1 / n.where(n > 0) + share)
    with np.errstate(invalid="ignore", divide="ignore"):  # without spread t is infinite, or 0 / 0
        statistic: pd.Series[float] = (mean.abs() / error).mask((mean == 0) & error.notna(), 0.0)
    p = pd.Series(2 * t.sf(statistic, n - 1), index=n.index)
    shares = share if isinstance(share, pd.Series) else pd.Series(share, index=n.index)
    least = [least_mean(*one) for one in zip(sd, n, [ALPHA] * len(n), [POWER] * len(n), shares, strict=True)]
    return pd.DataFrame(
        {
            "estimate": mean,
            "low": mean - reach,
            "high": mean + reach,
            "p": p.where(n > 1),
            "n": n,
            "least": np.array(least, dtype="float64"),
        }
    )


def adjusted(p: pd.Series[float], family: list[pd.Series[str]]) -> pd.Series[float]:
    """Return p-values adjusted by Holm for all of their family; NaN where there is none.

    Parameters
    ----------
    p : Series of float
        One a comparison.
    family : list of Series of str
        What names the family of each.
    """
    tested = p.notna()
    made = {
        int(at): value
        for _, own in p[tested].groupby([one[tested] for one in family], sort=False)
        for at, value in holm({str(at): float(one) for at, one in own.items()}).items()
    }
    return pd.Series(made, dtype="float64").reindex(p.index)


def judged(told: pd.DataFrame, family: list[pd.Series[str]]) -> pd.DataFrame:
    """Adjust estimates for the number of comparisons of their family, and say what is clear.

    Parameters
    ----------
    told : DataFrame
        With the columns `ESTIMATES`.
    family : list of Series of str
        What names the family of each row.

    Returns
    -------
    DataFrame
        With ``p_adjusted`` by Holm and the ``verdict``; ``least`` is now the least true difference that is
        seen as the only one of its family, which is tested at 5 % over the number of comparisons.
    """
    n_compared = told["p"].notna().groupby(family, sort=False).transform("sum")
    factors = [
        shift(n, ALPHA / m, POWER) / shift(n, ALPHA, POWER) if n > 1 and m > 1 else 1.0
        for n, m in zip(told["n"].astype(int), n_compared.astype(int), strict=True)
    ]
    told = told.assign(p_adjusted=adjusted(told["p"], family), least=told["least"] * np.array(factors))
    return told.assign(verdict=verdicts(told))


def verdicts(found: pd.DataFrame) -> pd.Series[str]:
    """Say of each estimate whether it is clearly better or worse, by the p-value ``p_adjusted`` at 5 %."""
    clear = found["p_adjusted"] < ALPHA
    told = pd.Series(UNCLEAR, index=found.index).mask(found["p_adjusted"].isna(), UNTESTED)
    return told.mask(clear & (found["estimate"] > 0), BETTER).mask(clear & (found["estimate"] < 0), WORSE)
