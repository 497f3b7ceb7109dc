import doctest
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from oversample_bench_gan import glgan
from oversample_bench_gan.ablations import AutoOnly
from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.plan import Architecture, Plan, Schedule, Weights

QUICK = {"steps": 10, "rounds": 4, "random_state": 0, "device": "cpu"}
LITERAL = {
    "bottleneck": "linear",
    "cluster_weight": 1.0,
    "minority_spread": 1.0,
    "separation_weight": 1.0,
    "hidden": (16,),
    "latent": 4,
    "learning_rate": 1e-2,
    "separation": "squared",
}
"""(3.2) to the letter, which has no least value."""


def blobs(n_majority=30, n_minority=7, d=4, seed=0, apart=1.0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + apart])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def quick(**changed):
    return GLGAN(**QUICK | changed)


class Watched(GLGAN):
    """Keeps the rows, the first phase's nets and the latent points between the phases."""

    def _interpolated(self, rows, trained, n_new, seeds):
        Z_syn, told = super()._interpolated(rows, trained, n_new, seeds)
        self.seen = rows, trained.encoder(rows.X).detach().double().numpy(), Z_syn.double().numpy()
        return Z_syn, told


def assert_grown(sampler, X, y, n_new):
    """Fit, and look at what every fit owes: real rows first, so many finite new ones, all of the minority."""
    X_out, y_out = sampler.fit_resample(X, y)

    np.testing.assert_array_equal(X_out[: len(X)], X)
    np.testing.assert_array_equal(y_out[: len(y)], y)
    assert len(X_out) == len(X) + n_new
    assert np.isfinite(X_out).all()
    assert set(y_out[len(y) :]) <= {y[-1]}
    return X_out[len(X) :]


@settings(max_examples=12, deadline=None)
@given(
    n_majority=st.integers(2, 30), n_minority=st.integers(1, 9), d=st.integers(1, 5), seed=st.integers(0, 99)
)
def test_exactly_the_rows_that_lack_are_added(n_majority, n_minority, d, seed):
    """n_syn rows, originals untouched and first, whatever the counts and the width."""
    X, y = blobs(n_majority, min(n_minority, n_majority), d, seed)
    assert_grown(quick(random_state=seed), X, y, n_majority - min(n_minority, n_majority))


