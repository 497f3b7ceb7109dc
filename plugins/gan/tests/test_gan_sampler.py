import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_matrix, csr_array, csr_matrix

from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, Made, NeuralSampler

BAD = 7
"""The seed of a member that goes wrong."""


class Mixed(NeuralSampler):
    """A toy: means of two minority rows, moved by ``shift`` in scaled units; one seed goes wrong."""

    _parameter_constraints = {**SHARED_CONSTRAINTS, "shift": [float]}  # noqa: RUF012 - as scikit-learn writes it

    def __init__(
        self, *, sampling_strategy="auto", random_state=0, device="cpu", clip=True, discrete=0, shift=0.0
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.device = device
        self.clip = clip
        self.discrete = discrete
        self.shift = shift

    def _make(self, rows, n_new, seeds):
        minority, new = rows.X[:, rows.n_majority :], []
        for member, seed in zip(minority, seeds, strict=True):
            ends = torch.randint(len(member), (2, n_new), generator=torch.Generator().manual_seed(seed))
            new.append(member[ends].mean(0) + self.shift + (torch.nan if seed == BAD else 0))
        loss = torch.arange(3.0)[:, None].expand(3, len(seeds)) + torch.tensor(seeds)
        return Made(torch.stack(new), {"loss": loss}, ["" if seed % 2 else "even" for seed in seeds])


class Collapsed(Mixed):
    """A toy that makes one row over and over."""

    def _make(self, rows, n_new, seeds):
        made = super()._make(rows, n_new, seeds)
        return Made(made.X[:, :1].expand(-1, n_new, -1), made.history, made.told)


class Counted(Mixed):
    """A toy that notes the seeds of each of its batches."""

    def _make(self, rows, n_new, seeds):
        self.seeds = [*getattr(self, "seeds", []), seeds]
        return super()._make(rows, n_new, seeds)


def problem(n_majority=20, n_minority=6, d=3, seed=0):
    rng = np.random.default_rng(seed)
    X = np.vstack([rng.normal(size=(n_majority, d)), rng.normal(size=(n_minority, d)) + 2])
    order = rng.permutation(len(X))
    return X[order], np.repeat([0, 1], [n_majority, n_minority])[order]


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_real_rows_stay_first_and_untouched():
    """The real rows come back as they were, in their order, and the new ones after them."""
    X, y = problem()
    X_out, y_out = Mixed().fit_resample(X, y)

    np.testing.assert_array_equal(X_out[:26], X)
    np.testing.assert_array_equal(y_out, [*y, *[1] * 14])


@settings(max_examples=20, deadline=None)
@given(
    n_minority=st.integers(1, 9),
    d=st.integers(1, 4),
    seed=st.integers(0, 99),
    factor=st.sampled_from([1e-6, 1, 1e6]),
)
def test_new_rows_lie_among_the_minority(n_minority, d, seed, factor):
    """What is made of scaled minority rows comes back in the units of the data, between minority rows."""
    X, y = problem(10, n_minority, d, seed)
    X = X * factor
    new = Mixed().fit_resample(X, y)[0][len(X) :]
    low, high = X[y == 1].min(0), X[y == 1].max(0)
    slack = 1e-6 * np.abs(X).max()

    assert len(new) == 10 - n_minority
    assert (new >= low - slack).all()
    assert (new <= high + slack).all()


@pytest.mark.parametrize("clip", [True, False])
def test_clip_keeps_rows_in_the_range_of_the_real_ones(clip):
    """Rows beyond the range of a feature are moved to its end, unless they may stand."""
    X, y = problem()
    new = Mixed(clip=clip, shift=1.5).fit_resample(X, y)[0][26:]

    assert (new <= X.max(0) + 1e-9).all() == clip


def test_discrete_features_get_observed_values():
    """A feature of few values gets no others, one of many keeps what was decoded."""
    X, y = problem()
    X[:, 0] = np.arange(26) % 3
    free, bound = (Mixed(discrete=most).fit_resample(X, y)[0][26:] for most in (0, 3))

    assert not set(free[:, 0]) <= {0, 1, 2}
    assert set(bound[:, 0]) <= {0, 1, 2}
    np.testing.assert_array_equal(free[:, 1:], bound[:, 1:])


def test_a_batch_of_one_equals_a_fit():
    """``fit_resample`` and a batch with this problem alone give the same rows, to the last bit."""
    expected = Mixed(random_state=3).fit_resample(*problem())
    (drawn,) = Mixed().fit_resample_batch([problem()], [3])

    assert same(expected, drawn)


def test_a_member_does_not_depend_on_its_neighbours():
    """A member is the same to the last bit beside neighbours of its shape, of another, and failing."""
    broken = problem()[0] * np.nan, problem()[1]
    neighbours = [
        [problem(seed=1), problem(seed=2)],
        [problem(30, 4, 2), problem(20, 1)],
        [problem(seed=3), broken],
    ]
    drawn = [Mixed().fit_resample_batch([problem(), *two], [3, 4, BAD])[0] for two in neighbours]

    assert all(same(drawn[0], other) for other in drawn[1:])


def test_each_shape_is_fitted_at_the_size_of_the_batch():
    """A shape is filled up with copies of its first member, and each member keeps its place in the batch."""
    sampler = Counted()
    sampler.fit_resample_batch([problem(), problem(9, 4), problem(seed=1), problem(5, 5)], [1, 2, 3, 4])

    assert sampler.seeds == [[1, 1, 3, 1], [2, 2, 2, 2]]


def test_classes_of_one_size_are_fitted_one_after_the_other():
    """A member of two growing classes is in no net twice: beside such members nets are no larger."""
    X, y = problem()
    of_three = X, y + y * np.isin(np.arange(len(y)), np.flatnonzero(y)[:3])  # two rare classes of three rows
    sampler = Counted()
    sampler.fit_resample_batch([problem(9, 4), of_three, of_three], [1, 2, 4])

    assert [3, 3, 3] == [len(seeds) for seeds in sampler.seeds]
    assert [1, 1, 1] in sampler.seeds
    assert [2, 2, 4] in sampler.seeds


def test_members_of_any_shape_come_back_in_their_order():
    """Problems of three shapes in one batch keep their places, as do their losses and their sentences."""
    members = [problem(), problem(30, 4, 2), problem(seed=5), problem(12, 5, 6)]
    sampler = Mixed()
    drawn = sampler.fit_resample_batch(members, [1, 2, 3, 4])

    for (X, y), (X_out, y_out) in zip(members, drawn, strict=True):
        np.testing.assert_array_equal(X_out[: len(X)], X)
        assert (y_out == 1).sum() == (y == 0).sum()
    assert sampler.fallback_ == ["", "even", "", "even"]
    assert [list(one["loss"]) for one in sampler.history_] == [[s, s + 1, s + 2] for s in (1, 2, 3, 4)]


def test_a_member_that_diverges_takes_no_other_along():
    """NaN of one member is an error in its place; the others have their rows."""
    drawn = Mixed().fit_resample_batch([problem(seed=seed) for seed in range(3)], [1, BAD, 3])

    assert isinstance(drawn[1], FloatingPointError)
    assert str(drawn[1]) == "training diverged: the new rows are not finite; lower the learning rate"
    assert all(np.isfinite(drawn[place][0]).all() for place in (0, 2))


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ((np.full((9, 2), np.nan), np.repeat([0, 1], [6, 3])), "NaN"),
        ((np.ones((9, 2)), np.zeros(9, int)), "class"),
        ((np.ones((9, 2)), np.repeat([0, 1], [5, 3])), "inconsistent"),
        ((csr_matrix(np.ones((9, 2))), np.repeat([0, 1], [6, 3])), "[Ss]parse"),
    ],
)
def test_a_problem_that_is_none_takes_no_other_along(broken, sentence):
    """A member that no sampler could take is an exception in its place; the others have their rows."""
    sampler = Mixed()
    drawn = sampler.fit_resample_batch([problem(), broken], [1, 2])

    assert same(drawn[0], sampler.fit_resample_batch([problem(), problem()], [1, 2])[0])
    assert isinstance(drawn[1], (TypeError, ValueError))
    with pytest.raises(type(drawn[1]), match=sentence):
        raise drawn[1]


