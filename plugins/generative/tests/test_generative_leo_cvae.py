"""LEO-CVAE: entropies, loss and seeds by hand, and members that do not know of each other."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from sklearn.neighbors import NearestNeighbors

from oversample_bench_gan.rows import Rows
from oversample_bench_generative.cvae_nets import kl, loss
from oversample_bench_generative.cvae_training import Best, CvaePlan, Labelled, train
from oversample_bench_generative.leo_cvae import (
    CVAE,
    LEOCVAE,
    class_weights,
    one_hot,
    seeds_of,
    split,
)
from oversample_bench_generative.member_descent import shortened
from oversample_bench_generative.neighbourhoods import entropies
from oversample_bench_generative.standard import Standard

PLAN = CvaePlan(
    hidden=8, latent=3, beta=1.0, floor=0.05, dropout=0.1, epochs=12, patience=3, min_delta=1e-4,
    batch_size=16, learning_rate=1e-2, weight_decay=1e-5, largest_gradient=1.0,
)  # fmt: skip


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def blobs(seed=0, n_majority=80, n_minority=20, d=4, apart=2.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def rows_of(members=2, n_majority=40, n_minority=10, d=3):
    drawn = torch.rand(members, n_majority + n_minority, d, generator=torch.Generator().manual_seed(0))
    return Rows(drawn * 2 - 1, n_majority)


@pytest.mark.quick
def test_entropy_is_that_of_the_classes_among_the_neighbours():
    """Fifteen neighbours, eight of one class and seven of the other: 0.9968 bits; all of one class: 0."""
    X = np.arange(16.0)[:, None]
    y = np.array([0, *[0] * 8, *[1] * 7])

    assert entropies(X, y, 15)[0] == pytest.approx(0.9968, abs=1e-4)
    far = np.concatenate([np.arange(20.0), 1000 + np.arange(20.0)])[:, None]
    assert entropies(far, np.repeat([0, 1], 20), 15).max() == 0


def test_the_loss_is_the_formula():
    """Weighted squared errors, and KL where it is above its floor, by numpy."""
    rng = np.random.default_rng(0)
    made, x, w = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3)), rng.random((2, 5))
    mean, log_variance = rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 5, 4))
    divergence = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=2).mean(axis=1) / 2
    tensors = [torch.from_numpy(part) for part in (made, x, w, mean, log_variance)]

    np.testing.assert_allclose(kl(*tensors[3:]), divergence)
    hand = (w * ((made - x) ** 2).sum(axis=2)).mean(axis=1)
    found = loss(*tensors[:3], torch.from_numpy(divergence), 2.0, 0.1)
    np.testing.assert_allclose(found, hand + 2 * divergence)
    low = torch.full((2,), 0.01, dtype=torch.float64)
    np.testing.assert_allclose(loss(*tensors[:3], low, 2.0, 0.1), hand + 0.2)


def test_class_weights_and_codes_follow_the_order_of_the_rows():
    """The majority stands first: n / (2 n_c), and the first column."""
    rows = rows_of()

    assert class_weights(rows).tolist() == [50 / 80] * 40 + [50 / 20] * 10
    assert one_hot(rows)[1].argmax(1).tolist() == [0] * 40 + [1] * 10


def test_seeds_are_drawn_in_proportion_to_their_weights():
    """(1 + H)^gamma, by a chi-squared test; rows that are no candidates are never drawn."""
    weights = torch.tensor([9.0, 1.0, 2.0, 4.0, 8.0])
    drawn = seeds_of(torch.tensor([1, 2, 3, 4]), weights, 6000, torch.Generator().manual_seed(0))
    counts = np.bincount(drawn.numpy(), minlength=5)

    assert counts[0] == 0
    assert chisquare(counts[1:], 6000 * np.array([1, 2, 4, 8]) / 15).pvalue > 0.001


def test_a_fifth_of_each_class_is_held_out():
    """No row is in both parts, but the only one of its class."""
    rows = rows_of(n_majority=40, n_minority=6)
    train_rows, held = split(rows, generators(1, 2))

    assert (train_rows.shape, held.shape) == ((2, 37), (2, 9))
    for one, other in zip(train_rows.tolist(), held.tolist(), strict=True):
        assert sorted(one + other) == list(range(46))
        assert sum(row >= 40 for row in other) == 1
    lone, held = split(rows_of(n_minority=1), generators(1))
    assert lone[0, -1] == held[0, -1] == 40


def test_standard_units_are_those_of_numpy():
    """Mean 0 and variance 1; constant features stay; and back again."""
    X = torch.rand(2, 30, 3, generator=torch.Generator().manual_seed(0))
    X[:, :, 1] = 0.25
    units = Standard.of(X)

    np.testing.assert_allclose(units.scaled(X)[:, :, [0, 2]].mean(1), np.zeros((2, 2)), atol=1e-6)
    np.testing.assert_allclose(units.scaled(X)[:, :, 0].numpy().std(axis=1), np.ones(2), rtol=1e-5)
    np.testing.assert_allclose(units.scaled(X)[:, :, 1], np.zeros((2, 30)), atol=1e-7)
    np.testing.assert_allclose(units.restored(units.scaled(X)), X, atol=1e-6)


def test_gradients_are_shortened_member_by_member():
    """A long gradient of one member leaves the others as they are."""
    gradients = [torch.zeros(2, 3), torch.zeros(2, 2, 2)]
    gradients[0][0, 0], gradients[1][1, 0, 0] = 30.0, 0.5

    np.testing.assert_allclose(shortened(gradients, 1.0), [1 / 30, 1.0], rtol=1e-4)


def test_the_weights_of_the_best_epoch_are_kept():
    """Whatever a member unlearns later; one that has stopped is not looked at again."""
    rows = rows_of()
    labelled = Labelled(rows.X, one_hot(rows), class_weights(rows).expand(2, -1))
    parts = split(rows, generators(1, 2))
    trained = train(labelled, parts, PLAN, generators(1, 2))
    held = labelled.at(parts[1])
    with torch.no_grad():
        mean, log_variance = trained.coder.encoded(held.X, held.one_hot)
        made = trained.coder.decoded(mean, held.one_hot)
        again = loss(made, held.X, held.weights, kl(mean, log_variance), PLAN.beta, PLAN.floor)

    losses = trained.validation
    best = [_first_best(losses[:, member].tolist()) for member in range(2)]
    np.testing.assert_allclose(again, best, rtol=1e-5)


def _first_best(losses):
    """Return what early stopping takes, by its rule in words."""
    best, waited = np.inf, 0
    for found in losses:
        if waited >= PLAN.patience:
            break
        if found < best - PLAN.min_delta:
            best, waited = found, 0
        else:
            waited += 1
    return best


def test_a_member_that_has_stopped_stays_as_it_is():
    """Better losses of later epochs do not move its weights."""
    net = torch.nn.ParameterList([torch.nn.Parameter(torch.zeros(2, 1))])
    best = Best.of(net, 2)
    for value, found in (
        (1.0, [1.0, 1.0]),
        (2.0, [2.0, 0.5]),
        (3.0, [2.0, 0.4]),
        (4.0, [2.0, 0.3]),
        (5.0, [0.1, 0.2]),
    ):
        with torch.no_grad():
            net[0].fill_(value)
        best.look(net, torch.tensor(found), PLAN)

    assert best.parameters[0].flatten().tolist() == [1.0, 5.0]


@pytest.mark.parametrize("make", [LEOCVAE, CVAE])
def test_a_member_is_what_it_is_alone(make):
    """Beside a neighbour that trains longer, rows differ by rounding at most."""
    short = {"hidden": 8, "latent": 3, "patience": 2, "max_steps": 500}
    problems = [blobs(0), blobs(5, apart=0.1)]
    together = make(**short).fit_resample_batch(problems, [3, 4])
    for (X, y), seed, (X_out, _) in zip(problems, (3, 4), together, strict=True):
        alone, _ = make(random_state=seed, **short).fit_resample(X, y)
        np.testing.assert_allclose(X_out, alone, atol=0.05)


def test_without_focus_leo_cvae_is_the_cvae():
    """Gamma = 0 and the plain autoencoder are the same bit for bit."""
    X, y = blobs()
    one, other = (
        sampler.fit_resample(X, y)[0]
        for sampler in (LEOCVAE(random_state=0, gamma=0, max_steps=50), CVAE(random_state=0, max_steps=50))
    )

    np.testing.assert_array_equal(one, other)


def test_focus_moves_new_rows_to_where_classes_mix():
    """With a large gamma, new rows have more majority rows among their neighbours than with none."""
    rng = np.random.default_rng(0)
    centres = ((0, 300), (1.5, 30), (9, 30))
    X = np.vstack([rng.normal([place, 0], size=(n, 2)) for place, n in centres])
    y = np.repeat([0, 1], [300, 60])
    tree = NearestNeighbors(n_neighbors=5).fit(X)

    def mixed(gamma):
        made = LEOCVAE(random_state=0, gamma=gamma, max_steps=1500).fit_resample(X, y)[0][len(X) :]
        return (y[tree.kneighbors(made, return_distance=False)] == 0).mean()

    assert mixed(8.0) > mixed(0.0) + 0.1
