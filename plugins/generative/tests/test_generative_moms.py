"""MOMS: discrepancy, danger and triplet by hand; a map that arrives."""

import numpy as np
import pytest
import torch

from oversample_bench_generative.moms import MOMS, MOMSWithoutTriplet, chosen
from oversample_bench_generative.moms_losses import Anchors, bandwidths, spread, squared_mmd, triplet
from oversample_bench_generative.moms_net import Map, Normalised
from oversample_bench_generative.neighbourhoods import in_danger, safe_majority


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def blobs(seed=0, n_majority=150, n_minority=40, d=3, apart=4.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return X, np.repeat([0, 1], [n_majority, n_minority])


@pytest.mark.quick
def test_the_discrepancy_is_that_of_three_means():
    """Biased, diagonals included, member by member; of a sample with itself it is 0."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 7, 3)), rng.normal(size=(2, 5, 3))
    h = np.array([0.8, 1.7])

    def mean_kernel(one, other, width):
        squared = ((one[:, None] - other[None]) ** 2).sum(axis=2)
        return np.exp(-squared / (2 * width**2)).mean()

    hand = [
        mean_kernel(x, x, width) + mean_kernel(z, z, width) - 2 * mean_kernel(x, z, width)
        for x, z, width in zip(a, b, h, strict=True)
    ]
    tensors = [torch.from_numpy(part) for part in (a, b, h)]
    np.testing.assert_allclose(squared_mmd(*tensors), hand)
    np.testing.assert_allclose(squared_mmd(tensors[0], tensors[0], tensors[2]), [0, 0], atol=1e-12)


def test_the_bandwidth_is_the_median_and_no_gradient_runs_through_it():
    """Over all pairs of mapped and minority rows."""
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(1, 5, 2)), rng.normal(size=(1, 3, 2))
    mapped = torch.from_numpy(a).requires_grad_()
    found = bandwidths(mapped, torch.from_numpy(b))
    distances = np.sqrt(((a[0][:, None] - b[0][None]) ** 2).sum(axis=2))

    assert found.item() == pytest.approx(np.sort(distances.ravel())[7])
    assert not found.requires_grad


def test_danger_is_more_than_half_but_not_all():
    """Three of five majority neighbours: in; two: out; five: out. Majority rows are never in."""
    lines = {"three": [1, 1, 0, 0, 0], "two": [1, 1, 1, 0, 0], "five": [0, 0, 0, 0, 0]}
    for name, labels in lines.items():
        X = np.array([0.0, 1, 1.1, 1.2, 1.3, 1.4])[:, None]
        is_minority = np.array([True, *[label == 1 for label in labels]])
        assert in_danger(X, is_minority, 5)[0] == (name == "three")
        assert not in_danger(X, is_minority, 5)[~is_minority].any()


def test_safe_rows_are_the_quarter_furthest_from_the_minority():
    """By the distance to the nearest minority row, above the third quartile."""
    X = np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8])[:, None]
    found = safe_majority(X, np.arange(9) == 0)

    assert np.flatnonzero(found).tolist() == [7, 8]


def test_the_triplet_on_three_points_by_hand():
    """Distance to danger less distance to safety plus the margin, where that is above 0."""
    mapped = torch.tensor([[[0.0, 0.0], [10.0, 0.0]]])
    anchors = Anchors(
        torch.tensor([[[3.0, 0.0], [3.0, 4.0]]]),
        torch.tensor([[[0.0, 4.0]]]),
        torch.ones(1),
        torch.tensor([1.5]),
    )
    hand = (3 - 4 + 1.5) / 2  # of the first row; the second is beyond the margin
    assert triplet(mapped, anchors).item() == pytest.approx(hand)
    nobody = Anchors(anchors.danger, anchors.safe, torch.zeros(1), anchors.margin)
    assert triplet(mapped, nobody).item() == 0
    assert spread(anchors.danger[0], 2) == pytest.approx(4.0)
    assert spread(anchors.danger[0], 1) == 0


def test_normalisation_is_torchs_own():
    """The same outputs in training and evaluation as one BatchNorm1d a member."""
    x = torch.randn(2, 9, 4, generator=torch.Generator().manual_seed(0))
    ours = Normalised(4, 6, generators(1, 2))
    theirs = [torch.nn.BatchNorm1d(6) for _ in range(2)]
    for _ in range(3):
        found = ours(x)
        expected = [one(rows) for one, rows in zip(theirs, ours.affine(x), strict=True)]
    np.testing.assert_allclose(found.detach(), torch.stack(expected).detach(), atol=1e-5)
    ours.eval()
    expected = [one.eval()(rows) for one, rows in zip(theirs, ours.affine(x), strict=True)]
    np.testing.assert_allclose(ours(x).detach(), torch.stack(expected).detach(), atol=1e-5)


def test_no_member_of_the_map_knows_of_another():
    """A member's output depends on its own rows, in training as well."""
    x = torch.randn(2, 9, 4, generator=torch.Generator().manual_seed(0))
    net = Map(4, (8, 6), 3, generators(1, 2))
    other = x.clone()
    other[1] = 100.0

    assert net(x).shape == x.shape
    np.testing.assert_allclose(net(x)[0].detach(), net(other)[0].detach(), atol=1e-6)


def test_rows_to_map_are_drawn_without_replacement_as_far_as_they_go():
    """More than there are: each at least as often as it can be."""
    few, many = chosen(10, 6, generators(1)), chosen(10, 25, generators(1))

    assert len(set(few[0].tolist())) == 6
    assert sorted(np.bincount(many[0].numpy()).tolist()) == [2] * 5 + [3] * 5


def test_without_its_weight_the_triplet_is_gone_bit_for_bit():
    """``triplet_weight=0`` is the ablation."""
    X, y = blobs()
    rows = [
        sampler.fit_resample(X, y)[0]
        for sampler in (
            MOMS(random_state=0, triplet_weight=0, epochs=40),
            MOMSWithoutTriplet(random_state=0, epochs=40),
        )
    ]

    np.testing.assert_array_equal(*rows)


@pytest.mark.slow
def test_the_map_arrives():
    """Two blobs: the discrepancy falls by four fifths, and the outputs' mean is nearer to the minority's."""
    X, y = blobs()
    sampler = MOMS(random_state=0)
    X_out, _ = sampler.fit_resample(X, y)
    mmd, new = sampler.history_["mmd"], X_out[len(X) :]

    assert mmd[-1] < 0.2 * mmd[0]
    to = [np.linalg.norm(new.mean(axis=0) - X[y == label].mean(axis=0)) for label in (0, 1)]
    assert to[1] < 0.25 * to[0]


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6])
def test_there_are_exactly_as_many_rows_as_asked_for(n_minority):
    """More than the majority has, too; a single minority row is copied."""
    X, y = blobs(n_minority=n_minority, n_majority=30)
    sampler = MOMS(random_state=0, epochs=5, sampling_strategy={1: 75})
    y_out = sampler.fit_resample(X, y)[1]

    assert (y_out == 1).sum() == 75
    assert ("copies" in sampler.fallback_) == (n_minority == 1)
