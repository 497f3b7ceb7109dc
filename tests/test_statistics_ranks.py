"""Tests by ranks, against other libraries, against examples worked by hand, and against what must hold."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import scikit_posthocs
from autorank import autorank
from autorank._util import get_sorted_rank_groups
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f_oneway, friedmanchisquare, wilcoxon
from statsmodels.stats.multitest import multipletests

from oversample_bench.analysis.statistics.friedman import friedman, ranked
from oversample_bench.analysis.statistics.holm import holm
from oversample_bench.analysis.statistics.nemenyi import critical_difference, groups, p_values
from oversample_bench.analysis.statistics.rank_cases import cases, checked, gains
from oversample_bench.analysis.statistics.wilcoxon import signed_ranks

SOME = settings(max_examples=40, deadline=None)


def named(values: object) -> pd.DataFrame:
    frame = pd.DataFrame(np.asarray(values, dtype="float64"))
    return frame.set_axis([f"m{at}" for at in frame], axis=1).set_axis([f"set {at:02}" for at in frame.index])


def matrices() -> dict[str, pd.DataFrame]:
    """Return matrices without ties, with many, with missing cells, and with a few ties."""
    rng = np.random.default_rng(7)
    plain = rng.normal([0.0, 0.3, 0.5, 0.9], 0.6, (10, 4))
    tied = rng.integers(0, 4, (9, 4)) / 4
    holed = np.round(rng.normal([0.0, 0.1, 0.2], 0.3, (20, 3)), 1)
    holed[[2, 5, 5, 11], [0, 1, 2, 1]] = np.nan
    return {"plain": named(plain), "tied": named(tied), "holed": named(holed), "demsar": DEMSAR}


DEMSAR = pd.DataFrame(
    {  # J. Demšar (2006), table 6: AUC of C4.5 by which parameters are tuned; voting is ranked 2 and 3 there
        "c45": [0.763, 0.599, 0.954, 0.628, 0.882, 0.936, 0.661,
                0.583, 0.775, 1.000, 0.940, 0.619, 0.972, 0.957],
        "m": [0.768, 0.591, 0.971, 0.661, 0.888, 0.931, 0.668,
              0.583, 0.838, 1.000, 0.962, 0.666, 0.981, 0.978],
        "cf": [0.771, 0.590, 0.968, 0.654, 0.886, 0.916, 0.609,
               0.563, 0.866, 1.000, 0.965, 0.614, 0.9751, 0.946],
        "m_cf": [0.798, 0.569, 0.967, 0.657, 0.898, 0.931, 0.685,
                 0.625, 0.875, 1.000, 0.962, 0.669, 0.975, 0.970],
    },
    index=["adult", "breast", "wisconsin", "cmc", "ionosphere", "iris", "liver",
           "lung", "lymphography", "mushroom", "tumor", "rheum", "voting", "wine"],
)  # fmt: skip

MATRICES = matrices()
each = pytest.mark.parametrize("scores", MATRICES.values(), ids=list(MATRICES))

small = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 6), min_size=k, max_size=k), min_size=2, max_size=9)
).map(named)  # fmt: skip
holed = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=3, max_size=3), min_size=1, max_size=9
).map(named)  # fmt: skip


@SOME
@given(holed)
def test_every_row_is_complete_left_out_or_empty(scores: pd.DataFrame) -> None:
    """No row is lost and no cell is made up: rows are complete, left out by name, or empty."""
    found = cases(scores)
    named_rows = [*found.complete.index, *found.left_out, *found.empty]

    assert sorted(scores.index) == sorted(named_rows)
    assert not found.complete.isna().any(axis=None)
    assert set(found.imputed.index) == set(found.complete.index) | set(found.left_out)
    pd.testing.assert_frame_equal(found.imputed.replace(-np.inf, np.nan), scores.drop(list(found.empty)))


def test_methods_without_a_score_share_the_worst_ranks() -> None:
    """Of four methods two lack their score: they share ranks 3 and 4, and the row is left out by name."""
    scores = named([[0.5, np.nan, 0.7, np.nan], [0.4, 0.3, 0.2, 0.1], [np.nan] * 4])

    found = cases(scores)

    assert [[2.0, 3.5, 1.0, 3.5], [1.0, 2.0, 3.0, 4.0]] == ranked(found.imputed).to_numpy().tolist()
    assert (("set 00",), ("set 02",)) == (found.left_out, found.empty)
    assert ["set 01"] == list(found.complete.index)


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        (named([[1.0], [2.0]]), "takes two methods or more; the matrix has 1"),
        (named([[1.0, np.nan], [2.0, np.nan]]), "lacks 2 scores; take `cases"),
        (named([[1.0, 2.0]]).set_axis(["a", "a"], axis=1), "Each method has one column; there are a, a"),
    ],
)
def test_a_matrix_that_cannot_be_compared_is_refused(scores: pd.DataFrame, sentence: str) -> None:
    """One method, two of a name and missing scores are told in a sentence."""
    with pytest.raises(ValueError, match=sentence):
        checked(scores)


def test_an_unknown_control_is_refused_with_the_nearest() -> None:
    """The sentence says what there is and what was probably meant."""
    with pytest.raises(
        ValueError, match=r"No method is named 'non'. Did you mean 'none'.* There are none, smote"
    ):
        gains(named([[1.0, 2.0]]).set_axis(["smote", "none"], axis=1), "non")


@each
def test_friedman_equals_scipy(scores: pd.DataFrame) -> None:
    """On complete rows, with ties and without, statistic and p-value are scipy's."""
    complete = cases(scores).complete

    found = friedman(complete)
    theirs = friedmanchisquare(*complete.to_numpy().T)

    assert pytest.approx(tuple(theirs), rel=1e-9) == (found.chi2, found.chi2_p)
    assert len(complete) == found.n_rows