def test_a_seed_makes_the_same_rows():
    """The method is deterministic per seed, and another seed makes other rows."""
    first, again, other = (quick(random_state=seed).fit_resample(*blobs())[0] for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_latent_points_lie_between_minority_latents():
    """Each z in Z_syn lies on a segment between two minority latents, with a residual under 1e-6."""
    sampler = Watched(**QUICK, latent=3)
    sampler.fit_resample(*blobs())
    rows, Z_org, Z_syn = sampler.seen
    ends = Z_org[0, rows.n_majority :]
    apart = np.linalg.norm(ends[:, None] - ends[None], axis=-1)

    assert Z_syn.shape == (1, 23, 3)
    for z in Z_syn[0]:
        ways = np.linalg.norm(z - ends, axis=1)
        assert np.min(ways[:, None] + ways[None] - apart) < 1e-6


def test_the_default_bottleneck_is_bounded():
    """With the default bottleneck every coordinate of every latent point is within 1."""
    sampler = Watched(**QUICK)
    sampler.fit_resample(*blobs())
    _, Z_org, Z_syn = sampler.seen

    assert max(np.abs(Z_org).max(), np.abs(Z_syn).max()) <= 1


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_the_unit_of_the_data_does_not_matter(factor):
    """Data multiplied by 1e6 train to finite losses and give, up to that factor, the same rows within 1%."""
    X, y = blobs()
    sampler = quick()
    plain, _ = quick().fit_resample(X, y)
    scaled, _ = sampler.fit_resample(X * factor, y)

    np.testing.assert_allclose(scaled / factor, plain, atol=0.01 * np.abs(X).max())
    assert all(np.isfinite(loss).all() for loss in sampler.history_.values())


def separation_by_spread(problems, seeds, **params):
    """Return, a problem, the squared distance of the class means by the spread within the classes."""
    sampler = Watched(rounds=0, device="cpu", **params)
    sampler.fit_resample_batch(problems, seeds)
    rows, Z, _ = sampler.seen
    parts = Z[:, : rows.n_majority], Z[:, rows.n_majority :]
    means = [part.mean(1, keepdims=True) for part in parts]
    spread = sum(((part - mean) ** 2).sum(-1).mean(-1) for part, mean in zip(parts, means, strict=True))
    return ((means[0] - means[1]) ** 2).sum((1, 2)) / spread


def test_the_cluster_term_drives_the_classes_apart():
    """On two blobs separation^2 / spread is at least 3 times larger by default than with B1 = 0."""
    problems = [blobs(300, 10, 20, seed, apart=3.0) for seed in range(5)]
    with_term = separation_by_spread(problems, range(5))
    without = separation_by_spread(problems, range(5), cluster_weight=0.0)

    assert (with_term > 3 * without).all()


def test_g_starts_as_q():
    """Rounds that move nothing decode as Auto-only does."""
    still = {"discriminator_rate": 1e-12, "classifier_rate": 1e-12, "generator_rate": 1e-12}
    X, _ = quick(discrete=0, **still).fit_resample(*blobs())
    expected, _ = AutoOnly(steps=10, random_state=0, device="cpu", discrete=0).fit_resample(*blobs())

    np.testing.assert_allclose(X, expected, atol=1e-5)


@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6, 7])
def test_few_minority_rows_are_enough(n_minority):
    """From one minority row on the rows are made, and what was done differently is told."""
    sampler = quick(k_neighbors=5)
    assert_grown(sampler, *blobs(n_minority=n_minority), 30 - n_minority)
    told = {
        1: "copies of one latent point: the minority has 1 row, interpolation needs 2",
        6: "",
        7: "",
    }
    lowered = f"k_neighbors lowered from 5 to {n_minority - 1}: the minority has {n_minority} rows"

    assert sampler.fallback_ == told.get(n_minority, lowered)


def odd_tables():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(37, 4))
    beside = X * [1e6, 1e-6, 1, 1]
    constant, twins, zeros = X.copy(), X.copy(), X.copy()
    constant[:, 1] = 3.5
    twins[:, 1] = twins[:, 0]
    zeros[5] = 0
    return {
        "one feature": X[:, :1],
        "many features": rng.normal(size=(37, 300)),
        "a constant feature": constant,
        "equal features": twins,
        "a row of zeros": zeros,
        "nothing but constants": np.full((37, 3), 2.5),
        "nothing but zeros": np.zeros((37, 2)),
        "a minority of one point": np.vstack([X[:30], np.ones((7, 4))]),
        "doubled rows": np.vstack([X[:15], X[:15], X[30:34], X[30:33]]),
        "units far apart": beside,
        "huge": X * 1e300,
        "tiny": X * 1e-300,
        "subnormal": X * 1e-320,
        "far from zero": X + 1e9,
        "one outlier": np.vstack([X[:29], [[1e9] * 4], X[30:]]),
        "whole numbers": rng.integers(-9, 9, size=(37, 4)),
        "small whole numbers": rng.integers(0, 255, size=(37, 4)).astype(np.uint8),
        "whole numbers without end": np.iinfo(np.int64).max - rng.integers(0, 9, size=(37, 2)),
        "flags": rng.integers(0, 2, size=(37, 4)),
        "single precision": X.astype(np.float32),
    }


@pytest.mark.parametrize("name", odd_tables())
def test_a_table_of_any_kind_grows(name):
    """Whatever the features are like, the rows are finite, in range and of the type of the real ones."""
    X, y = odd_tables()[name], np.repeat([0, 1], [30, 7])
    new = assert_grown(quick(), X, y, 23)

    rounding = 1e-15 * np.abs(X.astype(float)).max(0)

    assert new.dtype == X.dtype
    assert (new.min(0) >= X.min(0) - rounding).all()
    assert (new.max(0) <= X.max(0) + rounding).all()


