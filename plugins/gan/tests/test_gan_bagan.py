from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench_gan import bagan
from oversample_bench_gan.bagan import (
    BAGAN,
    FAKE,
    BaganPlan,
    class_normals,
    cross_entropy,
    opponents,
    play,
    train_autoencoder,
)
from oversample_bench_gan.dropout import masks
from oversample_bench_gan.normals import CLASSES, Normal, noise, wishes
from oversample_bench_gan.rows import Range, Rows

SMALL = BaganPlan(
    hidden=(8, 6),
    latent=3,
    dropout=0.3,
    autoencoder_steps=10,
    steps=10,
    batch_size=16,
    learning_rate=1e-2,
)


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def blobs(n_minority=10, n_majority=50, d=4, seed=0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + 2])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def rows_of(n_majority=50, n_minority=10, d=4, members=2):
    drawn = torch.rand(members, n_majority + n_minority, d, generator=torch.Generator().manual_seed(0))
    return Rows(drawn * 2 - 1, n_majority)


def quick(**changed):
    return BAGAN(**{"max_steps": 10, "batch_size": 32, "random_state": 0} | changed)


def pretrained(rows, seeds=(0, 1), plan=SMALL):
    own = generators(*seeds)
    autoencoder = train_autoencoder(rows, plan, own)
    return own, autoencoder, class_normals(autoencoder.encoder, rows, 0.0)


def recorded(monkeypatch, rows, plan=SMALL):
    """Return logits and labels of each cross-entropy of a game, those of D and those of G in turn."""
    seen = []

    def cross(logits, labels):
        seen.append((logits.detach(), labels))
        return cross_entropy(logits, labels)

    own, autoencoder, normals = pretrained(rows, plan=plan)
    monkeypatch.setattr(bagan, "cross_entropy", cross)
    play(rows, normals, opponents(autoencoder, plan, own), plan, own)
    return seen[::2], seen[1::2]


def test_the_game_starts_from_the_autoencoder():
    """Before the adversarial phase D's trunk equals the encoder's and G the decoder; both are copies."""
    own, autoencoder, _ = pretrained(rows_of())
    G, D = opponents(autoencoder, SMALL, own)
    for new, old in ((G, autoencoder.decoder), (D.trunk, autoencoder.encoder.trunk)):
        for mine, theirs in zip(new.parameters(), old.parameters(), strict=True):
            assert torch.equal(mine, theirs)
            assert mine.data_ptr() != theirs.data_ptr()


def test_the_game_leaves_the_autoencoder_alone():
    """The adversarial phase trains copies: encoder and decoder are the same afterwards, G and D are not."""
    rows = rows_of()
    own, autoencoder, normals = pretrained(rows)
    before = [
        tensor.clone() for net in (autoencoder.encoder, autoencoder.decoder) for tensor in net.parameters()
    ]
    nets = opponents(autoencoder, SMALL, own)
    play(rows, normals, nets, SMALL, own)
    after = [tensor for net in (autoencoder.encoder, autoencoder.decoder) for tensor in net.parameters()]

    assert all(map(torch.equal, before, after))
    assert not torch.equal(nets[0].weights[0], autoencoder.decoder.weights[0])
    assert not torch.equal(nets[1].trunk.weights[0], autoencoder.encoder.trunk.weights[0])


def test_the_discriminator_has_an_output_more_than_there_are_classes(monkeypatch):
    """D's outputs are the classes and, last, "made", the label of half as many rows as are real."""
    of_D, _ = recorded(monkeypatch, rows_of())
    logits, labels = of_D[0]

    assert FAKE == CLASSES
    assert (2, 16 + 8, CLASSES + 1) == tuple(logits.shape)
    assert set(labels[:, :16].flatten().tolist()) == {0, 1}
    assert (labels[:, 16:] == FAKE).all()


def test_the_discriminator_sees_each_real_row_once_an_epoch(monkeypatch):
    """The batches of an epoch hold all rows, the last batch those that remain, with their own labels."""
    of_D, _ = recorded(monkeypatch, rows_of(50, 10), replace(SMALL, steps=4))
    real = [labels[labels != FAKE].view(2, -1) for _, labels in of_D]

    assert [16, 16, 16, 12] == [labels.shape[1] for labels in real]
    assert [10, 10] == torch.cat(real, 1).sum(1).tolist()


def test_classes_that_the_generator_shall_make_are_uniform(monkeypatch):
    """G's classes are drawn uniformly, not by frequency, and there are as many as D saw rows."""
    plan = replace(SMALL, steps=100)
    _, of_G = recorded(monkeypatch, rows_of(115, 5), plan)
    wanted = torch.cat([labels for _, labels in of_G], 1)

    assert {24, 12} == {labels.shape[1] for _, labels in of_G}
    assert {0, 1} == set(wanted.flatten().tolist())
    assert 0.5 == pytest.approx(wanted.float().mean().item(), abs=5 * (0.25 / wanted.numel()) ** 0.5)