def test_a_single_fit_raises_what_a_member_gets():
    """``fit_resample`` raises the error that a batch would return."""
    with pytest.raises(FloatingPointError, match="not finite"):
        Mixed(random_state=BAD).fit_resample(*problem())


def test_a_collapsed_net_is_told():
    """Rows that are all one row are a sentence in ``fallback_``, after what the net told itself."""
    sampler = Collapsed()
    sampler.fit_resample(*problem())
    alone = sampler.fallback_
    sampler.fit_resample_batch([problem(), problem()], [1, 2])

    assert alone == "even; the net collapsed: its 14 rows are all but equal"
    assert sampler.fallback_ == ["the net collapsed: its 14 rows are all but equal", alone]


def test_a_batch_of_none_is_none():
    """No problems give no draws."""
    assert Mixed().fit_resample_batch([], []) == []


def test_a_balanced_problem_comes_back_as_it_was():
    """Where no class is to grow nothing is fitted and nothing told."""
    sampler = Mixed()
    X, y = problem(6, 6)

    assert same(sampler.fit_resample(X, y), (X, y))
    assert (sampler.fallback_, sampler.history_) == ("", {})


def test_each_class_grows_against_all_others():
    """Of three classes two grow to the size of the third, each from its own rows."""
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(n, 2)) + 10 * at for at, n in enumerate((20, 7, 4))])
    y = np.repeat(["a", "b", "c"], [20, 7, 4])
    X_out, y_out = Mixed().fit_resample(X, y)

    assert {label: (y_out == label).sum() for label in "abc"} == {"a": 20, "b": 20, "c": 20}
    for at, label in enumerate("abc"):
        assert (np.abs(X_out[y_out == label] - 10 * at) < 5).all()


