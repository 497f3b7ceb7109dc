import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import SMOTE
from sklearn.neighbors import NearestNeighbors

from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.rows import Range

SECOND_PHASE = {
    "fake_weight",
    "label_weight",
    "realism_weight",
    "class_weight",
    "class_output",
    "rounds",
    "discriminator_steps",
    "classifier_steps",
    "generator_steps",
    "discriminator_rate",
    "classifier_rate",
    "generator_rate",
}
"""Parameters of GL-GAN that say nothing without adversaries."""
CLUSTER = {"cluster_weight", "minority_spread", "separation_weight", "separation"}
"""Parameters of GL-GAN that say nothing without L_clu."""
QUICK = {"steps": 15, "device": "cpu"}
CHOICES = [
    {},
    {"hidden": (6,), "latent": 2, "bottleneck": "linear", "k_neighbors": 2},
    {"axes": False, "output": "tanh", "penalty": 0.1, "reduction": "sum", "batch_size": 8, "discrete": 0},
]


def blobs(n_majority=40, n_minority=8, d=4, seed=0, apart=1.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return X, np.repeat([0, 1], [n_majority, n_minority])


class Watched(AutoOnly):
    """Keeps the latent points that were decoded, and the net that decoded them."""

    def _make(self, rows, n_new, seeds):
        outer = self

        class Inner(GLGAN):
            def _interpolated(self, *asked):
                Z_syn, told = super()._interpolated(*asked)
                outer.seen = asked[0], asked[1], Z_syn
                return Z_syn, told

        self.made = Inner(**self.get_params(), rounds=0)._make(rows, n_new, seeds)
        return self.made


@pytest.mark.parametrize("choice", CHOICES)
@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_auto_only_is_glgan_without_a_round(choice, seed):
    """Auto-only equals GL-GAN with zero adversarial rounds, bit for bit, with the same seed."""
    params = {**QUICK, **choice, "random_state": seed}
    X, y = AutoOnly(**params).fit_resample(*blobs())
    X_expected, y_expected = GLGAN(**params, rounds=0).fit_resample(*blobs())

    np.testing.assert_array_equal(X, X_expected)
    np.testing.assert_array_equal(y, y_expected)


@pytest.mark.parametrize("choice", CHOICES)
@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_plain_autoencoder_is_auto_only_without_the_cluster_term(choice, seed):
    """AE without L_clu equals Auto-only with B1 = 0, and GL-GAN with B1 = 0 and no rounds, seed by seed."""
    params = {**QUICK, **choice, "random_state": seed}
    X, _ = AEWithoutCluster(**params).fit_resample(*blobs())
    X_auto, _ = AutoOnly(**params, cluster_weight=0).fit_resample(*blobs())
    X_gan, _ = GLGAN(**params, cluster_weight=0, rounds=0).fit_resample(*blobs())

    np.testing.assert_array_equal(X, X_auto)
    np.testing.assert_array_equal(X, X_gan)


def test_the_cluster_term_and_the_rounds_make_a_difference():
    """The three methods are three: with the same seed each makes rows of its own."""
    makers = (
        AEWithoutCluster(**QUICK, random_state=0),
        AutoOnly(**QUICK, random_state=0, cluster_weight=1.0, separation_weight=1.0),
        GLGAN(**QUICK, random_state=0, cluster_weight=1.0, separation_weight=1.0, rounds=5),
    )
    plain, auto, gan = (sampler.fit_resample(*blobs())[0][48:] for sampler in makers)

    assert not np.allclose(plain, auto)
    assert not np.allclose(auto, gan)


def test_batches_are_those_of_the_whole_method():
    """Many problems in one model give what GL-GAN without a round gives, member by member."""
    problems = [blobs(seed=seed) for seed in range(3)]
    drawn = AutoOnly(**QUICK).fit_resample_batch(problems, [4, 5, 6])
    expected = GLGAN(**QUICK, rounds=0).fit_resample_batch(problems, [4, 5, 6])

    for (X, _), (X_expected, _) in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(X, X_expected)


def test_every_row_is_decoded_from_between_two_minority_latents():
    """Each row is Q(z) of a stored z on a segment between E of two minority rows, within 1e-6."""
    sampler = Watched(**QUICK, random_state=0, latent=3, discrete=0, clip=False)
    X, y = blobs()
    X_out, _ = sampler.fit_resample(X, y)
    rows, trained, Z_syn = sampler.seen
    ends = trained.encoder(rows.X[:, rows.n_majority :]).detach().double().numpy()[0]
    decoded = trained.decoder(Z_syn).detach().double().numpy()[0]

    np.testing.assert_allclose(sampler.made.X[0].numpy(), decoded, atol=1e-6)
    np.testing.assert_allclose(X_out[len(X) :], Range.of(X).restored(decoded), atol=1e-6)
    for z in Z_syn[0].double().numpy():
        ways = np.linalg.norm(z - ends, axis=1)
        apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)

        assert np.min(ways[:, None] + ways[None] - apart) < 1e-6


