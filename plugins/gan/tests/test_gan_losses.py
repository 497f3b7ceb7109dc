import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversample_bench_gan import losses
from oversample_bench_gan.plan import Weights

WEIGHTS = Weights(a1=0.3, a2=0.7, b1=1.1, b2=1.3, c=1.7, e=1.9, f1=2.3, f2=2.9)
VALUES = st.floats(-50, 50, allow_subnormal=False)
SIZES = st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 4))  # members, rows, coordinates
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def matrices(shape):
    return arrays(np.float64, shape, elements=VALUES)


def shares(rows):
    return arrays(np.float64, rows, elements=st.floats(0.1, 1)).map(lambda share: share / share.sum())


@st.composite
def pairs(draw, answers=None):
    """Draw two arrays of one shape, and the shares of their rows."""
    members, rows, width = draw(SIZES)
    shape = (members, rows, answers or width)
    return draw(matrices(shape)), draw(matrices(shape)), draw(shares(rows))


@st.composite
def classes(draw):
    """Draw latent points of a majority and of a minority."""
    members, rows, width = draw(SIZES)
    return draw(matrices((members, rows, width))), draw(matrices((members, draw(st.integers(1, 5)), width)))


def told(function, *values):
    """Return what a loss gives for numpy arrays."""
    return function(*map(torch.from_numpy, values)).numpy()


def by_hand(of_row, share, *values):
    """Return a mean over rows, member by member and row by row."""
    return np.array(
        [sum(s * of_row(*row) for s, row in zip(share, rows, strict=True)) for rows in zip_members(*values)]
    )


def zip_members(*values):
    return [list(zip(*member, strict=True)) for member in zip(*values, strict=True)]


@settings(deadline=None)
@given(pairs())
def test_3_1_is_the_mean_squared_norm_of_what_decoding_misses(drawn):
    """(3.1) is the mean over X_org of ||Q(E(x)) - x||^2, each row with its share."""
    decoded, x, share = drawn
    expected = by_hand(lambda made, real: np.linalg.norm(made - real) ** 2, share, decoded, x)

    np.testing.assert_allclose(told(losses.reconstruction, decoded, x, share), expected, **CLOSE)


@settings(deadline=None)
@given(pairs())
def test_rows_of_equal_share_make_the_plain_mean(drawn):
    """Where the batch is the whole set each row counts 1 / n, which is numpy's mean."""
    decoded, x, share = drawn
    whole = np.full_like(share, 1 / len(share))
    expected = ((decoded - x) ** 2).sum(-1).mean(-1)

    np.testing.assert_allclose(told(losses.reconstruction, decoded, x, whole), expected, **CLOSE)


def spread(z):
    """Return the mean squared distance of each member's points to their mean, and that mean."""
    centre = z.mean(1)
    return np.array(
        [np.mean([np.sum((p - m) ** 2) for p in member]) for member, m in zip(z, centre, strict=True)]
    ), centre


@settings(deadline=None)
@given(classes())
def test_3_2_is_two_spreads_less_the_squared_distance_of_the_means(drawn):
    """(3.2): mean_maj ||E(x) - m0||^2 + a1 mean_min ||E(x) - m1||^2 - a2 ||m0 - m1||^2."""
    (spread0, m0), (spread1, m1) = map(spread, drawn)
    expected = spread0 + 0.3 * spread1 - 0.7 * np.linalg.norm(m0 - m1, axis=-1) ** 2

    clustering = losses.clustering(*map(torch.from_numpy, drawn), WEIGHTS, None)
    np.testing.assert_allclose(clustering.numpy(), expected, **CLOSE)


@settings(deadline=None)
@given(classes(), st.floats(0.1, 200))
def test_3_2_with_a_hinge_counts_what_lacks_to_the_margin(drawn, margin):
    """The hinge is a2 max(0, M - ||m0 - m1||)^2 in place of the last term of (3.2)."""
    (spread0, m0), (spread1, m1) = map(spread, drawn)
    lacking = np.maximum(0, margin - np.linalg.norm(m0 - m1, axis=-1))
    expected = spread0 + 0.3 * spread1 + 0.7 * lacking**2

    clustering = losses.clustering(*map(torch.from_numpy, drawn), WEIGHTS, margin)
    np.testing.assert_allclose(clustering.numpy(), expected, rtol=1e-6, atol=1e-3)  # the root's 1e-12 times M


