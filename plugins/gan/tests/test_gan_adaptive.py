import doctest
import math
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from sklearn.base import clone

from oversample_bench_gan import adaptive
from oversample_bench_gan.adaptive import GLGANAdaptive, mixed
from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.omega import optimism
from oversample_bench_gan.plan import Plan
from oversample_bench_gan.rows import Range
from oversample_bench_gan.training import Autoencoder, real_shares

QUICK = {"steps": 10, "rounds": 4, "random_state": 0, "device": "cpu", "discrete": 0}
SECOND = {"discriminator", "classifier", "generator"}


def blobs(n_majority=30, n_minority=7, d=4, seed=0, apart=1.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def met():
    """Return a problem whose unseen rows are met: of the shape of `blobs`, with a share of 0."""
    X, y = blobs(apart=40.0)
    X[y == 1] = X[y == 1][:1] + 1e-3 * np.random.default_rng(0).normal(size=(7, 4))
    return X, y


def quick(**changed):
    return GLGANAdaptive(**QUICK | changed)


def new_rows(sampler, X, y):
    return sampler.fit_resample(X, y)[0][len(X) :]


@pytest.mark.parametrize("choice", [{}, {"latent": 2}, {"hidden": (6,), "latent": 3}])
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_whole_share_without_residuals_is_glgan(choice, seed):
    """At a share of 1 and no residual every row is GL-GAN's with the same seed, bit for bit."""
    params = {**QUICK, **choice, "random_state": seed}
    X, y = GLGANAdaptive(**params, share=1.0, residuals="none").fit_resample(*blobs())
    X_expected, y_expected = GLGAN(**params).fit_resample(*blobs())

    np.testing.assert_array_equal(X, X_expected)
    np.testing.assert_array_equal(y, y_expected)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_share_and_a_code_that_keeps_distances_are_smote(seed):
    """At a share of 0 the rows are SMOTE's, where neighbours in the code are those of the scaled rows."""
    X, y = blobs()
    scale = Range.of(X)
    expected, _ = SMOTE(random_state=seed).fit_resample(scale.scaled(X), y)
    found = quick(share=0.0, steps=0, bottleneck="linear", random_state=seed)

    np.testing.assert_allclose(scale.scaled(new_rows(found, X, y)), expected[len(X) :], atol=1e-5)


@pytest.mark.parametrize("latent", [1, 2])
def test_no_share_loses_nothing_of_a_row(latent):
    """With a code of one coordinate, too, rows at a share of 0 lie between two real minority rows."""
    X, y = blobs()
    ends = X[y == 1]
    apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)
    for row in new_rows(quick(share=0.0, steps=0, bottleneck="linear", latent=latent), X, y):
        ways = np.linalg.norm(row - ends, axis=1)
        assert np.min(ways[:, None] + ways[None] - apart) < 1e-4


def test_a_row_is_the_mixture_of_two():
    """(1 - share) (Q(z) + r) + share (G(z) + r'), by hand; at a share of 0 G is not looked at."""
    by_Q, by_G = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -2.0]])
    residuals = torch.tensor([[0.5, 0.0]]), torch.tensor([[0.0, 1.0]])

    found = mixed(0.25, by_Q, by_G, residuals)
    assert found.tolist() == [[0.75 * 1.5 + 0.25 * 3, 0.75 * 2 + 0.25 * -1]]
    assert mixed(0.0, by_Q, by_G * math.nan, residuals).tolist() == [[1.5, 2.0]]


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_each_kind_of_residual_is_what_it_says(share):
    """Own residuals make rows of their own, pooled ones others, and the default mixes them by the share."""
    problem = blobs(d=8)
    made = {
        kind: new_rows(quick(share=share, residuals=kind, latent=2, clip=False), *problem)
        for kind in ("own_and_pooled", "own", "pooled", "none")
    }
    mixture = (1 - share) * made["own"] + share * made["pooled"]

    np.testing.assert_allclose(made["own_and_pooled"], mixture, atol=1e-5)
    assert not np.allclose(made["own"], made["pooled"], atol=0.1)
    assert not np.allclose(made["own"], made["none"], atol=0.1)


def test_the_share_is_measured_on_the_scaled_rows():
    """``omega_`` is that of the rows as the nets see them, ``share_`` 4 omega (1 - omega); both are told."""
    X, y = blobs()
    sampler = quick()
    sampler.fit_resample(X * [1, 1e6, 1e-6, 1], y)
    expected = optimism(Range.of(X).scaled(X).astype(np.float32), 30)

    assert sampler.omega_ == pytest.approx(expected.omega, abs=1e-4)
    assert sampler.share_ == pytest.approx(4 * sampler.omega_ * (1 - sampler.omega_))
    said = f"share of the second phase: {sampler.share_:.2f} (omega {sampler.omega_:.2f})"
    assert sampler.fallback_ == said