def test_forty_rows_of_many_features_grow_with_every_latent_width():
    """More features and latent coordinates than rows are no obstacle."""
    for latent in (1, 40, 300, 320):
        assert_grown(quick(latent=latent), *blobs(33, 7, 300), 26)


@pytest.mark.parametrize(
    "choice",
    [
        {"bottleneck": "linear"},
        {"separation": "hinge"},
        {"separation": "hinge", "bottleneck": "linear", "steps": 100, "cluster_weight": 0.1},
        {"class_output": "softmax"},
        {"output": "tanh"},
        {"reduction": "sum"},
        {"discriminator_steps": 2, "classifier_steps": 2, "generator_steps": 2},
        {"hidden": (16,)},
        {"hidden": [16, 8], "latent": 3},
        {"axes": False},
        {"latent": 9},
        {"latent": 1},
        {"batch_size": 4},
        {"batch_size": 1},
        {"penalty": 0.1, "fake_weight": 0.0, "label_weight": 0.0, "realism_weight": 0.0, "class_weight": 0.0},
        {"steps": 0},
        {"rounds": 0},
        {"steps": 0, "rounds": 0},
        {"k_neighbors": 1},
        {"discrete": 0, "clip": False},
    ],
)
def test_each_choice_grows(choice):
    """Every choice that the paper leaves open trains to finite losses and gives the rows that lack."""
    sampler = quick(**choice)
    assert_grown(sampler, *blobs(), 23)

    assert sampler.fallback_ == ""
    assert all(np.isfinite(loss).all() for loss in sampler.history_.values())


def test_the_hinge_bounds_the_literal_paper():
    """With the hinge in place of the squared distance the same weights and rate train to an end."""
    sampler = quick(**LITERAL | {"separation": "hinge"}, steps=300)
    assert_grown(sampler, *blobs(60, 10, 5), 50)

    assert (sampler.history_["clustering"] >= 0).all()


def test_the_literal_paper_diverges_with_a_sentence():
    """(3.2) without a bound ends in an error that says which loss grew and what to do, never in rows."""
    sentence = (
        r"training diverged: the loss 'clustering' grew from .* to -.*; lower the learning rate, or bound"
    )
    with pytest.raises(FloatingPointError, match=sentence):
        quick(**LITERAL, steps=300).fit_resample(*blobs(60, 10, 5))


@pytest.mark.parametrize("rate", ["learning_rate", "generator_rate"])
def test_a_rate_beyond_all_measure_is_an_error_with_a_sentence(rate):
    """Training that leaves the numbers ends in an error of ours, wherever it does."""
    with pytest.raises(FloatingPointError, match=r"training diverged: .*; lower the learning rate"):
        quick(**{rate: 1e30}).fit_resample(*blobs())


def test_divergence_in_the_last_step_is_an_error_too():
    """One step breaks the net after its loss was told: the rows show it."""
    with pytest.raises(FloatingPointError, match="training diverged"):
        quick(learning_rate=1e38, steps=2, rounds=0, bottleneck="linear").fit_resample(*blobs())


def test_a_collapsed_latent_space_is_told():
    """With tanh and B1 = 1 on raw sums each class shrinks to a corner: all rows are one, and that is told."""
    sampler = quick(**LITERAL | {"bottleneck": "tanh"}, reduction="sum", steps=500, rounds=0, discrete=0)
    assert_grown(sampler, *blobs(300, 10, 20, apart=0.7), 290)

    assert sampler.fallback_ == "the net collapsed: its 290 rows are all but equal"


def test_history_tells_each_loss():
    """The losses of both phases have an entry a step and a round, finite and real."""
    sampler = quick(steps=6, rounds=3)
    sampler.fit_resample(*blobs())

    assert {name: (loss.shape, loss.dtype.kind) for name, loss in sampler.history_.items()} == {
        "reconstruction": ((6,), "f"),
        "clustering": ((6,), "f"),
        "discriminator": ((3,), "f"),
        "classifier": ((3,), "f"),
        "generator": ((3,), "f"),
    }
    assert all(np.isfinite(loss).all() for loss in sampler.history_.values())