@settings(deadline=None)
@given(classes(), st.floats(0.1, 200))
def test_the_hinge_has_a_least_value(drawn, margin):
    """With a margin (3.2) is never negative, whatever the latent points."""
    clustering = losses.clustering(*map(torch.from_numpy, drawn), WEIGHTS, margin)

    assert (clustering >= 0).all()


@settings(deadline=None)
@given(classes(), st.floats(1, 1000))
def test_the_literal_3_2_has_no_least_value(drawn, factor):
    """(3.2) grows with the square of the code's scale: where it is negative, scaling up has no end."""
    once = losses.clustering(*map(torch.from_numpy, drawn), WEIGHTS, None)
    scaled = losses.clustering(*(torch.from_numpy(z * factor) for z in drawn), WEIGHTS, None)

    np.testing.assert_allclose(scaled / factor**2, once, rtol=1e-6, atol=1e-6)


@settings(deadline=None)
@given(
    maj=matrices((1, 3)),
    small=matrices((1, 3)),
    W=arrays(np.float64, (2, 3), elements=st.floats(-3, 3)),
    counts=st.tuples(st.integers(1, 5), st.integers(1, 4)),
)
def test_the_class_means_are_in_the_graph(maj, small, W, counts):
    """With E(x) = W x, one point a class, (3.2) has the slope -2 a2 (m0 - m1)(xbar_maj - xbar_min)^T."""
    leaf = torch.from_numpy(W).requires_grad_()
    z0, z1 = (
        (torch.from_numpy(np.repeat(x, n, 0)) @ leaf.T)[None]
        for x, n in zip((maj, small), counts, strict=True)
    )
    (gradient,) = torch.autograd.grad(losses.clustering(z0, z1, WEIGHTS, None).sum(), leaf)
    apart = (maj - small)[0]
    expected = -2 * 0.7 * np.outer(W @ apart, apart)

    np.testing.assert_allclose(gradient.numpy(), expected, rtol=1e-6, atol=1e-6)


def test_the_separation_pulls_on_the_means():
    """Two classes of one point each are driven apart: the gradient of (3.2) is not zero."""
    W = torch.eye(2, dtype=torch.float64, requires_grad=True)
    z0, z1 = (torch.tensor([[x, x]], dtype=torch.float64) @ W for x in ((1.0, 0.0), (0.0, 1.0)))
    (gradient,) = torch.autograd.grad(losses.clustering(z0, z1, WEIGHTS, None).sum(), W)

    assert gradient.abs().max() == pytest.approx(1.4)