def test_a_given_share_is_not_measured():
    """It is used as it is, told, and there is no omega; up to a hundredth it is none."""
    sampler, none = quick(share=0.25), quick(share=0.01)
    rows = new_rows(sampler, *blobs())
    np.testing.assert_array_equal(new_rows(none, *blobs()), new_rows(quick(share=0.0), *blobs()))

    assert (sampler.share_, sampler.fallback_) == (0.25, "share of the second phase: 0.25")
    assert math.isnan(sampler.omega_)
    assert none.share_ == 0
    assert not np.allclose(rows, new_rows(none, *blobs()))


def test_a_second_phase_without_a_share_is_left_out(monkeypatch):
    """Where unseen rows are met, D, C and G are not trained, and have no losses."""

    def unwanted(*_):
        raise AssertionError

    monkeypatch.setattr(adaptive, "play", unwanted)
    sampler = quick()
    sampler.fit_resample(*met())

    assert sampler.share_ == 0
    assert set(sampler.history_) == {"reconstruction", "clustering"}


def test_one_row_cannot_be_measured():
    """With a single minority row there is no omega, no second phase, and copies of the row, which is told."""
    X, y = blobs(n_minority=1)
    sampler = quick(latent=2)
    made = new_rows(sampler, X, y)

    np.testing.assert_allclose(made, np.repeat(X[y == 1], 29, axis=0), atol=1e-5)
    assert sampler.share_ == 0
    assert math.isnan(sampler.omega_)
    assert sampler.fallback_ == (
        "copies of one latent point: the minority has 1 row, interpolation needs 2; "
        "share of the second phase: 0.00 (omega cannot be measured on 1 minority row)"
    )


TABLES = {
    "a constant column": lambda X: np.column_stack([X, np.ones(len(X))]),
    "an empty row": lambda X: X * (np.arange(len(X)) != 3)[:, None],
    "each row twice": lambda X: np.repeat(X[::2], 2, axis=0)[: len(X)],
    "two equal columns": lambda X: np.column_stack([X, X]),
    "more features than rows": lambda X: np.random.default_rng(0).normal(size=(len(X), 90)) + X[:, :1],
    "units far apart": lambda X: X * [1e6, 1e-6, 1, 1],
    "whole numbers": lambda X: np.rint(10 * X).astype(np.int32),
    "one column": lambda X: X[:, :1],
    "all alike": np.ones_like,
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6, 11])
def test_a_table_of_any_kind_grows(name, n_minority):
    """Whatever the features are like: the rows that lack, finite, in range, of the type of the real ones."""
    X, y = blobs(11, n_minority)
    X = TABLES[name](X)
    labels = np.array(["frequent", "rare"])[y]
    sampler = quick(steps=3, rounds=2)
    X_out, y_out = sampler.fit_resample(X, labels)
    slack = 1e-5 * np.abs(X).max(0)

    np.testing.assert_array_equal(X_out[: len(X)], X)
    assert (X_out.dtype, len(X_out)) == (X.dtype, 22)
    assert np.isfinite(X_out).all()
    assert (X_out >= X.min(0) - slack).all()
    assert (X_out <= X.max(0) + slack).all()
    assert (y_out[len(X) :] == "rare").all()
    assert n_minority == 11 or 0 <= sampler.share_ <= 1


def test_nothing_to_grow_is_nothing_measured():
    """A balanced problem comes back as it was, without a share."""
    sampler = quick()
    X_out, _ = sampler.fit_resample(*blobs(7, 7))

    assert len(X_out) == 14
    assert math.isnan(sampler.share_)
    assert math.isnan(sampler.omega_)


def test_each_class_that_grows_has_a_share():
    """Of three classes the two smaller ones are measured each against the rest, and told by their labels."""
    X, y = blobs()
    three = np.where(np.arange(len(y)) < 12, "c", np.array(["a", "b"])[y])
    sampler = quick()
    sampler.fit_resample(X, three)

    assert set(sampler.share_) == set(sampler.omega_) == {"b", "c"}
    assert all(0 <= share <= 1 for share in sampler.share_.values())


def test_a_member_does_not_depend_on_its_neighbours():
    """A member is the same to the last bit beside members that need a second phase and that do not."""
    neighbours = [[met(), met()], [blobs(seed=3), blobs(seed=4)], [blobs(40, 5, 3), blobs(n_minority=1)]]
    for problem in (blobs(), met()):
        drawn, told, losses = [], [], []
        for two in neighbours:
            sampler = quick()
            drawn.append(sampler.fit_resample_batch([problem, *two], [1, 2, 3])[0][0])
            told.append((sampler.omega_[0], sampler.share_[0], sampler.fallback_[0]))
            losses.append(sampler.history_[0])

        assert all(np.array_equal(drawn[0], other) for other in drawn[1:])
        assert all(told[0] == other for other in told[1:])
        assert all(losses[0].keys() == other.keys() for other in losses[1:])
        assert (set(losses[0]) >= SECOND) == (told[0][1] > 0)


