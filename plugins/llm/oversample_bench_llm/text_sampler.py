"""What both samplers of this plugin share: rows in, sentences to learn from, prompts, sentences, rows out.

A subclass says what is learnt and what is asked for. A sentence that cannot be read is asked for again; what
a readable one leaves out is filled with what is usual of the class. Both are counted, and told in
``fallback_`` where they are no exception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from imblearn.base import BaseSampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_target_type
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import validate_data

from oversample_bench_llm.backends import Language, Size, language
from oversample_bench_llm.sentences import Form, Number
from oversample_bench_llm.writing import Lessons, Sampling, learn, longest, placed, seeded, written

Array = npt.NDArray[Any]

EMPTY_ROUNDS = 13
"""Rounds without a row after which copies make up the rest."""
PATIENCE = 4
"""Sentences for each row that is wanted, or for each of a hundred, after which they do as well."""
MOSTLY = 0.5
"""The share of values that the model left out from which on that is told in ``fallback_``."""
SPARE = 8
"""Tokens by which a new text may be longer than the longest that was learnt."""
AT_LEAST_ONE = [Interval(Integral, 1, None, closed="left")]
POSITIVE = [Interval(Real, 0, None, closed="neither")]


@dataclass(frozen=True, eq=False)
class Table:
    """All training rows, and which of them are of the class that is to grow.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        Numbers, or numbers and categories as objects.
    y : ndarray of shape (n_samples,)
        Labels.
    label : object
        The class that is to grow.
    form : Form
        How rows are written.
    """

    X: Array
    y: Array
    label: Any
    form: Form

    @property
    def is_minority(self) -> Array:
        """Which rows are of the class that is to grow, of shape (n_samples,)."""
        return np.asarray(self.y == self.label)

    @property
    def minority(self) -> Array:
        """The rows of the class that is to grow."""
        return self.X[self.is_minority]


@dataclass(frozen=True, eq=False)
class Corpus:
    """What is learnt and what is asked for.

    Attributes
    ----------
    n : int
        Sentences.
    sentence : callable
        ``sentence(i, rng)`` writes sentence i, its columns in an order of its own.
    prompts : callable
        ``prompts(n, rng)`` is what to ask for ``n`` rows.
    told : str
        What was done differently from what the method says.
    """

    n: int
    sentence: Callable[[int, np.random.RandomState], str]
    prompts: Callable[[int, np.random.RandomState], list[str]]
    told: str = ""


@dataclass(eq=False)
class Written:
    """The rows that came of a class, and how."""

    rows: list[list[Any]] = field(default_factory=list)
    asked: int = 0
    filled: int = 0
    copied: int = 0
    told: list[str] = field(default_factory=list)
    chosen: Array = field(default_factory=lambda: np.empty(0))


@dataclass(kw_only=True, eq=False, repr=False)
class TextSampler(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """A sampler whose new rows are read from what a language model writes.

    A subclass writes ``_corpus``. Its parameters are fields of a dataclass, decorated as this one is, so that
    a parameter and its default stand once; they are told in `imbllm.ImbLLM`.
    """

    accepts_categories = True
    _sampling_type = "over-sampling"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **BaseOverSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "backend": [str, tuple],
        "epochs": AT_LEAST_ONE,
        "max_steps": AT_LEAST_ONE,
        "batch_size": AT_LEAST_ONE,
        "learning_rate": [Interval(Real, 0, None, closed="neither"), StrOptions({"auto"})],
        "width": AT_LEAST_ONE,
        "layers": AT_LEAST_ONE,
        "heads": AT_LEAST_ONE,
        "temperature": POSITIVE,
        "device": [str],
    }

    backend: Any = "scratch"
    epochs: int = 50
    max_steps: int = 800
    batch_size: int = 32
    learning_rate: float | str = "auto"
    width: int = 64
    layers: int = 2
    heads: int = 4
    temperature: float = 0.7
    device: str = "auto"
    sampling_strategy: Any = "auto"
    random_state: Any = None

    def _corpus(self, table: Table, rng: np.random.RandomState) -> Corpus:
        """Return what is learnt of a table, and what is asked for."""
        raise NotImplementedError

    def _check_X_y(  # noqa: N802 - imbalanced-learn's name
        self, X: Any, y: Any, accept_sparse: Any = None
    ) -> tuple[Any, Any, bool]:
        """Let tables with categories through as arrays of objects; all else as imbalanced-learn has it."""
        shape, kinds = np.shape(X), getattr(X, "dtypes", None)
        columns = range(shape[1]) if len(shape) == 2 else ()
        self._names = [str(name) for name in getattr(X, "columns", (f"x{place}" for place in columns))]
        self._is_number = [True for _ in columns] if kinds is None else [_is_number(kind) for kind in kinds]
        if all(self._is_number):
            return super()._check_X_y(X, y, accept_sparse)  # type: ignore[no-any-return]  # untyped
        y, is_binary = check_target_type(y, indicate_one_vs_all=True)
        if X.isna().any(axis=None):
            raise ValueError("X has missing values; impute them before the resample")
        validate_data(self, X=X, y=y, reset=True, skip_check_array=True)
        return X.to_numpy(dtype=object), np.asarray(y), is_binary

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        rng = check_random_state(self.random_state)
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        form = Form.of(dense, y, self._names, self._is_number)
        growing = {label: n for label, n in self.sampling_strategy_.items() if n > 0}
        self.backend_ = ""
        grown = {
            label: self._grown(Table(dense, y, label, form), n_new, rng) for label, n_new in growing.items()
        }
        told = {label: "; ".join(one.told) for label, one in grown.items() if one.told}
        self.fallback_ = "; ".join(
            f"class {label}: {said}" if len(growing) > 1 else said for label, said in told.items()
        )
        new = [cast(one.chosen, dense.dtype) for one in grown.values()]
        self._count(list(grown.values()), new, dense)
        X_out = np.concatenate([dense, *new])
        y_new = [np.full(n_new, label, dtype=y.dtype) for label, n_new in growing.items()]
        return (type(X)(X_out) if is_sparse else X_out), np.concatenate([y, *y_new])

    def _grown(self, table: Table, n_new: int, rng: np.random.RandomState) -> Written:
        """Return ``n_new`` rows of one class, and what there is to say of them."""
        corpus, device = self._corpus(table, rng), self._device()
        seed = int(rng.randint(2**31 - 1))
        generator = torch.Generator().manual_seed(seed)
        texts = [corpus.sentence(i, rng) for i in range(corpus.n)]
        with seeded(seed, device):
            model = self._language(table.form, texts)
            placed(model, device)
            sampling = self._sampling(model, texts)
            self.loss_ = learn(model, lambda i: corpus.sentence(i, rng), corpus.n, self._lessons(model), rng)

            def ask(n: int) -> list[str]:
                return written(model, corpus.prompts(n, rng), sampling, generator)

            one = asked(ask, table, n_new, rng)
        self.backend_ = model.told
        one.told = [*([corpus.told] if corpus.told else []), *_remarks(one, n_new, table.X.shape[1])]
        order = rng.permutation(len(one.rows))[:n_new]
        one.chosen = np.array([one.rows[i] for i in order], dtype=table.X.dtype)
        return one

    def _language(self, form: Form, texts: Sequence[str]) -> Language:
        return language(self.backend, form, texts, Size(self.width, self.layers, self.heads))

    def _lessons(self, model: Language) -> Lessons:
        rate = model.learning_rate if self.learning_rate == "auto" else float(self.learning_rate)
        return Lessons(self.epochs, self.max_steps, self.batch_size, rate)

    def _sampling(self, model: Language, texts: Sequence[str]) -> Sampling:
        """Return how to sample, or say that a row is too long for the model."""
        length = longest(model, texts)
        if length > model.context:
            raise ValueError(
                f"a row is a sentence of up to {length} tokens, and the language model can look at "
                f"{model.context}: the table has too many columns, or too long texts, for this method"
            )
        return Sampling(self.temperature, 100, min(length + SPARE, model.context))

    def _count(self, grown: Sequence[Written], new: Sequence[Array], real: Array) -> None:
        """Set what is told of the new rows: how many are copies, and how much of them was filled in."""
        known = {tuple(row) for row in real.tolist()}
        rows = [tuple(row) for part in new for row in part.tolist()]
        n_read = sum(len(one.rows) - one.copied for one in grown)
        self.duplicates_ = sum(row in known for row in rows) / max(1, len(rows))
        self.filled_ = sum(one.filled for one in grown) / max(1, n_read * real.shape[1])
        self.asked_ = sum(one.asked for one in grown)

    def _device(self) -> torch.device:
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return torch.device(self.device)


def asked(ask: Callable[[int], list[str]], table: Table, n_new: int, rng: np.random.RandomState) -> Written:
    """Ask until there are ``n_new`` rows; when ``EMPTY_ROUNDS`` or ``PATIENCE`` is at its end, take copies.

    Parameters
    ----------
    ask : callable
        ``ask(n)`` is n sentences, or a few more.
    table : Table
        How they are read, and what is usual where they say nothing.
    n_new : int
        How many rows are wanted.
    rng : RandomState
        Draws the copies.
    """
    one, usual, empty = Written(), _usual(table), 0
    most = PATIENCE * max(n_new, 100)
    while len(one.rows) < n_new and empty < EMPTY_ROUNDS and one.asked < most:
        before = len(one.rows)
        for text in ask(n_new - before):
            one.asked += 1
            found = table.form.read(text)
            if found is not None:
                one.filled += len(usual) - len(found)
                one.rows.append([found.get(place, value) for place, value in enumerate(usual)])
        empty = empty + 1 if len(one.rows) == before else 0
    one.copied = max(0, n_new - len(one.rows))
    minority = table.minority
    one.rows += [list(minority[i]) for i in rng.randint(len(minority), size=one.copied)]
    return one


def _is_number(kind: Any) -> bool:
    from pandas.api.types import is_numeric_dtype

    return bool(is_numeric_dtype(kind))


def _usual(table: Table) -> list[Any]:
    """Return what is usual of the class: the mean of numbers, as it is written, or the commonest category."""
    found: list[Any] = []
    for column, values in zip(table.form.columns, table.minority.T, strict=True):
        if isinstance(column, Number):
            found.append(column.value(column.text(values.astype(np.float64).mean())))
        else:
            known, counts = np.unique(values.astype(str), return_counts=True)
            commonest = known[counts.argmax()]
            found.append(next(value for value in values if str(value) == commonest))
    return found


def _remarks(one: Written, n_new: int, d: int) -> list[str]:
    """Return sentences on what was no exception."""
    told = []
    if one.copied:
        told.append(
            f"copies for {one.copied} of {n_new} rows: of the {one.asked} sentences that the model wrote "
            f"{n_new - one.copied} could be read"
        )
    share = one.filled / max(1, (len(one.rows) - one.copied) * d)
    if share > MOSTLY:
        told.append(
            f"{share:.0%} of the values were left out by the model, and are means or usual categories"
        )
    return told


def cast(new: Array, dtype: np.dtype[Any]) -> Array:
    """Return ``new`` in ``dtype``, whole numbers rounded and kept within what it can hold."""
    if dtype.kind not in "biu":
        return new.astype(dtype)
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.clip(np.rint(new), least, np.nextafter(float(most) + 1, 0)).astype(dtype)