def test_the_hinge_has_a_finite_gradient_where_the_means_meet():
    """The root of the distance is kept off zero, where it has no slope."""
    z = torch.zeros(1, 2, 3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(losses.clustering(z, z * 2, WEIGHTS, 4.0).sum(), z)

    assert torch.isfinite(gradient).all()


@settings(deadline=None)
@given(matrices((2, 3, 4)), matrices((2, 4, 1)))
def test_the_penalty_is_the_sum_of_squared_weights(first, second):
    """R of (3.3) is the sum over all entries of all matrices, one number a member."""
    expected = [sum(w * w for w in member.ravel()) for member in first]
    expected = np.add(expected, [sum(w * w for w in member.ravel()) for member in second])

    np.testing.assert_allclose(
        losses.penalty([torch.from_numpy(first), torch.from_numpy(second)]), expected, **CLOSE
    )


@settings(deadline=None)
@given(*[arrays(np.float64, 2, elements=VALUES)] * 3)
def test_3_3_is_the_weighted_sum(l_rec, l_clu, penalised):
    """(3.3) is L_rec + B1 L_clu + B2 R."""
    expected = l_rec + 1.1 * l_clu + 1.3 * penalised

    l_a = losses.autoencoder(*map(torch.from_numpy, (l_rec, l_clu, penalised)), WEIGHTS)
    np.testing.assert_allclose(l_a, expected, **CLOSE)


@settings(deadline=None)
@given(pairs(), pairs())
def test_3_4_wants_one_of_real_rows_and_zero_of_decoded_ones(real, fake):
    """(3.4): mean_{X_org} ||D(x) - 1||^2 + c mean_Z ||D(G(z)) - 0||^2."""
    members = min(len(real[0]), len(fake[0]))
    p_real, p_fake = real[0][:members, :, 0], fake[0][:members, :, 0]
    expected = by_hand(lambda p: (p - 1) ** 2, real[2], p_real) + 1.7 * by_hand(
        lambda p: p**2, fake[2], p_fake
    )

    p, share = ([torch.from_numpy(part) for part in both] for both in ((p_real, p_fake), (real[2], fake[2])))
    np.testing.assert_allclose(losses.discrimination(tuple(p), tuple(share), WEIGHTS), expected, **CLOSE)


@settings(deadline=None)
@given(pairs(answers=2), pairs(answers=2))
def test_3_5_wants_the_label_of_real_and_of_decoded_rows(real, fake):
    """(3.5): mean_{X_org} ||C(x) - label(x)||^2 + e mean_Z ||C(G(z)) - label(z)||^2."""
    members = min(len(real[0]), len(fake[0]))
    sides = [(part[0][:members], part[1][:members]) for part in (real, fake)]
    missed = [
        by_hand(lambda c, label: np.linalg.norm(c - label) ** 2, share, *side)
        for side, share in zip(sides, (real[2], fake[2]), strict=True)
    ]

    answers = [tuple(map(torch.from_numpy, side)) for side in sides]
    l_c = losses.classification(*answers, (torch.from_numpy(real[2]), torch.from_numpy(fake[2])), WEIGHTS)
    np.testing.assert_allclose(l_c, missed[0] + 1.9 * missed[1], **CLOSE)


@settings(deadline=None)
@given(pairs(), pairs(), pairs(answers=2))
def test_3_6_is_reconstruction_realism_and_class(rows, judged, labelled):
    """(3.6): mean_{Z_org} ||G(z) - x||^2 + f1 mean_Z ||D(G(z)) - 1||^2 + f2 mean_Z ||C(G(z)) - label||^2."""
    members = min(len(rows[0]), len(judged[0]), len(labelled[0]))
    made, x, share = rows[0][:members], rows[1][:members], rows[2]
    p, p_share = judged[0][:members, :, 0], judged[2]
    answer, label, label_share = labelled[0][:members], labelled[1][:members], labelled[2]
    expected = (
        by_hand(lambda g, r: np.sum((g - r) ** 2), share, made, x)
        + 2.3 * by_hand(lambda one: (one - 1) ** 2, p_share, p)
        + 2.9 * by_hand(lambda c, one: np.sum((c - one) ** 2), label_share, answer, label)
    )

    l_g = losses.generation(
        losses.reconstruction(*map(torch.from_numpy, (made, x, share))),
        losses.realism(*map(torch.from_numpy, (p, p_share))),
        losses.labelling((torch.from_numpy(answer), torch.from_numpy(label)), torch.from_numpy(label_share)),
        WEIGHTS,
    )
    np.testing.assert_allclose(l_g, expected, **CLOSE)


def test_one_members_loss_knows_no_other_member():
    """A member's (3.1) and (3.2) are the same to the last bit beside a neighbour of NaN."""
    torch_rows = torch.rand(2, 6, 3, generator=torch.Generator().manual_seed(0))
    spoilt = torch_rows.clone()
    spoilt[1] = torch.nan
    share = torch.full((6,), 1 / 6)
    sound, beside = (
        (losses.reconstruction(z * 0.5, z, share)[0], losses.clustering(z[:, :4], z[:, 4:], WEIGHTS, 3.0)[0])
        for z in (torch_rows, spoilt)
    )

    assert sound == beside