@settings(max_examples=10, deadline=None)
@given(d=st.integers(1, 8), seed=st.integers(0, 2**32 - 1))
def test_an_exact_linear_code_makes_it_plain_smote(d, seed):
    """With an E that turns the scaled rows and a Q that turns them back, untrained, the rows are SMOTE's."""
    X, y = blobs(d=d, seed=seed % 1000)
    sampler = AutoOnly(
        random_state=seed,
        k_neighbors=5,
        hidden=(),
        latent=d,
        bottleneck="linear",
        output="linear",
        axes=True,
        steps=0,
        clip=False,
        discrete=0,
        device="cpu",
    )
    X_out, y_out = sampler.fit_resample(X, y)
    scale = Range.of(X)
    X_smote, y_smote = SMOTE(k_neighbors=5, random_state=seed).fit_resample(scale.scaled(X), y)

    np.testing.assert_allclose(X_out, scale.restored(X_smote), atol=1e-4)
    np.testing.assert_array_equal(y_out, y_smote)


def majority_shares(sampler, problems):
    """Return, for each problem, the share of new rows whose nearest real row is of the majority."""
    shares = []
    for (X, y), (X_out, _) in zip(
        problems, sampler.fit_resample_batch(problems, range(len(problems))), strict=True
    ):
        nearest = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(X_out[len(X) :], return_distance=False)
        shares.append(float((y[nearest[:, 0]] == 0).mean()))
    return np.array(shares)


def test_without_the_cluster_term_no_fewer_rows_stray_into_the_majority(record_property):
    """Over 12 seeds the share of rows next to a majority row is not clearly lower without L_clu."""
    problems = [blobs(150, 12, 6, seed, apart=0.8) for seed in range(12)]
    common = {
        "steps": 300,
        "learning_rate": 5e-3,
        "hidden": (8,),
        "latent": 2,
        "batch_size": 256,
        "device": "cpu",
    }
    cluster = {"cluster_weight": 0.02, "minority_spread": 1.0, "separation_weight": 1.0}
    without = majority_shares(AEWithoutCluster(**common), problems)
    with_cluster = majority_shares(AutoOnly(**common, **cluster), problems)
    record_property("majority_share_without_cluster_term", without.round(3).tolist())
    record_property("majority_share_with_cluster_term", with_cluster.round(3).tolist())

    assert without.mean() > with_cluster.mean() - 0.1


@pytest.mark.parametrize(
    ("smaller", "without"), [(AutoOnly, SECOND_PHASE), (AEWithoutCluster, SECOND_PHASE | CLUSTER)]
)
def test_parameters_are_those_of_glgan_less_what_says_nothing(smaller, without):
    """An ablation has GL-GAN's other parameters with the same defaults, and checks them alike."""
    whole = inspect.signature(GLGAN).parameters
    expected = {name: one.default for name, one in whole.items() if name not in without}
    found = {name: one.default for name, one in inspect.signature(smaller).parameters.items()}

    assert found == expected
    assert set(smaller._parameter_constraints) == set(GLGAN._parameter_constraints) - without
    assert smaller().get_params() == expected


@pytest.mark.parametrize("make", [AutoOnly, AEWithoutCluster])
def test_errors_name_the_class_that_was_asked(make):
    """A bad parameter is refused in the name of the ablation, not of the method behind it."""
    with pytest.raises(ValueError, match=f"The 'latent' parameter of {make.__name__} must be"):
        make(latent=0).fit_resample(*blobs())
    with pytest.raises(TypeError, match="rounds"):
        make(rounds=3)


@pytest.mark.parametrize("make", [AutoOnly, AEWithoutCluster])
def test_what_happened_is_told(make):
    """Losses of the first phase alone, and a sentence where neighbours were too few."""
    sampler = make(**QUICK, random_state=0)
    sampler.fit_resample(*blobs(n_minority=3))

    assert {name: loss.shape for name, loss in sampler.history_.items()} == {
        "reconstruction": (15,),
        "clustering": (15,),
    }
    assert sampler.fallback_ == "k_neighbors lowered from 5 to 2: the minority has 3 rows"
