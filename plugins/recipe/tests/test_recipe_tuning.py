import numpy as np
import pytest
import torch

from oversample_bench_recipe.learning import Learner, Schedule
from oversample_bench_recipe.settings import Setting
from oversample_bench_recipe.tuning import FEW, Table, Trial, best, inner_folds, trials

PLAIN = Setting(batch_size=16, smoothing=0.0, rho=0.0, noise=0.0, width=8)


def table(n_minority, n=120, seed=0):
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < n_minority).astype(int)
    X = rng.normal(size=(n, 3)) * [1, 1e6, 1e-6] + y[:, None] * [2, 0, 0]
    return Table(X, y, np.ones(n))


@pytest.mark.parametrize(("n_minority", "expected"), [(FEW - 1, 6), (FEW, 3)])
def test_folds_are_cut_twice_where_the_minority_is_small(n_minority, expected):
    """Three folds, and six below thirty minority rows, each with minority rows to learn from and judge by."""
    folds = inner_folds(table(n_minority), 3, seed=0)

    assert expected == len(folds.learning.sizes)
    for rows in (folds.learning, folds.held_out):
        assert rows.counts.min() >= n_minority // 3
    assert {120} == {a + b for a, b in zip(folds.learning.sizes, folds.held_out.sizes, strict=True)}


def test_a_fold_is_scaled_by_what_it_learns_from():
    """Rows to learn from have mean 0 and deviation 1 in any unit; held-out rows follow their scale."""
    folds = inner_folds(table(40), 3, seed=0)
    own = folds.learning.X[0, : folds.learning.sizes[0]]
    other = folds.held_out.X[0, : folds.held_out.sizes[0]]

    torch.testing.assert_close(own.mean(0), torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(own.std(0, correction=0), torch.ones(3), atol=1e-5, rtol=0)
    assert (other.mean(0).abs() > 1e-4).all()


def test_each_class_has_half_of_what_is_judged_by():
    """Weights of held-out rows sum to 1 / C in each class, and to nothing where a fold is filled up."""
    held_out = inner_folds(table(31, n=121), 3, seed=0).held_out

    for y, weight, size in zip(held_out.y, held_out.weight, held_out.sizes, strict=True):
        assert 0 == weight[size:].sum()
        for label in (0, 1):
            assert weight[:size][y[:size] == label].sum() == pytest.approx(0.5)


def test_the_loss_is_that_of_the_scores_less_the_shares_of_the_classes():
    """By hand: softmax of score - log share, the mean of -log over each class, the mean over the classes."""
    folds = inner_folds(table(40), 3, seed=0)
    learner = Learner([PLAIN], folds.learning, [1], [0], 1e-3)
    n = folds.held_out.sizes[1]
    x, y = folds.held_out.X[1, :n].numpy(), folds.held_out.y[1, :n].numpy()
    w1, b1, w2, b2 = (part[0].detach().numpy() for part in learner.parameters)
    share = np.bincount(folds.learning.y[1, : folds.learning.sizes[1]].numpy())
    z = np.maximum(x @ w1 + b1, 0) @ w2 + b2 - np.log(share / share.sum())
    own = np.log(np.exp(z).sum(1)) - z[np.arange(n), y]

    found = learner.losses(folds.held_out)

    assert found.item() == pytest.approx((own[y == 0].mean() + own[y == 1].mean()) / 2, rel=1e-4)


def test_what_learns_more_has_the_smaller_loss():
    """Of two learning problems the one with a signal has a loss below log 2, which knowing nothing has."""
    folds = inner_folds(table(40), 3, seed=0)

    (trial,) = trials([PLAIN], folds, Schedule(30, 500, 1e-2), [0, 1, 2])

    assert trial.loss < 0.9 * np.log(2)
    assert 0 < trial.share <= 1


def test_trials_come_in_the_order_asked_for():
    """Settings are trained in groups of one shape, and told in the order in which they came."""
    others = [Setting(16, 0.1, 0.05, 0.1, 8), Setting(32, 0.0, 0.0, 0.0, 8), PLAIN]
    folds = inner_folds(table(40), 3, seed=0)

    found = trials(others, folds, Schedule(1, 30, 1e-3), [0, 1, 2])

    assert others == [trial.setting for trial in found]


def test_a_setting_has_the_loss_that_it_has_alone():
    """What is tried beside a setting does not change what becomes of it."""
    folds = inner_folds(table(40), 3, seed=0)
    schedule, other = Schedule(1, 30, 1e-3), Setting(16, 0.1, 0.05, 0.1, 8)

    beside = trials([other, PLAIN], folds, schedule, [0, 1, 2])[1]
    alone = trials([PLAIN], folds, schedule, [0, 1, 2])[0]

    assert alone.loss == pytest.approx(beside.loss, rel=1e-5)


def test_the_least_loss_wins_and_no_number_never_does():
    """The first of the best is taken; a training that ran away has lost."""
    tried = [Trial(PLAIN, loss, share) for loss, share in ((np.nan, 0.1), (0.3, 0.2), (0.3, 0.3), (0.4, 0.4))]

    assert 0.2 == best(tried).share