@settings(max_examples=10, deadline=None)
@given(n_minority=st.integers(2, 12), seed=st.integers(0, 99))
def test_latent_points_have_the_mean_and_covariance_of_the_encoded_minority(n_minority, seed):
    """Means and covariances of 1e5 draws are within 5 standard errors of those of the encoded rows."""
    encoded = torch.randn(1, n_minority, 5, generator=torch.Generator().manual_seed(seed))
    normal = Normal.of(encoded)
    n = 100_000
    z = normal.at(noise(n, normal, generators(seed + 100)))[0].double().numpy()
    mean, S = encoded[0].double().numpy().mean(0), np.cov(encoded[0].double().numpy().T)
    variances = np.diag(S)
    five_means = 5 * np.sqrt(variances / n)
    five_covariances = 5 * np.sqrt((np.outer(variances, variances) + S**2) / n)

    assert (np.abs(z.mean(0) - mean) <= five_means + 1e-6).all()
    assert (np.abs(np.cov(z.T) - S) <= five_covariances + 1e-6).all()


def test_each_wish_is_a_point_of_the_class_that_is_wished():
    """A latent point comes from the normal of its own class, in either class."""
    far = [
        Normal.of(torch.randn(2, 9, 3, generator=torch.Generator().manual_seed(0)) + at) for at in (-50, 50)
    ]
    z, wanted = wishes(far, 200, generators(0, 1))

    assert torch.equal(wanted == 1, z.mean(-1) > 0)


def test_the_covariance_of_a_class_is_of_its_own_rows():
    """The normals of the classes are those of the majority's and of the minority's encoded rows."""
    rows = rows_of()
    _, autoencoder, normals = pretrained(rows)
    with torch.no_grad():
        encoded = autoencoder.encoder(rows.X)
    for part, normal in zip((encoded[:, :50], encoded[:, 50:]), normals, strict=True):
        S = np.cov(part[1].double().numpy().T)

        np.testing.assert_allclose(part.mean(1), normal.mean.squeeze(1), atol=1e-6)
        np.testing.assert_allclose(S, (normal.root[1] @ normal.root[1]).numpy(), atol=1e-5)


@given(shrink=st.floats(0, 1))
def test_shrinking_moves_variance_to_all_directions(shrink):
    """The covariance is (1 - a) S + a tr(S) / l I."""
    encoded = torch.randn(1, 3, 5, generator=torch.Generator().manual_seed(0))
    root = Normal.of(encoded, shrink).root[0].double()
    S = np.cov(encoded[0].double().numpy().T)

    expected = (1 - shrink) * S + shrink * np.trace(S) / 5 * np.eye(5)
    np.testing.assert_allclose(expected, (root @ root).numpy(), atol=1e-5)


def test_the_normal_of_one_row_is_that_row():
    """One row has a covariance of zero, not of NaN: each draw is the row."""
    encoded = torch.randn(2, 1, 4, generator=torch.Generator().manual_seed(0))
    normal = Normal.of(encoded)

    assert torch.equal(encoded.expand(2, 7, 4), normal.at(noise(7, normal, generators(0, 1))))


def test_a_diverged_member_stops_no_other():
    """Encoded rows that are not finite make that member's draws not finite, and leave the others' alone."""
    encoded = torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0))
    expected = Normal.of(encoded)
    encoded[1, 2, 3] = torch.nan
    normal = Normal.of(encoded)
    z = normal.at(noise(5, normal, generators(0, 1)))

    assert torch.equal(expected.root[0], normal.root[0])
    assert z[0].isfinite().all()
    assert not z[1].isfinite().all()


def test_without_epochs_rows_are_decoded_latent_points():
    """With no epoch in the second phase the new rows are those of the decoder."""
    X, y = blobs()
    sampler = quick(epochs=0)
    X_out, _ = sampler.fit_resample(X, y)
    scale = Range.of(X)
    rows = Rows(torch.from_numpy(scale.scaled(X).astype(np.float32)).unsqueeze(0), 50)
    plan = sampler._plan(*X.shape)
    own, autoencoder, normals = pretrained(rows, (0,), plan)
    opponents(autoencoder, plan, own)  # draws D's last layer
    with torch.no_grad():
        made = autoencoder.decoder(normals[1].at(noise(40, normals[1], own)))[0]

    np.testing.assert_allclose(scale.restored(made.double().numpy()), X_out[60:], rtol=1e-12)
    assert sampler.history_["generator"].shape == (0,)


def test_the_autoencoder_learns_its_rows():
    """After some hundred steps the reconstruction is far better than at the start."""
    rows = rows_of(d=2)
    autoencoder = train_autoencoder(
        rows, replace(SMALL, dropout=0.0, autoencoder_steps=300), generators(0, 1)
    )

    assert (autoencoder.loss[-1] < autoencoder.loss[0] / 4).all()