@each
def test_iman_davenport_is_an_analysis_of_variance_of_the_ranks(scores: pd.DataFrame) -> None:
    """F is that of a two-way analysis of variance of ranks, whose rows have no variance between them.

    A one-way analysis has the sums of squares; the rows' n - 1 degrees of freedom are taken from the rest.
    """
    ranks = ranked(cases(scores).complete)
    n, k = ranks.shape
    one_way = f_oneway(*ranks.to_numpy().T)
    expected = one_way.statistic * (k - 1) * (n - 1) / (k * (n - 1))

    found = friedman(cases(scores).complete)

    assert pytest.approx(expected, rel=1e-9) == found.f


@each
def test_mean_ranks_and_critical_difference_equal_autorank(scores: pd.DataFrame) -> None:
    """Mean ranks, Friedman's p-value, the critical difference and the groups are autorank's."""
    complete = cases(scores).complete
    theirs = autorank(complete, alpha=0.05, order="descending", force_mode="nonparametric")
    order, names, joined = get_sorted_rank_groups(theirs, reverse=False)

    found = friedman(complete)
    critical = critical_difference(complete.shape[1], len(complete))
    own = groups(found.mean_ranks, critical)

    assert pytest.approx(dict(order)) == found.mean_ranks
    assert pytest.approx(theirs.pvalue) == found.chi2_p
    assert pytest.approx(theirs.cd, rel=1e-3) == critical  # autorank interpolates a table of the range
    assert {frozenset(names[first : last + 1]) for first, last in joined} == set(map(frozenset, own))


@each
def test_nemenyi_equals_scikit_posthocs(scores: pd.DataFrame) -> None:
    """The p-values of all pairs are those of scikit-posthocs, which drops incomplete rows by itself."""
    theirs = scikit_posthocs.posthoc_nemenyi_friedman(scores)
    complete = cases(scores).complete

    found = p_values(friedman(complete).mean_ranks, len(complete))

    np.testing.assert_allclose(theirs.to_numpy(), found.to_numpy(), rtol=1e-7, atol=1e-12)
    assert list(scores.columns) == list(found.columns)


@each
def test_a_pair_differs_where_its_p_value_is_below_the_level(scores: pd.DataFrame) -> None:
    """Critical difference, p-values and groups tell the same story."""
    complete = cases(scores).complete
    ranks = friedman(complete).mean_ranks
    critical = critical_difference(len(ranks), len(complete), alpha=0.1)
    together = groups(ranks, critical)

    p = p_values(ranks, len(complete))

    for one, other in combinations(ranks, 2):
        equal = any({one, other} <= set(group) for group in together)
        assert equal == (p.loc[one, other] > 0.1)


