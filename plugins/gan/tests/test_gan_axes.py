import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench_gan import axes as axes_module
from oversample_bench_gan.axes import SPREAD, principal_axes, start_at_axes
from oversample_bench_gan.nets import Net, identity

SHAPES = st.tuples(st.integers(2, 12), st.integers(1, 6), st.integers(1, 8))  # rows, features, latent


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def table(members, rows, d, seed=0):
    return torch.rand(members, rows, d, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def started(X, latent, seeds=(0,)):
    """Return affine E and Q that start at the axes of ``X``."""
    E, Q = (
        Net(widths, generators(*seeds), identity, identity)
        for widths in ((X.shape[2], latent), (latent, X.shape[2]))
    )
    start_at_axes(E, Q, X, generators(*seeds))
    return E, Q


@settings(max_examples=30, deadline=None)
@given(SHAPES)
def test_axes_are_orthonormal(shape):
    """At most ``width`` axes, at right angles and of length one."""
    n, d, width = shape
    axes = principal_axes(table(1, n, d)[0], width, generators(0)[0])[0].double().numpy()

    assert axes.shape == (min(n, d, width), d)
    np.testing.assert_allclose(axes @ axes.T, np.eye(len(axes)), atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(SHAPES)
def test_decoding_starts_as_the_best_linear_code(shape):
    """Before any step Q(E(x)) misses what the best affine code of this width misses, and no more."""
    n, d, width = shape
    latent = min(n, d, width)
    X = table(1, n, d)
    E, Q = started(X, latent)
    missed = (Q(E(X)) - X).detach().double().square().sum().item()
    centred = (X - X.mean(1, keepdim=True))[0].double().numpy()
    least = (np.linalg.svd(centred, compute_uv=False)[latent:] ** 2).sum()

    assert missed == pytest.approx(least, abs=1e-4)


@settings(deadline=None)
@given(st.integers(1, 6))
def test_nothing_is_lost_with_as_many_coordinates_as_features(d):
    """Where the latent space is as wide as the rows, decoding leads back, for rows never seen as well."""
    X = table(1, 20, d)
    E, Q = started(X, d)
    unseen = table(1, 5, d, seed=1)

    torch.testing.assert_close(Q(E(unseen)), unseen, atol=1e-5, rtol=0)


@settings(deadline=None)
@given(st.integers(8, 30), st.integers(1, 6), st.integers(1, 6))
def test_the_latent_points_are_centred_and_small(n, d, width):
    """Latent points lie around 0 with a spread at which tanh is nearly straight."""
    X, width = table(2, n, d), min(d, width)
    z = started(X, width, (0, 1))[0](X).detach().double()

    torch.testing.assert_close(z.mean(1), torch.zeros(2, width, dtype=z.dtype), atol=1e-5, rtol=0)
    torch.testing.assert_close(z.var(1).mean(1).sqrt(), torch.full((2,), SPREAD, dtype=z.dtype))


def test_the_latent_space_is_the_rows_turned_and_scaled():
    """With as many coordinates as features all distances keep their proportion, so that neighbours stay."""
    X = table(1, 30, 4)
    z, x = started(X, 4)[0](X).detach().double(), X.double()
    _, scale = principal_axes(X[0], 4, generators(0)[0])

    torch.testing.assert_close(torch.cdist(z, z), torch.cdist(x, x) * scale, atol=1e-5, rtol=0)


def test_coordinates_beyond_the_axes_keep_their_weights():
    """Three rows of five features have three axes at most; other coordinates start where they were drawn."""
    X, drawn = table(1, 3, 5), Net((5, 8), generators(0), identity, identity)
    E, _ = started(X, 8)

    assert torch.equal(E.weights[0][:, :, 3:], drawn.weights[0][:, :, 3:])
    assert not torch.equal(E.weights[0][:, :, :3], drawn.weights[0][:, :, :3])


def test_a_member_starts_the_same_beside_any_neighbour():
    """Axes are those of the member's own rows."""
    own, other = table(1, 9, 3), table(1, 9, 3, seed=5)
    first, second = (started(torch.cat([own, X]), 2, (0, 1))[0] for X in (own, other))

    assert torch.equal(first.weights[0][0], second.weights[0][0])
    assert torch.equal(first.biases[0][0], second.biases[0][0])


@pytest.mark.parametrize(("n", "d"), [(2, 1), (2, 3), (5, 3)])
def test_equal_rows_have_axes_too(n, d):
    """Rows without any spread start at finite weights, with no warning."""
    X = torch.full((1, n, d), 0.25)
    E, Q = started(X, d)

    torch.testing.assert_close(Q(E(X)), X)
    assert torch.isfinite(E.weights[0]).all()


def test_many_features_take_the_randomised_solver_with_the_members_seed(monkeypatch):
    """Two fits of a wide table with one seed give the same axes, to the last bit; small ones need no seed."""
    rows = table(1, 40, 50)[0]
    monkeypatch.setattr(axes_module, "MANY", 49)
    first, second, other = (principal_axes(rows, 5, generators(seed)[0])[0] for seed in (3, 3, 4))
    monkeypatch.setattr(axes_module, "MANY", 50)
    third, fourth = (principal_axes(rows, 5, generators(seed)[0])[0] for seed in (3, 4))

    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert torch.equal(third, fourth)
