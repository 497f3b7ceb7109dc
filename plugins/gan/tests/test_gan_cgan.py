from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench_gan import cgan
from oversample_bench_gan.cgan import (
    CGAN,
    CganPlan,
    codes,
    discriminator_loss,
    generator_loss,
    mini_batches,
    opponents,
    train,
)
from oversample_bench_gan.nets import Descent
from oversample_bench_gan.rows import Rows

LOGITS = st.lists(st.floats(-20, 20), min_size=2, max_size=8)
SMALL = CganPlan(
    latent=4,
    generator_hidden=8,
    discriminator_hidden=6,
    noise="normal",
    uniform_labels=False,
    steps=20,
    batch_size=16,
    learning_rate=1e-3,
)


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def blobs(n_minority=10, n_majority=50, d=4, seed=0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + 2])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def rows_of(n_majority=50, n_minority=10, d=3, members=2):
    drawn = torch.rand(members, n_majority + n_minority, d, generator=torch.Generator().manual_seed(0))
    return Rows(drawn * 2 - 1, n_majority)


def quick(**changed):
    return CGAN(**{"max_steps": 15, "random_state": 0} | changed)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, dtype=np.float64)))


@given(real=LOGITS, fake=LOGITS)
def test_losses_are_the_two_formulas_of_the_paper(real, fake):
    """J_D and J_G of logits are what the paper's formulas give for their sigmoids."""
    m = min(len(real), len(fake))
    real, fake = real[:m], fake[:m]
    j_d = discriminator_loss(torch.tensor([real]).double(), torch.tensor([fake]).double())
    j_g = generator_loss(torch.tensor([fake]).double())

    expected_d = -(np.log(sigmoid(real)).sum() + np.log(sigmoid(np.negative(fake))).sum()) / (2 * m)
    assert expected_d == pytest.approx(j_d.item(), rel=1e-6)
    assert -np.log(sigmoid(fake)).sum() / m == pytest.approx(j_g.item(), rel=1e-6)


def test_losses_are_finite_however_sure_the_discriminator_is():
    """Logits whose sigmoid rounds to 0 or 1 give the loss that they stand for."""
    sure = torch.full((1, 4), 1000.0)

    assert discriminator_loss(-sure, sure).item() == 1000
    assert generator_loss(-sure).item() == 1000
    assert generator_loss(sure).item() == 0


def test_each_member_has_a_loss_of_its_own():
    """A loss is a vector of members, each of which is what it would be alone."""
    real, fake = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    together = discriminator_loss(real, fake)

    assert [
        discriminator_loss(real[i : i + 1], fake[i : i + 1]).item() for i in range(3)
    ] == together.tolist()


def test_nets_take_the_label_beside_noise_and_features():
    """G takes one number more than the noise has, D one more than the row has; each has one hidden layer."""
    G, D = opponents(3, SMALL, generators(0, 1))

    assert [(2, 5, 8), (2, 8, 3)] == [tuple(weight.shape) for weight in G.weights]
    assert [(2, 4, 6), (2, 6, 1)] == [tuple(weight.shape) for weight in D.weights]


def test_initial_weights_are_xaviers_and_biases_zero():
    """Weights are uniform within sqrt(6 / (inputs + outputs)), and fill that range; biases are zero."""
    plan = replace(SMALL, latent=40, generator_hidden=60, discriminator_hidden=50)
    for net in opponents(30, plan, generators(0, 1)):
        for weight, bias in zip(net.weights, net.biases, strict=True):
            bound = (6 / (weight.shape[1] + weight.shape[2])) ** 0.5

            assert 0.8 * bound < weight.abs().max() <= bound
            assert not torch.equal(weight[0], weight[1])
            assert bias.count_nonzero() == 0


@pytest.mark.parametrize(
    ("d", "expected"), [(1, (4, 5, 2)), (8, (32, 40, 20)), (200, (512, 800, 500)), (5000, (512, 800, 500))]
)
def test_sizes_follow_from_the_features_up_to_a_cap(d, expected):
    """The noise is 4 d wide up to 512, G 5 d up to 800, D 2.5 d up to 500."""
    plan = CGAN()._plan(1000, d)

    assert expected == (plan.latent, plan.generator_hidden, plan.discriminator_hidden)


@pytest.mark.parametrize(("n", "expected"), [(5, 5), (60, 16), (1000, 20), (5000, 100)])
def test_a_mini_batch_is_a_fiftieth_of_the_rows_and_at_least_sixteen(n, expected):
    """A batch is max(16, n / 50) rows, but never more than there are."""
    assert expected == CGAN()._plan(n, 4).batch_size


def test_epochs_count_unless_they_come_to_more_than_the_most_steps():
    """Training has a step for each batch of each epoch, and at most ``max_steps``."""
    assert CGAN(epochs=3)._plan(1000, 4).steps == 3 * 50
    assert CGAN()._plan(1000, 4).steps == 5000