def test_example_of_demsar() -> None:
    """Table 6 of Demšar (2006) has mean ranks 3.143, 2.000, 2.893, 1.964, and a critical difference of 1.25.

    The paper's chi2 of 9.28 and F of 3.69 know no ties; 78 / 840 of the ranks' variance is lost to four of
    them (three pairs: 2³ - 2 each, and one of all four: 4³ - 4), by which chi2 is larger here.
    """
    found = friedman(DEMSAR)
    untied = found.chi2 * (1 - 78 / 840)

    assert pytest.approx({"c45": 3.143, "m": 2.0, "cf": 2.893, "m_cf": 1.964}, abs=5e-4) == found.mean_ranks
    assert pytest.approx(9.28, abs=0.005) == untied
    assert pytest.approx(3.69, abs=0.005) == 13 * untied / (14 * 3 - untied)
    assert pytest.approx(1.25, abs=0.005) == critical_difference(4, 14)
    assert pytest.approx(1.12, abs=0.005) == critical_difference(4, 14, alpha=0.1)
    assert (("m_cf", "m", "cf"), ("cf", "c45")) == groups(found.mean_ranks, 1.12)


@pytest.mark.parametrize(
    ("n_methods", "q"), [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (10, 3.164)]
)
def test_critical_values_are_those_of_the_table(n_methods: int, q: float) -> None:
    """Table 5 (a) of Demšar (2006) has these q at 5 %."""
    over_one_error = critical_difference(n_methods, n_methods * (n_methods + 1)) * math.sqrt(6)

    assert pytest.approx(q, abs=1.1e-3) == over_one_error


def test_rows_that_agree_have_an_infinite_f() -> None:
    """Three rows in one order: chi2 = 3 · 2 = 6, and the other two fall into it by a chance of (1 / 3!)²."""
    found = friedman(named([[3, 2, 1], [9, 5, 4], [0.3, 0.2, 0.1]]))

    assert (1.0, 6.0, math.inf) == (found.concordance, found.chi2, found.f)
    assert pytest.approx((math.exp(-3), 1 / 36)) == (found.chi2_p, found.f_p)


def test_rows_that_agree_on_a_tie_have_fewer_orders() -> None:
    """With two of three methods tied there are 3 orders, not 6."""
    found = friedman(named([[3, 2, 2], [9, 5, 5]]))

    assert (math.inf, 1 / 3) == (found.f, found.f_p)


def test_rows_of_one_tie_show_no_difference() -> None:
    """Where each row is one tie scipy divides 0 by 0; equal methods are no evidence, which is p = 1."""
    scores = named([[1, 1, 1], [2, 2, 2]])

    found = friedman(scores)
    with np.errstate(invalid="ignore"):
        theirs = friedmanchisquare(*scores.to_numpy().T)

    assert math.isnan(theirs.pvalue)
    assert (0.0, 1.0, 0.0, 1.0) == (found.chi2, found.chi2_p, found.f, found.f_p)


@pytest.mark.parametrize("n_rows", [0, 1])
def test_one_row_has_ranks_and_no_test(n_rows: int) -> None:
    """A single data set, or none, gives NaN and no error."""
    found = friedman(named([[3, 1, 2]]).head(n_rows))

    assert n_rows == found.n_rows
    assert all(map(math.isnan, [found.chi2, found.chi2_p, found.f, found.f_p]))
    assert (n_rows == 0) == math.isinf(critical_difference(3, n_rows))


def test_two_methods_are_a_sign_test() -> None:
    """7 of 8 rows for one method: chi2 = (7 - 1)² / 8 = 4.5."""
    found = friedman(named([[1, 0]] * 7 + [[0, 1]]))

    assert pytest.approx(4.5) == found.chi2
    assert pytest.approx({"m0": 1.125, "m1": 1.875}) == found.mean_ranks


@SOME
@given(small, st.randoms(use_true_random=False))
def test_order_and_scale_do_not_matter_to_ranks(scores: pd.DataFrame, random: object) -> None:
    """Friedman is the same for rows and methods in another order, and for rows stretched each in its way."""
    rows, columns = random.sample(list(scores.index), len(scores)), [*scores.columns][::-1]
    stretched = scores.apply(lambda row: np.exp(row) * random.randint(1, 5) - random.randint(0, 9), axis=1)

    before, after = friedman(scores), friedman(stretched.loc[rows, columns])

    assert pytest.approx(before.mean_ranks) == after.mean_ranks
    numbers = [(one.chi2, one.chi2_p, one.f, one.f_p) for one in (before, after)]
    assert pytest.approx(numbers[0], rel=1e-6) == numbers[1]