def test_the_loss_is_the_cross_entropy_of_each_member():
    """A member's loss is the mean of -log softmax at its labels."""
    logits = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[0, 1, 2, 1, 0], [2, 2, 0, 1, 1]])
    shares = np.exp(logits.double().numpy()) / np.exp(logits.double().numpy()).sum(-1, keepdims=True)
    expected = -np.log(np.take_along_axis(shares, labels.numpy()[..., None], -1)).mean((1, 2))

    np.testing.assert_allclose(expected, cross_entropy(logits, labels), rtol=1e-6)


@given(share=st.floats(0.05, 0.9), seed=st.integers(0, 99))
def test_masks_forget_the_share_and_keep_the_mean(share, seed):
    """A mask is 0 for about the share that is forgotten, and 1 / (1 - share) elsewhere."""
    first, second = masks(200, (8, 6), share, generators(seed, seed + 1))
    kept = torch.tensor(1 / (1 - share), dtype=torch.float32)

    assert ((2, 200, 8), (2, 200, 6)) == (tuple(first.shape), tuple(second.shape))
    assert ((first == 0) | (first - kept).abs().le(1e-5 * kept)).all()
    assert share == pytest.approx((first == 0).float().mean().item(), abs=5 * (0.25 / first.numel()) ** 0.5)
    assert not torch.equal(first[0], first[1])


def test_nothing_is_forgotten_without_dropout():
    """A share of zero makes no masks, and nets without masks are what their weights say."""
    _, autoencoder, _ = pretrained(rows_of())
    trunk, x = autoencoder.encoder.trunk, rows_of().X
    ones = [torch.ones(2, 60, width) for width in SMALL.hidden]

    assert masks(5, (8, 6), 0, generators(0)) == ()
    assert torch.equal(trunk(x, ones), trunk(x))


@pytest.mark.parametrize(
    ("d", "hidden", "latent"),
    [(1, (32, 16), 2), (48, (48, 16), 12), (256, (256, 64), 64), (5000, (256, 64), 100)],
)
def test_widths_follow_from_the_features(d, hidden, latent):
    """The trunk is d within 32 and 256, then d / 4 within 16 and 64; the latent is d / 4 within 2 and 100."""
    plan = BAGAN()._plan(1000, d)

    assert (hidden, latent) == (plan.hidden, plan.latent)


def test_encoder_and_decoder_mirror_each_other():
    """The encoder goes from d through both hidden layers to the latent, the decoder the same way back."""
    _, autoencoder, _ = pretrained(rows_of())
    trunk, head, decoder = autoencoder.encoder.trunk, autoencoder.encoder.head, autoencoder.decoder

    assert [(2, 4, 8), (2, 8, 6)] == [tuple(weight.shape) for weight in trunk.weights]
    assert [(2, 6, 3)] == [tuple(weight.shape) for weight in head.weights]
    assert [(2, 3, 6), (2, 6, 8), (2, 8, 4)] == [tuple(weight.shape) for weight in decoder.weights]


@pytest.mark.parametrize(
    ("params", "steps"),
    [
        ({}, 1000),
        ({"epochs": 500}, 2000),
        ({"epochs": 5000}, 5000),
        ({"epochs": 3, "min_steps": 0}, 12),
        ({"epochs": 0}, 0),
        ({"max_steps": 7}, 7),
    ],
    ids=str,
)
def test_steps_are_those_of_the_epochs_within_bounds(params, steps):
    """A phase has a step a batch and epoch, from ``min_steps`` to ``max_steps``; without epochs none."""
    assert steps == BAGAN(**params)._plan(500, 4).steps


def test_a_batch_is_never_larger_than_the_table():
    """A batch has 128 rows, or all there are."""
    assert [60, 128] == [BAGAN()._plan(n, 4).batch_size for n in (60, 1000)]


@pytest.mark.parametrize("hidden", [(), (0,), (32, 2.5)])
def test_hidden_layers_that_make_no_net_are_refused(hidden):
    """Each hidden layer has a whole number of units, and there is at least one layer."""
    with pytest.raises(ValueError, match="'auto' or whole numbers of at least 1"):
        quick(hidden=hidden).fit_resample(*blobs())


def test_from_one_minority_row_all_new_rows_are_one():
    """The latent normal of one row is that row, so that its new rows are equal; those of two are not."""
    for n_minority in (1, 2, 3):
        X_out, _ = quick().fit_resample(*blobs(n_minority))

        assert (len(np.unique(X_out[-20:], axis=0)) == 1) == (n_minority == 1)


def test_hidden_layers_that_are_asked_for_are_used():
    """Any number of hidden layers can be asked for, as a list or a tuple."""
    assert (5, 4, 3) == quick(hidden=[5, 4, 3])._plan(100, 4).hidden

    assert len(quick(hidden=(5,)).fit_resample(*blobs())[0]) == 100
