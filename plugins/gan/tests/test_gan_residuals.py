import numpy as np
import pytest
import torch

from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.latent import Between
from oversample_bench_gan.residuals import class_shift, lost, own, pooled
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.training import train_autoencoder


def normal(n, d, seed=0, at=0.0):
    return torch.from_numpy(np.random.default_rng(seed).normal(at, size=(n, d)).astype(np.float32))


def from_to(first, second, eta):
    """Return new rows between ``first`` and ``second``, all equally far."""
    parents = np.array(first), np.array(second)
    return Between(np.zeros((len(parents[0]), 1)), *parents, np.full(len(parents[0]), eta), "")


def trained_on(rows, **changed):
    plan = GLGAN(**{"latent": 2, "steps": 20} | changed)._plan(rows.X.shape[2])
    return train_autoencoder(rows, plan, [torch.Generator().manual_seed(3)] * len(rows.X))


@pytest.mark.parametrize("choice", [{}, {"hidden": (6,)}, {"output": "tanh"}])
def test_a_parent_comes_back(choice):
    """At eta = 0 what Q decodes and the own residual are the real row, to 1e-6, whatever decoding loses."""
    rows = Rows(normal(20, 5).clamp(-1, 1)[None], 14)
    autoencoder = trained_on(rows, **choice)
    residual = lost(rows, autoencoder)[0]
    decoded = (rows.X[0] - residual)[14:]

    assert residual.square().mean() > 1e-3
    torch.testing.assert_close(
        decoded + own(residual[14:], from_to(range(6), [5] * 6, 0.0)), rows.X[0, 14:], atol=1e-6, rtol=0
    )


def test_an_own_residual_lies_between_those_of_its_parents():
    """It is r_a + eta (r_b - r_a) with the parents and the eta of the row."""
    residual = normal(4, 3)
    expected = residual[0] + 0.25 * (residual[2] - residual[0])

    torch.testing.assert_close(own(residual, from_to([0], [2], 0.25))[0], expected)


@pytest.mark.parametrize("apart", [0.0, 0.2, 3.0])
@pytest.mark.parametrize("n_minority", [2, 7])
def test_the_shift_is_shrunk_by_its_noise(apart, n_minority):
    """The difference of the means times 1 - tr Var(r_min) / (n_min squared difference), or nothing."""
    minority, majority = normal(n_minority, 5, 1, apart), normal(90, 5, 2)
    r, R = minority.double().numpy(), majority.double().numpy()
    difference = r.mean(0) - R.mean(0)
    kept = max(0, 1 - r.var(0, ddof=1).sum() / (n_minority * (difference @ difference)))

    np.testing.assert_allclose(class_shift(minority, majority), kept * difference, atol=1e-5)


def test_one_minority_row_says_nothing_of_its_class():
    """Neither does a mean that is that of the majority: there is no shift, and no division by zero."""
    majority = normal(9, 4)

    assert not class_shift(normal(1, 4, at=9.0), majority).any()
    assert not class_shift(majority, majority).any()


def test_pooled_residuals_are_those_of_majority_rows():
    """Each is a majority row's, all moved alike; many rows are drawn from, and a seed draws the same."""
    minority, majority = normal(5, 3, 1, 2.0), normal(40, 3, 2)
    drawn = pooled(minority, majority, 200, 4)
    unmoved = drawn - class_shift(minority, majority)
    distance = (unmoved[:, None] - majority).norm(dim=-1)

    assert (distance.min(1).values < 1e-5).all()
    assert len(distance.argmin(1).unique()) > 30
    assert torch.equal(drawn, pooled(minority, majority, 200, 4))
    assert not torch.equal(drawn, pooled(minority, majority, 200, 5))