@SOME
@given(small)
def test_a_new_name_changes_nothing_but_the_name(scores: pd.DataFrame) -> None:
    """Methods under other names have the answers of the old ones."""
    other = {name: f"z{name}" for name in scores.columns}
    renamed = scores.rename(columns=other)

    old, new = friedman(scores), friedman(renamed)

    assert {other[name]: rank for name, rank in old.mean_ranks.items()} == new.mean_ranks
    assert (old.chi2, old.f) == (new.chi2, new.f)
    assert list(signed_ranks(scores, "m0").values()) == list(signed_ranks(renamed, "zm0").values())


@SOME
@given(st.dictionaries(st.text(max_size=3), st.floats(1, 9), min_size=2, max_size=9), st.floats(0.01, 9))
def test_groups_join_what_is_near(mean_ranks: dict[str, float], critical: float) -> None:
    """Two methods share a group if and only if they are nearer than that; no group is within another."""
    found = [set(group) for group in groups(mean_ranks, critical)]

    for (one, rank), (other, other_rank) in combinations(mean_ranks.items(), 2):
        near = abs(rank - other_rank) < critical
        assert near == any({one, other} <= group for group in found)
    assert not any(a < b for a in found for b in found)


probabilities = st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=9)


@settings(max_examples=15, deadline=None)
@given(probabilities)
def test_holm_equals_statsmodels(p: dict[str, float]) -> None:
    """The adjusted p-values are those of statsmodels, which scikit-posthocs calls."""
    expected = multipletests(list(p.values()), method="holm")[1] if p else []

    assert pytest.approx(dict(zip(p, expected, strict=True))) == holm(p)


@SOME
@given(probabilities)
def test_holm_keeps_order_and_lowers_none(p: dict[str, float]) -> None:
    """No adjusted p-value is below its own or above 1, and a smaller one is not adjusted past a larger."""
    found = holm(p)

    assert list(p) == list(found)
    assert all(p[name] <= found[name] <= 1 for name in p)
    assert all(found[one] <= found[other] for one in p for other in p if p[one] <= p[other])


def test_holm_by_hand() -> None:
    """0.01 · 4, then max(0.04, 0.02 · 3), then max(0.06, 0.025 · 2), then max(0.06, 0.5)."""
    adjusted = holm({"a": 0.5, "b": 0.01, "c": 0.025, "d": 0.02})

    assert pytest.approx({"a": 0.5, "b": 0.04, "c": 0.06, "d": 0.06}) == adjusted


@each
def test_signed_ranks_equal_scikit_posthocs(scores: pd.DataFrame) -> None:
    """Against each control p-values and their adjustment are those of scikit-posthocs, where those are exact.

    Its matrix is adjusted for all pairs; against one control there are as many as other methods, so that the
    raw p-values of its row are adjusted by statsmodels. With ties and more than 13 rows it takes the normal
    distribution, which is near; that ours is exact there too is the next test's business.
    """
    whole = (cases(scores).complete * 10_000).round()  # whole numbers, tied wherever they should be
    theirs = scikit_posthocs.posthoc_wilcoxon(whole.T.to_numpy(), zero_method="pratt")
    theirs = theirs.set_axis(scores.columns).set_axis(scores.columns, axis=1)
    near = 1e-9 if len(whole) <= 13 else 0.04

    for control in scores.columns:
        row = theirs.loc[control].drop(control)
        adjusted = dict(zip(row.index, multipletests(row, method="holm")[1], strict=True))
        found = signed_ranks(whole, control)
        assert pytest.approx(dict(row), abs=near) == {name: one.p for name, one in found.items()}
        assert pytest.approx(adjusted, abs=3 * near) == {name: one.p_holm for name, one in found.items()}


