"""The rules that cGAN and BAGAN, the two nets that GL-GAN is compared with, both keep."""

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from oversample_bench_gan.bagan import BAGAN
from oversample_bench_gan.cgan import CGAN


@dataclass(frozen=True)
class Net:
    """One of the two, and what is its own in the rules."""

    sampler: type
    short: dict[str, Any]
    """Parameters of a short training."""
    one_row: str
    """What ``fallback_`` says after a fit on one minority row."""
    history: dict[str, tuple[int, ...]]
    """The losses of a short training."""

    def quick(self, **changed):
        return self.sampler(**{**self.short, "random_state": 0} | changed)


NETS = [
    Net(
        CGAN,
        {"max_steps": 15},
        "trained on one minority row",
        {"discriminator": (15,), "generator": (15,)},
    ),
    Net(
        BAGAN,
        {"max_steps": 10, "batch_size": 32},
        "its latent covariance is zero",
        {"autoencoder": (10,), "discriminator": (10,), "generator": (10,)},
    ),
]
WRONG_IN_BOTH = [
    {"latent": 0},
    {"max_steps": 0},
    {"batch_size": 0},
    {"learning_rate": 0},
    {"device": 1},
    {"clip": "yes"},
    {"random_state": "x"},
    {"sampling_strategy": "everything"},
]
WRONG = {
    CGAN: [
        {"generator_hidden": 2.5},
        {"discriminator_hidden": "wide"},
        {"noise": "pink"},
        {"uniform_labels": "no"},
        {"epochs": 0},
    ],
    BAGAN: [
        {"hidden": 32},
        {"dropout": 1.0},
        {"cov_shrink": 1.5},
        {"autoencoder_epochs": -1},
        {"epochs": 2.5},
        {"min_steps": -1},
    ],
}


@pytest.fixture(scope="module", params=NETS, ids=[net.sampler.__name__ for net in NETS])
def net(request):
    return request.param


def blobs(n_minority=10, n_majority=50, d=4, seed=0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + 2])
    return X, np.repeat([0, 1], [n_majority, n_minority])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31 - 2), scale=st.sampled_from([1e-6, 1.0, 1e6]))
def test_new_rows_stay_inside_the_range_of_each_feature(net, seed, scale):
    """Without any clipping no made value is below the least or above the greatest real one."""
    X, y = blobs(seed=seed % 7)
    X = X * scale
    X_out, _ = net.quick(clip=False, random_state=seed, learning_rate=0.1).fit_resample(X, y)
    slack = 1e-12 * np.abs(X).max(0)

    assert (X_out >= X.min(0) - slack).all()
    assert (X_out <= X.max(0) + slack).all()


@pytest.mark.parametrize("n_minority", [1, 2, 3])
def test_few_minority_rows_train(net, n_minority):
    """With one, two or three minority rows all rows requested are made; one row is told of."""
    X, y = blobs(n_minority)
    sampler = net.quick()
    X_out, y_out = sampler.fit_resample(X, y)

    assert [50, 50] == np.bincount(y_out).tolist()
    assert np.isfinite(X_out).all()
    assert (net.one_row in sampler.fallback_) == (n_minority == 1)


def test_each_of_several_classes_grows(net):
    """With three classes the two smaller ones are brought up to the largest."""
    X, y = blobs(30)
    y[:10] = 2
    _, y_out = net.quick().fit_resample(X, y)

    assert [40, 40, 40] == np.bincount(y_out).tolist()


def test_history_has_the_losses_of_each_step(net):
    """``history_`` holds the losses of each net that is trained, a number a step."""
    sampler = net.quick()
    sampler.fit_resample(*blobs())

    assert net.history == {name: losses.shape for name, losses in sampler.history_.items()}


def test_diverged_training_is_an_error_that_says_so(net):
    """Losses that are not finite raise a sentence, never return rows."""
    with pytest.raises(FloatingPointError, match="training diverged"):
        net.quick(learning_rate=1e30).fit_resample(*blobs())


def test_a_member_does_not_know_its_neighbours(net):
    """In batches of equal size a member's rows are the same, to the last bit, beside any other members."""
    first, expected = blobs(), None
    for others in ((1, 2), (3, 4)):
        problems = [first, *[blobs(seed=seed) for seed in others]]
        X_out, _ = net.quick().fit_resample_batch(problems, [0, *others])[0]
        expected = X_out if expected is None else expected

        np.testing.assert_array_equal(expected, X_out)


def test_members_of_one_problem_differ_by_their_seeds(net):
    """Two members with the same rows and other seeds make other rows."""
    (first, _), (second, _) = net.quick().fit_resample_batch([blobs()] * 2, [0, 1])

    assert not np.array_equal(first, second)


def test_a_single_fit_is_a_batch_of_one(net):
    """Fitting alone gives what a batch of this one problem gives."""
    expected, _ = net.quick().fit_resample(*blobs())
    ((X_out, _),) = net.quick().fit_resample_batch([blobs()], [0])

    np.testing.assert_array_equal(expected, X_out)


def test_equal_seeds_give_equal_rows_also_of_copies(net):
    """Fitted again, cloned or pickled, a sampler makes the same rows; with another seed it makes others."""
    sampler = net.quick()
    expected, _ = sampler.fit_resample(*blobs())
    for same in (sampler, clone(sampler), pickle.loads(pickle.dumps(sampler))):
        np.testing.assert_array_equal(expected, same.fit_resample(*blobs())[0])

    assert not np.array_equal(expected, net.quick(random_state=1).fit_resample(*blobs())[0])


@pytest.mark.parametrize(
    ("sampler", "wrong"),
    [
        pytest.param(sampler, wrong, id=f"{sampler.__name__}-{wrong}")
        for sampler, own in WRONG.items()
        for wrong in [*WRONG_IN_BOTH, *own]
    ],
)
def test_values_that_make_no_sense_are_refused_by_name(sampler, wrong):
    """A value outside its range is refused with scikit-learn's sentence, in a single fit and in a batch."""
    ((name, _),) = wrong.items()
    sentence = f"The '{name}' parameter of {sampler.__name__} must be"
    with pytest.raises(ValueError, match=sentence):
        sampler(**wrong).fit_resample(*blobs())
    with pytest.raises(ValueError, match=sentence):
        sampler(**wrong).fit_resample_batch([blobs()], [0])
