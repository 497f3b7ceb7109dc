"""Posterior probabilities, bootstrap intervals and what could have been seen, against other libraries."""

import math

import baycomp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm, ttest_1samp
from scipy.stats import t as student
from statsmodels.stats.power import TTestPower

from oversample_bench.analysis.statistics.bayes import PRIOR, points, posteriors
from oversample_bench.analysis.statistics.bootstrap import expanded_tail, mean_gains
from oversample_bench.analysis.statistics.rank_cases import cases, gains
from oversample_bench.analysis.statistics.reach import Reach, least_mean, reach, warning

SOME = settings(max_examples=20, deadline=None)
FEW_DRAWS = 2_000


def named(values: object) -> pd.DataFrame:
    frame = pd.DataFrame(np.asarray(values, dtype="float64"))
    return frame.set_axis([f"m{at}" for at in frame], axis=1).set_axis([f"set {at:02}" for at in frame.index])


def matrices() -> dict[str, pd.DataFrame]:
    """Return matrices without ties, with many, and with missing cells that are left out."""
    rng = np.random.default_rng(11)
    holed = rng.normal([0.70, 0.71, 0.73], 0.02, (20, 3))
    holed[[2, 5, 5, 11], [0, 1, 2, 1]] = np.nan
    return {
        "plain": named(rng.normal([0.8, 0.81, 0.83, 0.85], 0.03, (12, 4))),
        "tied": named(0.8 + rng.integers(0, 4, (9, 3)) / 100),
        "holed": cases(named(holed)).complete,
    }


MATRICES = matrices()
each = pytest.mark.parametrize("scores", MATRICES.values(), ids=list(MATRICES))
small = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=8).map(named)