@each
def test_signed_ranks_are_exact(scores: pd.DataFrame) -> None:
    """The p-value is the share of all 2ⁿ changes of signs whose sum is as far from its mean."""
    complete = cases(scores).complete
    found = gains(complete, complete.columns[0])
    signs = (np.arange(2 ** len(found))[:, None] >> np.arange(len(found))) & 1

    for name, column in found.items():
        ranks = column.abs().rank().where(column != 0, 0.0).to_numpy()
        off = abs(signs @ ranks - ranks.sum() / 2)
        own = abs(ranks[column > 0].sum() - ranks.sum() / 2)
        assert pytest.approx((off >= own).mean()) == signed_ranks(complete, complete.columns[0])[name].p


@pytest.mark.parametrize("n_rows", [200, 201])
def test_many_rows_are_near_the_normal_distribution(n_rows: int) -> None:
    """On both sides of the change from the exact to the normal distribution p-values are nearly scipy's."""
    rng = np.random.default_rng(3)
    scores = named(np.round(rng.normal([0.0, 0.1], 1.0, (n_rows, 2)), 1))
    difference = (scores["m1"] - scores["m0"]).round(12)

    found = signed_ranks(scores, "m0")["m1"].p

    theirs = wilcoxon(difference, zero_method="pratt", method="asymptotic").pvalue
    assert pytest.approx(theirs, abs=1e-3 if n_rows == 200 else 1e-12) == found


def test_example_of_demsar_by_signed_ranks() -> None:
    """Table 2 of Demšar (2006) has sums of 93 and 12, each with half of the zeros' ranks, 1.5."""
    found = signed_ranks(DEMSAR[["c45", "m"]], "c45")["m"]

    assert (14, 2, 93 - 1.5, 12 - 1.5) == (found.n_rows, found.n_equal, found.plus, found.minus)
    assert found.p < 0.05
    assert found.p == found.p_holm


def test_equal_differences_are_tied() -> None:
    """0.3 - 0.1 and 0.4 - 0.2 are 0.2 both: scipy ranks their last bits, here they are a tie.

    Gains of -0.2, 0.2, 0.2 and 0.2 have rank 2.5 each: plus 7.5, minus 2.5, and 10 of the 16 changes of signs
    are as uneven.
    """
    scores = named([[0.3, 0.1], [0.1, 0.3], [0.2, 0.4], [0.7, 0.9]])

    found = signed_ranks(scores, "m0")["m1"]
    theirs = wilcoxon(scores["m1"], scores["m0"], zero_method="pratt")

    assert (7.5, 2.5, 10 / 16) == (found.plus, found.minus, found.p)
    assert theirs.statistic != 2.5


def test_five_rows_cannot_reach_five_percent() -> None:
    """Gains on all of n rows have p = 2 / 2ⁿ."""
    found = [signed_ranks(named([[0, at + 1] for at in range(n)]), "m0")["m1"].p for n in (1, 5, 6)]

    assert [1.0, 2 / 32, 2 / 64] == found


@pytest.mark.parametrize("n_rows", [0, 1, 3, 20])
def test_equal_methods_have_p_1(n_rows: int) -> None:
    """Where no row differs, scipy gives NaN or 1 by the number of rows; here it is always 1."""
    found = signed_ranks(named([[0.5, 0.5]] * 20).head(n_rows), "m0")["m1"]

    assert (n_rows, n_rows, 0.0, 0.0, 1.0, 1.0) == tuple(vars(found).values())


def test_a_missing_score_is_the_largest_loss() -> None:
    """By the imputed matrix: the row that m1 lacks has the highest rank, and one that both lack is equal."""
    scores = named([[0.5, 0.6, 0], [0.5, np.nan, 0], [np.nan, np.nan, 0], [0.1, 0.4, 0]])

    found = signed_ranks(cases(scores).imputed, "m0")["m1"]

    assert (4, 1, 2.0 + 3.0, 4.0) == (found.n_rows, found.n_equal, found.plus, found.minus)


@SOME
@given(small)
def test_signed_ranks_are_symmetric(scores: pd.DataFrame) -> None:
    """Control and method in each other's place swap the sums and keep the p-value, in any order of rows."""
    one = signed_ranks(scores, "m0")["m1"]
    other = signed_ranks(scores.iloc[::-1], "m1")["m0"]

    assert (one.plus, one.minus, one.n_equal) == (other.minus, other.plus, other.n_equal)
    assert pytest.approx(one.p) == other.p