def test_training_goes_down():
    """The losses of E and Q, of D and of C are lower at the end than at the start."""
    sampler = quick(steps=200, rounds=100, axes=False, hidden=(8,), latent=3)
    sampler.fit_resample(*blobs())

    for name in ("reconstruction", "discriminator", "classifier"):
        loss = sampler.history_[name]
        assert loss[-1] < loss[0]


def test_features_of_few_values_get_observed_ones():
    """Flags stay flags and counts stay counts; a feature of more values is free."""
    rng = np.random.default_rng(0)
    X, y = np.column_stack([rng.integers(0, 2, 37), rng.integers(0, 9, 37) * 0.5, rng.normal(size=37)]), None
    y = np.repeat([0, 1], [30, 7])
    new = assert_grown(quick(discrete=9), X, y, 23)

    assert set(new[:, 0]) <= {0, 1}
    assert set(new[:, 1]) <= set(X[:, 1])
    assert not set(new[:, 2]) & set(X[:, 2])


def test_clip_keeps_rows_in_range():
    """Nothing leaves the range of the real rows unless it may."""
    X, y = blobs(apart=0.0)
    rush = {"generator_rate": 0.5, "rounds": 20, "discrete": 0}
    kept, free = (quick(clip=clip, **rush).fit_resample(X, y)[0][37:] for clip in (True, False))
    low, high = X.min(0) - 1e-9, X.max(0) + 1e-9

    assert ((kept >= low) & (kept <= high)).all()
    assert not ((free >= low) & (free <= high)).all()


def test_strings_are_labels():
    """Labels may be strings, which change nothing else."""
    X, y = blobs()
    plain, _ = quick().fit_resample(X, y)
    X_out, y_out = quick().fit_resample(X, np.array(["ordinary", "rare"])[y])

    np.testing.assert_array_equal(X_out, plain)
    assert (y_out[37:] == "rare").all()


def test_each_of_three_classes_grows_against_the_rest():
    """The two smaller classes grow to the size of the largest, and what was told of each is there."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(45, 3)), np.repeat(["a", "b", "c"], [30, 11, 4])
    sampler = quick()
    X_out, y_out = sampler.fit_resample(X, y)

    assert {label: (y_out == label).sum() for label in "abc"} == {"a": 30, "b": 30, "c": 30}
    assert np.isfinite(X_out).all()
    assert sampler.fallback_ == "k_neighbors lowered from 5 to 3: the minority has 4 rows"


@pytest.mark.parametrize(("strategy", "n_new"), [(0.5, 8), ({1: 20}, 13), ("minority", 23), ({1: 7}, 0)])
def test_the_strategy_says_how_many(strategy, n_new):
    """Ratios and dictionaries mean what they mean in imbalanced-learn."""
    assert_grown(quick(sampling_strategy=strategy), *blobs(), n_new)


def test_sparse_rows_give_the_same():
    """A sparse matrix comes back sparse, with the rows of the dense one."""
    X, y = blobs()
    X[np.abs(X) < 0.5] = 0
    sparse, _ = quick().fit_resample(csr_matrix(X), y)

    assert isinstance(sparse, csr_matrix)
    np.testing.assert_array_equal(sparse.toarray(), quick().fit_resample(X, y)[0])


def test_a_table_comes_back_as_one():
    """A DataFrame keeps its columns."""
    X, y = blobs()
    X_out, _ = quick().fit_resample(pd.DataFrame(X, columns=list("abcd")), y)

    assert list(X_out.columns) == list("abcd")
    np.testing.assert_array_equal(X_out, quick().fit_resample(X, y)[0])


def equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_batch_of_one_equals_a_fit():
    """A fit alone is a batch of one, to the last bit, with what it tells."""
    single, many = quick(random_state=5), quick(random_state=0)
    expected = single.fit_resample(*blobs())
    (drawn,) = many.fit_resample_batch([blobs()], [5])

    assert equal(expected, drawn)
    assert many.fallback_ == [single.fallback_]
    assert all(np.array_equal(loss, many.history_[0][name]) for name, loss in single.history_.items())


def test_a_member_does_not_depend_on_its_neighbours():
    """A member is the same to the last bit beside equal shapes, other shapes, a lone row and no problem."""
    lone, none = blobs(n_minority=1), (blobs()[0] * np.nan, blobs()[1])
    neighbours = [
        [blobs(seed=1), blobs(seed=2)],
        [blobs(seed=3), blobs(50, 4, 2)],
        [blobs(20, 5, 6), blobs(12, 5, 1)],
        [lone, none],
    ]
    draws = [quick().fit_resample_batch([*two, blobs()], [8, 9, 1]) for two in neighbours]

    assert all(equal(draws[0][2], other[2]) for other in draws[1:])
    assert isinstance(draws[3][1], ValueError)


def test_a_member_that_diverges_takes_no_other_along():
    """Where one member's (3.2) runs away its place has the error; one that cannot is sound, bit for bit."""
    X, y = blobs(60, 10, 5)
    flat = np.ones_like(X), y  # without a difference between the classes nothing pulls them apart
    sampler = quick(**LITERAL, axes=False, steps=300)
    beside, among = (sampler.fit_resample_batch([one, flat], [0, 1]) for one in ((X, y), flat))

    assert isinstance(beside[0], FloatingPointError)
    assert equal(beside[1], among[1])


