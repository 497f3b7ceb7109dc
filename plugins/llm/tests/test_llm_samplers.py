import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification

from oversample_bench_llm import text_sampler
from oversample_bench_llm.great_like import GReaTLike
from oversample_bench_llm.imbllm import ImbLLM, feature_prompts
from oversample_bench_llm.sentences import Form
from oversample_bench_llm.text_sampler import EMPTY_ROUNDS, Table, asked

SHORT = {"max_steps": 3, "width": 8, "layers": 1, "heads": 1}
SAMPLERS = [ImbLLM, GReaTLike]


def numbers(n_minority=12, n_majority=40, d=3, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat([0, 1], [n_majority, n_minority])
    return (rng.normal(size=(len(y), d)) + y[:, None]).round(2), y


def mixed(n_minority=12):
    X, y = numbers(n_minority)
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"age": X[:, 0], "children": rng.integers(0, 4, len(y)), "income": X[:, 1] * 1e6})
    frame["job"] = pd.Categorical(rng.choice(["clerk", "a, b", "who is"], len(y)))
    frame["code"] = pd.Categorical(rng.choice([7, 8], len(y)), categories=[8, 7, 9])
    return frame, y


def table(X, y, label=1, names=None, is_number=None):
    d = X.shape[1]
    form = Form.of(X, y, names or [f"x{i}" for i in range(d)], is_number or [True] * d)
    return Table(X, y, label, form)


def corpus(sampler, of):
    return sampler._corpus(of, np.random.RandomState(0))


def names_of(sentence):
    return [piece.partition(" is ")[0] for piece in sentence.split(", ")]


def test_imbllm_writes_the_target_first_and_features_in_an_order_that_varies():
    """Each reading of a row has the target first and each feature once; the seed decides the order."""
    X, y = numbers(d=6)
    read = corpus(ImbLLM(), table(X, y))
    texts = [read.sentence(0, np.random.RandomState(seed)) for seed in (0, 0, 1)]

    assert texts[0] == texts[1] != texts[2]
    for text in texts:
        assert "target" == names_of(text)[0]
        assert [f"x{i}" for i in range(6)] == sorted(names_of(text)[1:])


def test_imbllm_learns_the_minority_and_the_numbers_of_interpolated_rows():
    """12 minority rows in full, and 28 interpolated ones, which balance the classes, without categories."""
    frame, y = mixed()
    X = frame.to_numpy(dtype=object)
    of = table(X, y, names=list(frame), is_number=[True, True, True, False, False])
    read, rng = corpus(ImbLLM(), of), np.random.RandomState(0)
    texts = [read.sentence(i, rng) for i in range(read.n)]

    assert 12 + 28 == read.n
    assert "" == read.told
    for text in texts:
        assert text.startswith("target is 1, ")
    for text in texts[:12]:
        assert sorted(["target", *frame]) == sorted(names_of(text))
    for text in texts[12:]:
        assert sorted(["target", "age", "children", "income"]) == sorted(names_of(text))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 12), (0.5, 26), (1.0, 40)])
def test_a_share_of_the_interpolated_rows_can_be_learnt(share, expected):
    """The share says how many of the rows that would balance the classes are learnt from."""
    assert expected == corpus(ImbLLM(share=share), table(*numbers())).n


@pytest.mark.parametrize(("n", "each"), [(12, 3), (13, 4), (1, 1)])
def test_prompts_cover_all_features_equally(n, each):
    """ceil(n / d) prompts name each of the d features, with a value that the pool has."""
    frame, y = mixed()
    X = frame.drop(columns="code").to_numpy(dtype=object)
    of = table(X, y, names=list(frame)[:4], is_number=[True, True, True, False])
    values = [of.minority[:, place] for place in range(4)]
    prompts = feature_prompts(of, values, n, np.random.RandomState(0))
    written = {of.form.piece(place, value) for place in range(4) for value in values[place]}

    assert 4 * each == len(prompts)
    for name in of.form.names:
        assert each == sum(f", {name} is " in prompt for prompt in prompts)
    for prompt in prompts:
        assert prompt.startswith("target is 1, ")
        assert prompt.endswith(",")
        assert prompt.removeprefix("target is 1, ")[:-1] in written


def test_categories_are_asked_for_as_often_as_the_minority_has_them():
    """A category that three quarters of the minority have stands in about three quarters of its prompts."""
    X = np.array([["a"]] * 30 + [["b"]] * 10 + [["c"]] * 60, dtype=object)
    y = np.repeat([1, 0], [40, 60])
    of = table(X, y, is_number=[False])
    prompts = corpus(ImbLLM(), of).prompts(1000, np.random.RandomState(0))

    counts = {letter: sum(f"is {letter}," in prompt for prompt in prompts) for letter in "abc"}
    assert 700 < counts["a"] < 800
    assert 0 == counts["c"]


