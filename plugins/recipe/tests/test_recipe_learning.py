import numpy as np
import pytest
import torch

from oversample_bench_recipe.learning import LEAST_STEPS, Learner, Rows, Schedule, trained
from oversample_bench_recipe.perceptron import drawn, probabilities, scores
from oversample_bench_recipe.settings import Setting


def rows(sizes=(30, 28), d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = torch.from_numpy(rng.normal(size=(len(sizes), max(sizes), d))).float()
    y = torch.zeros(X.shape[:2], dtype=torch.int64)
    y[:, ::5] = 1
    weight = torch.zeros(X.shape[:2])
    for fold, size in enumerate(sizes):
        weight[fold, :size] = 1
    return Rows(X, y, weight, list(sizes), 2)


def setting(**given):
    return Setting(**{"batch_size": 8, "smoothing": 0.1, "rho": 0.0, "noise": 0.0, "width": 6, **given})


def learner(settings, folds, seeds, given=None):
    return Learner(settings, given or rows(), folds, seeds, 1e-2)


def test_an_epoch_shows_every_row_once_and_no_other():
    """The recipe adds no rows: 15 steps of 8 on 30 rows are four permutations of these."""
    index = learner([setting()], [0], [0]).batches(15)[:, 0].flatten()

    for epoch in index.view(4, 30):
        assert list(range(30)) == sorted(epoch.tolist())


def test_rows_that_fill_up_a_fold_are_never_drawn():
    """Of a fold of 28 beside one of 30 the last two places hold nothing, and are never learnt from."""
    index = learner([setting(), setting()], [0, 1], [0, 1]).batches(40)

    assert 29 == index[:, 0].max()
    assert 27 == index[:, 1].max()


def test_a_batch_is_no_larger_than_the_smallest_fold():
    """Batches of 512 of 28 rows are the 28 rows."""
    two = [setting(batch_size=512)] * 2

    assert (5, 2, 28) == learner(two, [0, 1], [0, 1]).batches(5).shape


def test_training_leaves_the_rows_as_they_are():
    """Noise is added to what a step sees, not to the rows."""
    given = rows()
    before = given.X.clone()
    trained(learner([setting(noise=0.5)], [0], [0], given), 5)

    assert torch.equal(before, given.X)


def test_a_member_does_not_depend_on_who_is_trained_beside_it():
    """A plain member next to one with an ascent and noise ends where it ends beside its own copy."""
    other = setting(rho=0.05, noise=0.1, smoothing=0.0)
    beside = trained(learner([setting(), other], [0, 1], [3, 4]), 20)
    alike = trained(learner([setting(), setting()], [0, 1], [3, 5]), 20)

    for one, two in zip(beside, alike, strict=True):
        torch.testing.assert_close(one[0], two[0])


def test_no_ascent_is_adamw_by_hand():
    """Rho = 0 is torch's AdamW on the cross entropy with smoothed targets."""
    given = rows(sizes=(30,))
    one = learner([setting()], [0], [7], given)
    by_hand = [part.detach().clone().requires_grad_() for part in one.parameters]
    adamw = torch.optim.AdamW(by_hand, lr=1e-2)
    eps = torch.tensor([0.0, 0.1 * (1 - 6 / 24)])
    index = torch.arange(8)
    for _ in range(3):
        y = given.y[0, index]
        target = (1 - eps[y, None]) * torch.eye(2)[y] + eps[y, None] / 2
        loss = -(target * scores(by_hand, given.X[:, index])[0].log_softmax(-1)).sum(1).mean()
        adamw.zero_grad()
        loss.backward()
        adamw.step()
        one.step(index[None])

    for found, expected in zip(one.parameters, by_hand, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_each_part_of_a_setting_changes_what_is_learnt():
    """Smoothing, ascent and noise each lead elsewhere from the same weights and batches."""
    parts = ({}, {"smoothing": 0.0}, {"rho": 0.5}, {"noise": 0.5})
    ends = [trained(learner([setting(**part)], [0], [0]), 10)[0] for part in parts]

    for end in ends[1:]:
        assert not torch.allclose(ends[0], end)


def test_weights_count_rows():
    """Rows of weight 0 teach nothing: their labels may be anything."""
    given, turned = rows(sizes=(30,)), rows(sizes=(30,))
    for one in (given, turned):
        one.weight[0, 5:10] = 0
    turned.y[0, 5:10] = 1 - turned.y[0, 5:10]
    turned.y[0, 11] = given.y[0, 11]
    a, b = (Learner([setting(smoothing=0.0)], one, [0], [0], 1e-2) for one in (given, turned))

    for one, two in zip(trained(a, 10), trained(b, 10), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize(
    ("n_rows", "batch_size", "expected"),
    [(500, 32, 60 * 16), (1000, 512, LEAST_STEPS), (1000, 8, 1500), (20, 512, LEAST_STEPS)],
)
def test_epochs_are_kept_within_bounds(n_rows, batch_size, expected):
    """60 epochs, but never fewer steps than 300 nor more than 1500."""
    assert expected == Schedule(60, 1500, 1e-3).steps(n_rows, batch_size)


def test_probabilities_are_the_softmax_of_the_scores():
    """What predicts without torch agrees with what was trained."""
    parameters = drawn((3, 6, 6, 2), [torch.Generator().manual_seed(0)])
    X = rows().X[:1]
    expected = scores(parameters, X)[0].softmax(-1).detach().numpy()

    found = probabilities([part[0].detach().double().numpy() for part in parameters], X[0].double().numpy())

    np.testing.assert_allclose(found, expected, atol=1e-6)