@pytest.mark.parametrize(
    ("strategy", "n_minority"), [(0.5, 10), ({1: 9}, 9), ("all", 20), (lambda y: {1: 8}, 8), ({1: 6}, 6)]
)
def test_the_strategy_says_how_many(strategy, n_minority):
    """A ratio, a dictionary and a function mean what they mean in imbalanced-learn, in a batch as well."""
    sampler = Mixed(sampling_strategy=strategy)
    drawn = [sampler.fit_resample(*problem()), *sampler.fit_resample_batch([problem()], [1])]

    assert [(y == 1).sum() for _, y in drawn] == [n_minority] * 2


@pytest.mark.parametrize("kind", [csr_matrix, csc_matrix, csr_array])
def test_sparse_rows_stay_sparse(kind):
    """A sparse matrix comes back in its own format, with the rows of the dense one."""
    X, y = problem()
    X[np.abs(X) < 0.5] = 0
    sparse, _ = Mixed().fit_resample(kind(X), y)

    assert isinstance(sparse, kind)
    np.testing.assert_array_equal(sparse.toarray(), Mixed().fit_resample(X, y)[0])


def test_a_table_stays_a_table():
    """A DataFrame comes back with its columns and types, and labels as a named Series."""
    X, y = problem()
    table = pd.DataFrame({"whole": np.arange(26), "real": X[:, 0], "short": X[:, 1].astype(np.float32)})
    X_out, y_out = Mixed().fit_resample(table, pd.Series(y, name="fault"))

    assert X_out.dtypes.to_dict() == table.dtypes.to_dict()
    assert (y_out.name, len(X_out), len(y_out)) == ("fault", 40, 40)
    pd.testing.assert_frame_equal(X_out[:26], table)


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8, np.uint64, np.float32, np.float64, bool])
@pytest.mark.parametrize("clip", [True, False])
def test_rows_keep_their_type_and_its_limits(dtype, clip):
    """New rows are of the type of the real ones: rounded where whole, never wrapped around its ends."""
    X, y = problem()
    ends = (0, 1) if dtype is bool else (0, 100) if np.dtype(dtype).kind == "f" else (0, np.iinfo(dtype).max)
    X = np.where(X > 1, *ends[::-1]).astype(dtype)
    new = Mixed(clip=clip, shift=0.5).fit_resample(X, y)[0][26:]
    unmoved = Mixed(clip=clip).fit_resample(X, y)[0][26:]

    assert new.dtype == X.dtype
    assert (new >= unmoved).all()


@pytest.mark.parametrize("n_minority", [1, 2, 3])
def test_labels_of_any_kind_come_back(n_minority):
    """Strings stay strings of their width."""
    X, y = problem(n_minority=n_minority)
    named = np.array(["ordinary", "rare"])[y]
    _, y_out = Mixed().fit_resample(X, named)

    assert y_out.dtype == named.dtype
    assert (y_out[len(X) :] == "rare").all()


def test_a_seed_makes_the_same_rows_and_another_makes_others():
    """The seed decides, and without one each fit is another."""
    X, y = problem()
    first, again, other = (Mixed(random_state=seed).fit_resample(X, y)[0] for seed in (1, 1, 2))
    free, freer = (Mixed(random_state=None).fit_resample(X, y)[0] for _ in range(2))

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(free, freer)


def test_a_random_state_object_is_drawn_from():
    """Two fits with one RandomState differ, and are repeated by a RandomState of its seed."""
    X, y = problem()

    def both():
        state = np.random.RandomState(0)
        return [Mixed(random_state=state).fit_resample(X, y)[0] for _ in range(2)]

    assert same(both(), both())
    assert not same(both()[:1], both()[1:])


def test_large_seeds_are_taken_as_they_are():
    """NumPy integers and the largest seed of scikit-learn are seeds."""
    X, y = problem()
    sampler, same_seed = Mixed(random_state=2**32 - 1), Mixed(random_state=np.int64(2**32 - 1))

    assert same(sampler.fit_resample(X, y), same_seed.fit_resample(X, y))


@pytest.mark.parametrize(
    ("name", "value"),
    [("clip", "yes"), ("discrete", -1), ("device", 3), ("sampling_strategy", 0.0), ("random_state", "x")],
)
def test_bad_parameters_are_refused(name, value):
    """Shared parameters are checked as scikit-learn does, in one fit and in a batch, before any training."""
    sampler = Mixed(**{name: value})
    with pytest.raises(ValueError, match=f"The '{name}' parameter of Mixed must be"):
        sampler.fit_resample(*problem())
    with pytest.raises(ValueError, match=f"The '{name}' parameter of Mixed must be"):
        sampler.fit_resample_batch([problem()], [0])


def test_seeds_have_to_match_the_problems():
    """A seed too few is an error, never a member left out."""
    with pytest.raises(ValueError, match="shorter"):
        Mixed().fit_resample_batch([problem(), problem()], [1])


def test_auto_is_a_device_that_there_is():
    """With "auto" a GPU is taken where there is one, and else the CPU."""
    assert Mixed(device="auto")._device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert Mixed(device="cpu")._device() == torch.device("cpu")


def test_a_sampler_says_how_rows_are_made():
    """The class itself makes none."""
    with pytest.raises(NotImplementedError):
        NeuralSampler._make(Mixed(), None, 1, [0])