def test_great_like_learns_all_rows_with_the_target_anywhere_and_asks_by_label():
    """Rows of both classes are learnt, the target in a random place, and prompts are the label alone."""
    X, y = numbers()
    read, rng = corpus(GReaTLike(), table(X, y)), np.random.RandomState(0)
    texts = [read.sentence(i, rng) for i in range(read.n)]

    assert len(y) == read.n
    assert {"target is 0", "target is 1"} == {
        piece for text in texts for piece in text.split(", ") if piece.startswith("target")
    }
    assert {0, 1, 2, 3} == {names_of(text).index("target") for text in texts}
    assert ["target is 1,"] * 7 == read.prompts(7, rng)


@pytest.fixture
def copying(monkeypatch):
    """Let the model write the sentences that it has learnt, in turn, instead of words of its own."""
    learnt = []
    monkeypatch.setattr(text_sampler, "learn", lambda model, sentence, n, *rest: learnt.append((sentence, n)))
    monkeypatch.setattr(
        text_sampler,
        "written",
        lambda model, prompts, *rest: [learnt[-1][0](i % learnt[-1][1]) for i in range(len(prompts))],
    )


def test_a_model_that_copies_gives_minority_rows(copying):
    """With a model that says what it has learnt, new rows are minority rows, as many as asked for."""
    X, y = numbers()
    sampler = ImbLLM(share=0.0, random_state=0, **SHORT)
    X_new, y_new = sampler.fit_resample(X, y)

    assert np.array_equal(X, X_new[: len(X)])
    assert 28 == len(X_new) - len(X) == (y_new[len(y) :] == 1).sum()
    assert {tuple(row) for row in X_new[len(X) :]} == {tuple(row) for row in X[y == 1]}
    assert (1.0, 0.0, "") == (sampler.duplicates_, sampler.filled_, sampler.fallback_)


def test_a_model_that_copies_a_table_gives_rows_of_the_table(copying):
    """A DataFrame comes back with its columns and dtypes; copied rows have equal numbers and categories."""
    frame, y = mixed()
    new, _ = ImbLLM(share=0.0, random_state=0, **SHORT).fit_resample(frame, y)
    minority = frame[y == 1]

    pd.testing.assert_frame_equal(frame, new[: len(frame)])
    assert frame.dtypes.tolist() == new.dtypes.tolist()
    for row in new[len(frame) :].itertuples(index=False):
        same = minority[(minority["job"] == row.job) & (minority["code"] == row.code)]
        assert (np.abs(same["age"] - row.age) < 1e-9).any()
        assert (np.abs(same["income"] - row.income) <= 5000).any()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_exactly_the_rows_that_were_asked_for_and_all_categories_known(sampler):
    """A model that has hardly learnt anything still gives whole rows: categories known, nothing missing."""
    frame, y = mixed()
    new, y_new = sampler(random_state=0, **SHORT).fit_resample(frame, y)

    assert 80 == len(new) == len(y_new)
    assert not new.isna().any(axis=None)
    assert frame.dtypes.tolist() == new.dtypes.tolist()
    assert set(new["job"]) <= set(frame["job"])


def test_a_table_of_numbers_comes_back_as_one():
    """A DataFrame without categories is resampled as its values are, and comes back as a DataFrame."""
    X, y = numbers()
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    new, _ = ImbLLM(random_state=0, **SHORT).fit_resample(frame, y)
    plain, _ = ImbLLM(random_state=0, **SHORT).fit_resample(X, y)

    assert ["a", "b", "c"] == list(new)
    np.testing.assert_array_equal(plain, new.to_numpy())


def test_missing_values_are_refused():
    """A table with gaps is sent back with a sentence."""
    frame, y = mixed()
    frame.loc[3, "job"] = None

    with pytest.raises(ValueError, match="missing values"):
        ImbLLM(**SHORT).fit_resample(frame, y)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("n_minority", [1, 2, 3, 5, 6])
def test_few_minority_rows_are_grown_and_copies_are_told(sampler, n_minority):
    """From a single row on all rows are made; ImbLLM says where it could not interpolate."""
    X, y = numbers(n_minority)
    made = sampler(random_state=0, **SHORT)
    _, y_new = made.fit_resample(X, y)

    assert 40 == (y_new == 1).sum()
    assert (sampler is ImbLLM and n_minority <= 5) == ("copies to learn from" in made.fallback_)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_no_minority_row_is_told(sampler):
    """One class alone cannot be balanced, and the error says so."""
    with pytest.raises(ValueError, match="class"):
        sampler(**SHORT).fit_resample(np.zeros((5, 2)), np.zeros(5, dtype=int))