def test_sizes_that_are_asked_for_are_used():
    """Whole numbers in place of "auto" are taken as they are."""
    plan = CGAN(latent=3, generator_hidden=7, discriminator_hidden=9, batch_size=11)._plan(1000, 4)

    assert (3, 7, 9, 11) == (plan.latent, plan.generator_hidden, plan.discriminator_hidden, plan.batch_size)


def test_a_constant_feature_stays_constant():
    """A feature of one value has that value in new rows."""
    X, y = blobs()
    X[:, 1] = 3
    X_out, _ = quick().fit_resample(X, y)

    assert (X_out[:, 1] == 3).all()


def test_the_condition_decides_which_blob_a_row_is_from():
    """After training on two blobs nine rows in ten are nearer the blob of the label that G was given."""
    noise = torch.randn(1, 200, 2, generator=torch.Generator().manual_seed(0)) * 0.05
    centres = torch.tensor([[-0.6, -0.6], [0.6, 0.6]])
    X = noise + centres.repeat_interleave(torch.tensor([140, 60]), 0)
    plan = replace(SMALL, latent=8, generator_hidden=20, discriminator_hidden=20, steps=1200, batch_size=32)
    G, _ = train(Rows(X, 140), plan, generators(0))
    for label, centre in enumerate(centres):
        fed = codes(500, torch.full((1, 500, 1), float(label)), plan, generators(1))
        with torch.no_grad():
            made = G(fed)[0] * 2 - 1
        nearer = (made - centre).norm(dim=1) < (made - centres[1 - label]).norm(dim=1)

        assert nearer.float().mean() >= 0.9


def test_each_step_of_g_follows_exactly_one_step_of_d(monkeypatch):
    """Steps alternate, D before G, as often as there are mini-batches."""
    taken = []

    class Recorded(Descent):
        def step(self, losses):
            taken.append("G" if self.parameters[-1].shape[-1] == 3 else "D")
            super().step(losses)

    monkeypatch.setattr(cgan, "Descent", Recorded)
    train(rows_of(), SMALL, generators(0, 1))

    assert ["D", "G"] * SMALL.steps == taken


def test_made_pairs_have_the_labels_of_the_real_ones():
    """Each code of a mini-batch has the label of the real row in its place."""
    drawn = list(mini_batches(rows_of(), SMALL, generators(0, 1)))

    assert len(drawn) == SMALL.steps
    for real, fed in drawn:
        assert (2, 16, 4) == tuple(real.shape)
        assert (2, 16, 5) == tuple(fed.shape)
        assert torch.equal(real[..., -1], fed[..., -1])


def test_real_rows_of_a_mini_batch_are_rows_with_their_labels():
    """Every real pair of every batch is a row of its member, scaled to [0, 1], with the label of that row."""
    rows = rows_of()
    for real, _ in mini_batches(rows, SMALL, generators(0, 1)):
        for member in range(2):
            apart = torch.cdist(real[member, :, :-1].double(), (rows.X[member].double() + 1) / 2)
            distance, nearest = apart.min(1)

            assert distance.max() < 1e-6
            assert torch.equal(real[member, :, -1] == 1, nearest >= rows.n_majority)


def test_labels_can_be_drawn_uniformly():
    """With ``uniform_labels`` made pairs are of either class as often, whatever the real ones are."""
    plan = replace(SMALL, uniform_labels=True, steps=300)
    drawn = list(mini_batches(rows_of(n_majority=95, n_minority=5), plan, generators(0)))
    real, fed = (torch.cat([pair[i][..., -1] for pair in drawn], 1).mean().item() for i in range(2))
    five_errors = 5 * (0.25 / (300 * 16)) ** 0.5

    assert real < 0.1
    assert 0.5 == pytest.approx(fed, abs=five_errors)


def test_steps_are_drawn_in_as_many_goes_as_are_needed(monkeypatch):
    """However few numbers are drawn at once, there are as many mini-batches as steps."""
    monkeypatch.setattr(cgan, "DRAWN", 3 * 16 * (4 + 4))

    assert SMALL.steps == len(list(mini_batches(rows_of(), SMALL, generators(0, 1))))


def test_noise_is_normal_or_uniform():
    """Normal noise has mean 0 and deviation 1; uniform noise lies within +-1 and fills that range."""
    label = torch.ones(1, 5000, 1)
    normal = codes(5000, label, SMALL, generators(0))[..., :-1]
    uniform = codes(5000, label, CGAN(noise="uniform")._plan(100, 4), generators(0))[..., :-1]

    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert 0.99 < uniform.abs().max() <= 1
    assert abs(uniform.mean()) < 0.05


def test_a_member_that_diverges_leaves_the_others_alone():
    """A member whose losses are not finite leaves its neighbour what it is beside a sound one."""
    sound = rows_of()
    spoilt = Rows(sound.X.clone(), sound.n_majority)
    spoilt.X[1] = torch.nan
    _, expected = train(sound, SMALL, generators(0, 1))
    _, history = train(spoilt, SMALL, generators(0, 1))

    assert torch.equal(expected["generator"][:, 0], history["generator"][:, 0])
    assert history["generator"][:, 1].isnan().all()