@pytest.mark.parametrize("lost", [0, 1])
def test_a_member_of_nan_weights_takes_no_other_along(monkeypatch, lost):
    """A member whose net has no numbers after phase one is an error; the other is the same, bit for bit."""
    problems = [blobs(seed=seed) for seed in range(2)]
    sound = quick().fit_resample_batch(problems, [0, 1])
    train = glgan.train_autoencoder

    def spoilt(*asked):
        trained = train(*asked)
        trained.encoder.weights[0].detach()[lost] = torch.nan
        return trained

    monkeypatch.setattr(glgan, "train_autoencoder", spoilt)
    drawn = quick().fit_resample_batch(problems, [0, 1])

    assert isinstance(drawn[lost], FloatingPointError)
    assert equal(drawn[1 - lost], sound[1 - lost])


def test_a_batch_tells_of_each_member():
    """Sentences and losses are lists with an entry a member, shapes notwithstanding."""
    sampler = quick()
    sampler.fit_resample_batch([blobs(), blobs(n_minority=1), blobs(20, 3, 2)], [0, 1, 2])

    assert sampler.fallback_ == [
        "",
        "copies of one latent point: the minority has 1 row, interpolation needs 2",
        "k_neighbors lowered from 5 to 2: the minority has 3 rows",
    ]
    assert [len(one["generator"]) for one in sampler.history_] == [4, 4, 4]


def test_parameters_survive_clone_pickle_and_fit():
    """What was asked stays as it was written, through copies and a fit."""
    sampler = quick(hidden=[6], latent="auto")
    asked = sampler.get_params()
    copy = pickle.loads(pickle.dumps(clone(sampler)))
    copy.fit_resample(*blobs(n_minority=2))
    fitted = pickle.loads(pickle.dumps(copy))

    assert copy.get_params() == asked
    assert fitted.fallback_ == copy.fallback_ != ""