def test_what_a_sentence_leaves_out_is_usual():
    """Missing numbers are the minority's mean as it is written; missing categories its commonest one."""
    X = np.empty((6, 3), dtype=object)
    X[:, 0], X[:, 1] = [1.25, 1.0, 0.33, -1.0, -2.0, 5.5], ["a", "b", "b", "c", "c", "c"]
    X[:, 2] = range(6)
    of = table(X, np.array([1, 1, 1, 0, 0, 0]), is_number=[True, False, True])
    one = asked(lambda n: ["target is 1, x2 is 5"] * n, of, 4, np.random.RandomState(0))

    assert [[pytest.approx(0.86), "b", 5.0]] * 4 == one.rows
    assert (4, 8, 0) == (one.asked, one.filled, one.copied)


def test_after_thirteen_empty_rounds_copies_make_up_the_rest():
    """A model that writes nothing readable is given up, and the rows are copies."""
    of, rounds = table(*numbers()), []
    one = asked(lambda n: rounds.append(n) or ["no row"], of, 5, np.random.RandomState(0))

    assert EMPTY_ROUNDS == len(rounds)
    assert 5 == one.copied == len(one.rows)
    assert {tuple(row) for row in one.rows} <= {tuple(row) for row in of.minority}


def test_a_model_that_is_seldom_readable_is_given_up():
    """One readable sentence of a hundred is no use: 400 sentences are asked for 100 rows, not 10,000."""
    of = table(*numbers())
    one = asked(lambda n: ["target is 1, x0 is 0.50"] + ["no row"] * 99, of, 100, np.random.RandomState(0))

    assert (400, 96) == (one.asked, one.copied)


def test_mostly_filled_rows_and_copies_are_told():
    """`fallback_` says where copies stand in, and where most values are not the model's."""
    of = table(*numbers())
    one = asked(lambda n: ["target is 1, x0 is 0.50"], of, 101, np.random.RandomState(0))
    told = text_sampler._remarks(one, 200, 3)

    assert 101 == len(one.rows)
    assert ["67% of the values were left out by the model, and are means or usual categories"] == told
    one.copied = 3
    assert "copies for 3 of 200 rows" in text_sampler._remarks(one, 200, 3)[0]


def test_a_row_that_is_too_long_is_refused():
    """Hundreds of columns do not fit the context of the model, and the error says so."""
    X, y = numbers(d=400)

    with pytest.raises(ValueError, match=r"up to 1\d\d\d tokens, and the language model can look at 1024"):
        ImbLLM(**SHORT).fit_resample(X, y)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_backend_can_be_seen(sampler):
    """Which model made the rows stands in an attribute, and in the parameters."""
    made = sampler(random_state=0, **SHORT)
    made.fit_resample(*numbers())

    assert "scratch: a GPT-2 of 1 layers and width 8, trained from nothing" == made.backend_
    assert "scratch" == made.get_params()["backend"]


def test_several_classes_are_each_grown():
    """Of three classes the two smaller ones grow, and what is told names them."""
    X, y = numbers(n_minority=3)
    y[:10] = 2
    made = ImbLLM(random_state=0, **SHORT)
    _, y_new = made.fit_resample(X, y)

    assert [30, 30, 30] == np.bincount(y_new).tolist()
    assert "class 1: copies to learn from" in made.fallback_
    assert "class 2: copies to learn from" not in made.fallback_


def test_columns_of_one_hot_codes_stay_whole_numbers():
    """Columns of 0 and 1 come back as whole numbers."""
    X, y = numbers()
    X[:, 1] = X[:, 1] > 0
    new, _ = ImbLLM(random_state=0, **SHORT).fit_resample(X, y)

    assert np.array_equal(np.rint(new[:, 1]), new[:, 1])


@pytest.mark.slow
def test_what_was_learnt_is_like_the_minority():
    """Columns of 1e6 and of 1e-6 come back in their units, and few values have to be filled in."""
    X, y = make_classification(300, n_features=4, n_redundant=0, weights=[0.9], flip_y=0, random_state=0)
    X = X * [1e6, 1, 1, 1e-6]
    sampler = ImbLLM(random_state=0)
    new = sampler.fit_resample(X, y)[0][len(X) :]
    minority, spread = X[y == 1], X[y == 1].std(axis=0)

    assert sampler.filled_ < 0.1
    assert "" == sampler.fallback_
    assert (np.abs(np.median(new, axis=0) - np.median(minority, axis=0)) < spread).all()