def generator(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def same_draws() -> np.random.RandomState:
    return np.random.RandomState(5)  # which baycomp makes from its seed


@each
def test_posterior_points_are_those_of_baycomp(scores: pd.DataFrame) -> None:
    """From the same weights each point of the simplex is that of baycomp, where no sum is on the edge.

    On the edge baycomp gives half of a pair's weight to each side. The tutorial's region of equivalence is
    closed, so here all of it is equivalent; the edge of this rope is met by no scores of two decimals.
    """
    found = gains(scores, "m0")["m1"].to_numpy()
    theirs = baycomp.SignedRankTest.sample(
        scores["m0"].to_numpy(), scores["m1"].to_numpy(), 0.0125, nsamples=FEW_DRAWS, random_state=5
    )

    own = points(found, 0.0125, same_draws(), FEW_DRAWS)

    np.testing.assert_allclose(theirs[:, ::-1], own, atol=1e-12)


@each
def test_probabilities_are_those_of_baycomp(scores: pd.DataFrame) -> None:
    """The probabilities agree to what 20,000 draws from other seeds can tell."""
    own = posteriors(scores, "m0", 0.0125, generator(), 20_000)

    for name, found in own.items():
        theirs = baycomp.SignedRankTest.probs(
            scores["m0"].to_numpy(), scores[name].to_numpy(), 0.0125, nsamples=20_000, random_state=1
        )
        assert pytest.approx(theirs, abs=0.02) == (found.worse, found.equivalent, found.better)


@each
def test_posterior_means_are_those_of_the_dirichlet_distribution(scores: pd.DataFrame) -> None:
    """The mean weight of two rows is a_i (a_j + [i = j]) / (a (a + 1)), with a the sum of the weights a_i."""
    found = gains(scores, "m0")["m1"].to_numpy()
    a = np.array([PRIOR, *[1.0] * len(found)])
    pairs = (np.outer(a, a) + np.diag(a)) / (a.sum() * (a.sum() + 1))
    sums = np.add.outer([0.0, *found], [0.0, *found]).round(12)
    expected = [pairs[sums > 0.02].sum(), pairs[abs(sums) <= 0.02].sum(), pairs[sums < -0.02].sum()]

    own = points(found, 0.01, generator(), 20_000).mean(axis=0)

    np.testing.assert_allclose(expected, own, atol=0.01)


def test_the_edge_of_the_rope_is_equivalent() -> None:
    """Gains of exactly 0.01 with a rope of 0.01 are no difference in practice; baycomp gives half to a side.

    As numbers of 64 bits 0.31 - 0.3 is above 0.01 and 0.21 - 0.2 below: the last bits decide nothing.
    """
    scores = named([[0.3, 0.31], [0.5, 0.51], [0.9, 0.91], [0.2, 0.21]])

    own = posteriors(scores, "m0", 0.01, generator(), FEW_DRAWS)["m1"]
    theirs = baycomp.SignedRankTest.sample(np.zeros(4), np.full(4, 0.01), 0.01, nsamples=9, random_state=5)

    assert (4, 0.0, 1.0, 0.0) == (own.n_rows, own.better, own.equivalent, own.worse)
    assert 0.31 - 0.3 > 0.01 > 0.21 - 0.2
    assert theirs[:, 2].mean() > 0.2


def test_without_a_rope_ties_are_equivalent() -> None:
    """Equal methods are equal; in baycomp each side has half of a draw, and rounding says which wins."""
    scores = named([[0.5, 0.5]] * 6)

    own = posteriors(scores, "m0", 0.0, generator(), FEW_DRAWS)["m1"]
    left, right = baycomp.SignedRankTest.probs(np.full(6, 0.5), np.full(6, 0.5), 0, nsamples=FEW_DRAWS)

    assert (0.0, 1.0, 0.0) == (own.better, own.equivalent, own.worse)
    assert pytest.approx(1) == left + right


def test_half_of_the_ties_is_what_baycomp_adds() -> None:
    """Without a rope, its right side is ours and half of the equivalent."""
    scores = MATRICES["tied"]
    found = gains(scores, "m0")["m1"].to_numpy()
    theirs = baycomp.SignedRankTest.sample(np.zeros(len(found)), found, 0, nsamples=50, random_state=5)

    own = points(found, 0.0, same_draws(), 50)

    np.testing.assert_allclose(theirs[:, 2], own[:, 0] + own[:, 1] / 2, atol=1e-12)


def test_no_rows_have_no_posterior() -> None:
    """Of no rows the prior alone would speak: NaN."""
    found = posteriors(named([[0.5, 0.6]]).head(0), "m0", 0.01, generator())["m1"]

    assert found.n_rows == 0
    assert all(map(math.isnan, [found.better, found.equivalent, found.worse]))


@pytest.mark.parametrize("rope", [-0.01, math.nan])
def test_a_rope_is_a_reach(rope: float) -> None:
    """A rope below 0 is refused."""
    with pytest.raises(ValueError, match="reaches from -rope to rope"):
        posteriors(MATRICES["plain"], "m0", rope, generator())


@pytest.mark.parametrize("ask", [lambda s: posteriors(s, "m0", 0.01, generator()), lambda s: reach(s, "m0")])
def test_imputed_scores_have_no_size(ask: object) -> None:
    """What subtracts scores refuses the imputed matrix."""
    with pytest.raises(ValueError, match="an imputed one has a rank and no size"):
        ask(cases(named([[0.5, np.nan], [0.5, 0.4]])).imputed)


@SOME
@given(small, st.sampled_from([0.0, 0.5, 1.0]), st.randoms(use_true_random=False))
def test_posteriors_know_no_order(scores: pd.DataFrame, rope: float, random: object) -> None:
    """Rows and methods in another order have the same answers from the same seed."""
    rows = random.sample(list(scores.index), len(scores))

    before = posteriors(scores, "m0", rope, generator(), 200)
    after = posteriors(scores.loc[rows, ["m2", "m0", "m1"]], "m0", rope, generator(), 200)

    assert before == after
    assert all(math.isclose(1, one.better + one.equivalent + one.worse) for one in before.values())


@SOME
@given(small, st.sampled_from([0.0, 0.5, 1.0]))
def test_posteriors_are_symmetric(scores: pd.DataFrame, rope: float) -> None:
    """Control and method in each other's place swap better and worse, from the same seed to the last draw."""
    one = posteriors(scores, "m0", rope, generator(), 200)["m1"]
    other = posteriors(scores[["m0", "m1"]], "m1", rope, generator(), 200)["m0"]

    assert (one.better, one.equivalent, one.worse) == (other.worse, other.equivalent, other.better)


@each
def test_percentiles_equal_scipy(scores: pd.DataFrame) -> None:
    """With one row a data set mean and interval are those of scipy, to what 50,000 draws can tell.

    scipy is asked for the expanded level; `test_expanded_percentiles_are_those_of_student` says which it is.
    """
    own = mean_gains(scores, "m0", list(scores.index), generator(), 50_000)
    level = 1 - 2 * expanded_tail(len(scores))

    for name, found in own.items():
        difference = (scores[name] - scores["m0"]).to_numpy()
        theirs = bootstrap(
            (difference,),
            np.mean,
            method="percentile",
            n_resamples=50_000,
            confidence_level=level,
            rng=generator(1),
        )
        near = difference.std() / 50
        assert pytest.approx(difference.mean()) == found.mean
        assert pytest.approx(tuple(theirs.confidence_interval), abs=near) == (found.low, found.high)
        assert (len(scores), len(scores)) == (found.n_rows, found.n_sets)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("n", [3, 6, 20, 1000])
def test_expanded_percentiles_are_those_of_student(n: int, level: float) -> None:
    """Were means of draws normal, the interval would be Student's: half of it t s / sqrt(n).

    The bootstrap's own standard error is smaller than s / sqrt(n), for it divides by n and not by n - 1.
    """
    values = generator().normal(size=n)
    bootstrap_error = values.std(ddof=0) / math.sqrt(n)

    half = norm.isf(expanded_tail(n, level)) * bootstrap_error

    expected = student.isf((1 - level) / 2, n - 1) * values.std(ddof=1) / math.sqrt(n)
    assert pytest.approx(expected, rel=1e-6) == half


def test_intervals_over_few_sets_are_wider_than_percentiles() -> None:
    """Over six sets the means of 95 % of the draws lie well within the interval, not at its ends."""
    scores = named(generator(3).normal(size=(6, 2)))
    difference = (scores["m1"] - scores["m0"]).to_numpy()

    found = mean_gains(scores, "m0", list(scores.index), generator())["m1"]

    plain = bootstrap((difference,), np.mean, method="percentile", rng=generator(1)).confidence_interval
    assert found.high - found.low > 1.2 * (plain.high - plain.low)


def test_data_sets_are_drawn_whole() -> None:
    """Three sets with gains of 1, 1 and 4: of 27 draws 8 have the mean 1, 12 have 2, 6 have 3 and one has 4.

    Each set counts as one value: the mean is (1 + 1 + 4) / 3, though the first has three rows. Rows drawn one
    by one would have the mean (1 + 1 + 1 + 1 + 4) / 5.
    """
    scores = named([[0, 1], [0, 1], [0, 1], [0, 1], [0, 4]])
    sets = ["a", "a", "a", "b", "c"]

    found = mean_gains(scores, "m0", sets, generator())["m1"]
    narrow = mean_gains(scores, "m0", sets, generator(), level=0.1)["m1"]

    assert (5, 3, 2.0, 1.0, 4.0) == (found.n_rows, found.n_sets, found.mean, found.low, found.high)
    assert (2.0, 2.0, 2.0) == (narrow.mean, narrow.low, narrow.high)


def test_two_data_sets_have_a_mean_and_no_interval() -> None:
    """Between two gains the true mean is in half of all cases: no interval is made of them."""
    found = mean_gains(named([[0, 1], [0, 3]]), "m0", ["a", "b"], generator())["m1"]

    assert (found.n_sets, found.mean) == (2, 2.0)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


@pytest.mark.parametrize("n_rows", [0, 1, 3])
def test_one_data_set_has_no_interval(n_rows: int) -> None:
    """Rows of a single data set have a mean and no interval, none have neither."""
    scores = named([[0.0, 1.0]] * 3).head(n_rows)

    found = mean_gains(scores, "m0", ["a"] * n_rows, generator())["m1"]

    assert (n_rows, min(n_rows, 1)) == (found.n_rows, found.n_sets)
    assert (n_rows == 0) == math.isnan(found.mean)
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_each_row_has_a_data_set() -> None:
    """Names of sets that do not fit the rows are refused."""
    with pytest.raises(ValueError, match="there are 12 rows and 1 names of sets"):
        mean_gains(MATRICES["plain"], "m0", ["a"], generator())


@SOME
@given(small, st.randoms(use_true_random=False))
def test_mean_gains_know_no_order(scores: pd.DataFrame, random: object) -> None:
    """Rows and methods in another order, and control and method swapped, have the same interval."""
    rows = random.sample(range(len(scores)), len(scores))
    sets = np.array([f"d{at % 3}" for at in range(len(scores))])
    other_way = scores.iloc[rows][["m2", "m1", "m0"]]

    one = mean_gains(scores, "m0", list(sets), generator(), 200)
    same = mean_gains(other_way, "m0", list(sets[rows]), generator(), 200)
    swapped = mean_gains(scores, "m1", list(sets), generator(), 200)["m0"]

    for name, found in one.items():
        assert pytest.approx(vars(found), nan_ok=True) == vars(same[name])
    assert pytest.approx([-swapped.mean, -swapped.high, -swapped.low], nan_ok=True) == [
        one["m1"].mean, one["m1"].low, one["m1"].high,
    ]  # fmt: skip


@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("n", [3, 5, 12, 119, 2_000])
def test_least_means_equal_statsmodels(n: int, power: float) -> None:
    """The least difference in units of sd is the effect size that statsmodels solves for."""
    expected = np.ravel(TTestPower().solve_power(effect_size=None, nobs=n, alpha=0.05, power=power))[0]

    assert pytest.approx(expected, rel=1e-4) == least_mean(1.0, n, power=power)


def test_least_means_are_seen_as_often_as_told() -> None:
    """Of 4,000 samples with the least mean 80 % have p < 0.05, of two values as of six."""
    rng = generator()

    for n in (2, 6):
        samples = rng.normal(least_mean(0.3, n), 0.3, (4_000, n))
        seen = (ttest_1samp(samples, 0, axis=1).pvalue < 0.05).mean()
        assert pytest.approx(0.8, abs=0.02) == seen


def test_splits_that_share_rows_see_less() -> None:
    """By the corrected resampled t of 10 splits with n_test / n_train = 1 / 4: √(0.1 + 0.25) / √0.1."""
    assert pytest.approx(math.sqrt(3.5)) == least_mean(1.0, 10, share=0.25) / least_mean(1.0, 10)


def test_reach_is_over_the_spread_of_gains() -> None:
    """Each method's least mean rests on the sd of its own gains, the same however large they are."""
    scores = named([[0.0, 0.1, 5.0], [0.0, 0.3, 9.0], [0.0, 0.2, 7.0], [0.0, 0.2, 7.0]])

    found = reach(scores, "m0")

    assert (3, 4, "m0") == (found.n_methods, found.n_sets, found.control)
    assert pytest.approx(2.343 * math.sqrt(12 / 24), abs=1e-3) == found.ranks
    assert pytest.approx({"m1": 1.0, "m2": 20.0}) == {
        name: least / found.means["m1"] for name, least in found.means.items()
    }
    assert pytest.approx(found.means) == reach(scores.assign(m1=scores["m1"] + 100), "m0").means


@pytest.mark.parametrize("n_rows", [0, 1])
def test_one_data_set_could_have_shown_nothing(n_rows: int) -> None:
    """One data set, or none, is a warning and no error."""
    found = reach(named([[0.1, 0.2, 0.3]]).head(n_rows), "m0")

    assert all(map(math.isnan, found.means.values()))
    few = "1 data set is" if n_rows else "0 data sets are"
    assert [
        f"{few} too few: the p-values of Friedman's test need 11 or more",
        "1 split is too few for an interval within a data set, which needs 5: of one split there is none",
        "Nemenyi's test could not have found any difference of mean ranks at 5 %",
        "The signed-rank test gives no p-value below 1, adjusted for 2 methods",
        "Of fewer than two data sets there is no interval of a mean gain.",
    ] == warning(found, 1).split(". ")


def test_warning_says_what_could_have_been_seen() -> None:
    """Few data sets: which differences of mean ranks and means were in reach, which p-values were not."""
    found = Reach("none", 3, 5, 0.05, 0.8, 1.482, {"smote": 0.0512, "adasyn": 0.0199})

    expected = (
        "5 data sets are too few: the p-values of Friedman's test need 11 or more. Mean ranks of 3 methods "
        "had to differ by 1.48, of at most 2, for Nemenyi's test to find a difference at 5 %. The signed-"
        "rank test gives no p-value below 0.12, adjusted for 2 methods. The smallest true mean difference "
        "from none that a paired t test sees with 80 % power is between 0.02 (adasyn) and 0.051 (smote)."
    )
    assert expected == warning(found, 5)


def test_warning_of_splits() -> None:
    """Three splits have two degrees of freedom, where t is 4.3."""
    found = Reach("none", 2, 30, 0.05, 0.8, 0.358, {"smote": 0.0123})

    expected = (
        "3 splits are too few for an interval within a data set, which needs 5: it reaches 4.3 standard "
        "errors to either side. Mean ranks of 2 methods had to differ by 0.36, of at most 1, for Nemenyi's "
        "test to find a difference at 5 %. The smallest true mean difference from none that a paired t test "
        "sees with 80 % power is 0.012 (smote)."
    )
    assert expected == warning(found, 3)


def test_gains_that_do_not_vary_have_no_least_size() -> None:
    """Where each set has the same gain but for rounding, no number is made of the rounding."""
    scores = named([[value, value + 0.1, value + 0.2] for value in (0.1, 0.3, 0.7, 0.9)])

    told = warning(reach(scores, "m0"), 5)

    assert told.endswith("Gains over m0 are the same on every data set: no other size could be told.")


def test_enough_is_no_warning() -> None:
    """With 11 data sets and 5 splits nothing is said."""
    assert warning(Reach("none", 2, 11, 0.05, 0.8, 0.6, {"smote": 0.01}), 5) == ""