def test_it_is_a_step_of_a_pipeline():
    """Within imbalanced-learn's pipeline rows are made for the fit and never for a prediction."""
    X, y = blobs(apart=5.0)
    model = make_pipeline(StandardScaler(), quick(), DecisionTreeClassifier(random_state=0)).fit(X, y)

    assert model.set_params(glgan__steps=3).get_params()["glgan__steps"] == 3
    assert (model.predict(X) == y).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("k_neighbors", 0),
        ("latent", 0),
        ("latent", "wide"),
        ("hidden", 16),
        ("bottleneck", "relu"),
        ("output", "softmax"),
        ("axes", "yes"),
        ("cluster_weight", -1.0),
        ("separation", "cubed"),
        ("reduction", "mean"),
        ("class_output", "tanh"),
        ("steps", -1),
        ("steps", 1.5),
        ("learning_rate", 0.0),
        ("rounds", -1),
        ("generator_steps", 0),
        ("generator_rate", -1e-3),
        ("batch_size", 0),
    ],
)
def test_bad_parameters_are_refused(name, value):
    """A parameter out of its range is refused in scikit-learn's words before anything is trained."""
    with pytest.raises(ValueError, match=f"The '{name}' parameter of GLGAN must be .* Got .* instead"):
        quick(**{name: value}).fit_resample(*blobs())


@pytest.mark.parametrize("hidden", [[0], (8, -1), ["8"], (1.5,), [None]])
def test_layers_of_no_width_are_refused(hidden):
    """Widths are whole numbers of at least one, as the error says."""
    with pytest.raises(ValueError, match="has to be whole numbers of at least 1"):
        quick(hidden=hidden).fit_resample(*blobs())


def test_widths_of_layers_may_be_a_list_or_a_tuple():
    """A suite's YAML has lists only."""
    first, second = (quick(hidden=hidden).fit_resample(*blobs())[0] for hidden in ([6, 5], (6, 5)))

    np.testing.assert_array_equal(first, second)


def test_a_device_that_there_is_not_is_refused():
    """An unknown device is an error of torch's own."""
    with pytest.raises(RuntimeError, match="device"):
        quick(device="nosuch").fit_resample(*blobs())


def test_each_parameter_is_the_letter_that_it_says():
    """Weights, rates and counters reach the equation that their documentation names."""
    sampler = GLGAN(
        hidden=[7, 5],
        latent=3,
        bottleneck="linear",
        output="tanh",
        axes=False,
        cluster_weight=0.1,
        minority_spread=0.2,
        separation_weight=0.3,
        separation="hinge",
        penalty=0.4,
        reduction="sum",
        fake_weight=0.5,
        label_weight=0.6,
        realism_weight=0.7,
        class_weight=0.8,
        class_output="softmax",
        steps=11,
        learning_rate=0.01,
        rounds=12,
        discriminator_steps=2,
        classifier_steps=3,
        generator_steps=4,
        discriminator_rate=0.02,
        classifier_rate=0.03,
        generator_rate=0.04,
        batch_size=13,
    )
    expected = Plan(
        Architecture((7, 5), 3, "linear", "tanh", axes=False, class_output="softmax"),
        Weights(a1=0.2, a2=0.3, b1=0.1, b2=0.4, c=0.5, e=0.6, f1=0.7, f2=0.8),
        Schedule(13, 11, 0.01, 12, inner=(2, 3, 4), rates=(0.02, 0.03, 0.04)),
        reduction="sum",
        separation="hinge",
    )

    assert sampler._plan(9) == expected
    assert expected.margin == pytest.approx(2 * 3**0.5)


def test_defaults_are_within_their_rules():
    """The sampler as it comes is valid, with a latent coordinate a feature up to a limit."""
    sampler = GLGAN()
    sampler._validate_params()

    assert sampler._plan(3).architecture.latent == 3
    assert sampler._plan(5000).architecture.latent == glgan.MOST_LATENT


def test_the_example_of_the_docstring_runs():
    """What the documentation shows is what happens."""
    found = doctest.DocTestFinder(recurse=False).find(GLGAN, "GLGAN", globs={})
    results = [doctest.DocTestRunner().run(example) for example in found]

    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_makes_rows():
    """On a GPU the same is made, member by member."""
    drawn = quick(device="cuda").fit_resample_batch([blobs(), blobs(n_minority=1)], [0, 1])

    assert [len(X) for X, _ in drawn] == [60, 60]