def test_a_batch_of_one_equals_a_fit():
    """A fit alone is a batch of one, to the last bit, with what it tells."""
    alone, batch = quick(), quick(random_state=None)
    X, _ = alone.fit_resample(*blobs())
    (drawn,) = batch.fit_resample_batch([blobs()], [0])

    np.testing.assert_array_equal(X, drawn[0])
    assert ([alone.share_], [alone.omega_]) == (batch.share_, batch.omega_)


def test_a_second_phase_that_is_lost_costs_whom_it_serves(monkeypatch):
    """Where G has no numbers, a member that it has a share in is an error, and one without is sound."""
    played = adaptive.play

    def lost(*given):
        judged = played(*given)
        for weight in judged.generator.weights:
            weight.detach().fill_(math.nan)
        return judged

    monkeypatch.setattr(adaptive, "play", lost)
    needs, does_not = quick().fit_resample_batch([blobs(), met()], [1, 2])

    assert isinstance(needs, FloatingPointError)
    assert np.isfinite(does_not[0]).all()


def test_a_first_phase_that_is_lost_is_an_error(monkeypatch):
    """Where E has no numbers nothing is measured amiss: the member fails with a sentence."""
    trained = adaptive.train_autoencoder

    def lost(*given):
        found: Autoencoder = trained(*given)
        found.encoder.weights[0].detach().fill_(math.nan)
        return found

    monkeypatch.setattr(adaptive, "train_autoencoder", lost)
    with pytest.raises(FloatingPointError, match="training diverged"):
        quick().fit_resample(*blobs())


def test_balanced_classes_count_half_each_for_d():
    """Balanced, a class of the real rows has half of D's weight, spread as before; C and G see no change."""
    share = torch.tensor([0.2, 0.2, 0.2, 0.02, 0.04])
    plan, balanced = (
        Plan(architecture=None, weights=None, schedule=None, reduction="", separation="", balanced=choice)
        for choice in (False, True)
    )
    for_all, for_D = real_shares(share, 3, balanced)

    torch.testing.assert_close(for_D, torch.tensor([1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 3]))
    torch.testing.assert_close(for_all, share / share.sum())
    assert all(torch.equal(one, for_all) for one in real_shares(share, 3, plan))


def test_a_balanced_discriminator_makes_other_rows():
    """The parameter reaches the second phase, and only it: with no share the rows are the same."""
    plain, balanced = ({"share": share} for share in (1.0, 0.0))
    for share, differs in ((plain, True), (balanced, False)):
        one, other = (
            new_rows(quick(**share, balanced_discriminator=choice), *blobs()) for choice in (False, True)
        )
        assert np.array_equal(one, other) != differs


def test_features_of_few_values_get_observed_ones():
    """What was mixed is moved to the nearest observed value, as GL-GAN's rows are."""
    X, y = blobs()
    X[:, 0] = np.arange(len(X)) % 3
    made = new_rows(quick(discrete=20), X, y)

    assert set(made[:, 0]) <= {0, 1, 2}
    assert not set(made[:, 1]) <= set(X[:, 1])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("share", 1.1),
        ("share", -0.1),
        ("share", "auto"),
        ("residuals", "both"),
        ("balanced_discriminator", 3),
    ],
)
def test_bad_parameters_are_refused(name, value):
    """A parameter out of its range is refused in scikit-learn's words before anything is trained."""
    with pytest.raises(ValueError, match=f"The '{name}' parameter of GLGANAdaptive must be"):
        quick(**{name: value}).fit_resample(*blobs())


def test_what_is_not_fitted_has_no_share():
    """Before a fit the attributes are missing, and copies of a sampler have its parameters alone."""
    sampler = quick(share=0.3, residuals="own")
    copies = clone(sampler), pickle.loads(pickle.dumps(sampler))

    assert not hasattr(sampler, "share_")
    assert not hasattr(sampler, "omega_")
    assert all(copy.get_params() == sampler.get_params() for copy in copies)


def test_the_example_of_the_docstring_runs():
    """What the documentation shows is what happens."""
    assert doctest.testmod(adaptive).attempted > 0
    assert doctest.testmod(adaptive).failed == 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU")
def test_a_gpu_makes_rows_of_the_same_share():
    """On a GPU omega is the same, and a member is the same beside any neighbour."""
    first, second = (
        GLGANAdaptive(**QUICK | {"device": "cuda"}).fit_resample_batch([blobs(), other], [1, 2])[0][0]
        for other in (met(), blobs(seed=5))
    )
    sampler, on_cpu = quick(device="cuda"), quick()
    sampler.fit_resample(*blobs())
    on_cpu.fit_resample(*blobs())

    np.testing.assert_array_equal(first, second)
    assert sampler.omega_ == on_cpu.omega_
