"""What the samplers of this plugin share: problems in, problems of one shape fitted as one, rows out.

A subclass says how nets make new rows of scaled ones; here rows are brought into that scale, put back into
the units of the data, judged, and added to the real ones. A single fit is a batch of one. Problems of
different shapes cannot share a tensor: each shape is then fitted apart, filled up to the size of the batch
with copies of its first member, each member in the place that it has in the batch. So the arithmetic of a
member depends on its place and the size of its batch only: what a processor takes as one vector, and what it
takes number by number, rounds otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from imblearn.base import BaseSampler
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import check_sampling_strategy
from sklearn.utils import check_random_state, check_X_y
from sklearn.utils._param_validation import Interval
from torch import Tensor

from oversample_bench_gan.rows import Range, Rows, nearest_observed
from oversample_bench_gan.verdict import complaint, remark

Array = npt.NDArray[Any]
Numbers = dict[str, dict[Any, float]]
"""What was measured, by name and by the class that grew."""

FEATURE_STEPS = 10**6
"""Steps times features after which the costly nets stop: what a CPU does in one or two minutes."""
SHARED_CONSTRAINTS: dict[str, list[Any]] = {
    **BaseOverSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
    "device": [str],
    "clip": ["boolean"],
    "discrete": [Interval(Integral, 0, None, closed="left")],
}
"""What scikit-learn checks of the parameters that all samplers of this plugin have."""


@dataclass(frozen=True, eq=False)
class Task:
    """One class of one problem that is to grow, against all other rows."""

    member: int
    X: Array
    is_minority: Array
    label: Any
    n_new: int
    seed: int
    alone: bool

    def named(self, loss: str) -> str:
        """Return what a loss is called in ``history_``: with the class, where several grow."""
        return loss if self.alone else f"{self.label}: {loss}"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return what two tasks must share to be fitted as one."""
        return (*self.X.shape, int(self.is_minority.sum()), self.n_new)


@dataclass(frozen=True, eq=False)
class Made:
    """What a net made for all members of a batch.

    Attributes
    ----------
    X : Tensor of shape (members, n_new, features)
        New rows in [-1, 1], or beyond where the net's output is not bounded.
    history : dict of str to Tensor of shape (steps, members)
        Losses, step by step.
    told : list of str
        For each member what was done differently from what was asked; empty when nothing was.
    numbers : dict of str to sequence of float
        What was measured, a number a member.
    without : dict of int to set of str
        Members that have no part in some losses, and in which.
    """

    X: Tensor
    history: dict[str, Tensor]
    told: list[str]
    numbers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    without: Mapping[int, frozenset[str]] = field(default_factory=dict)


@dataclass(eq=False)
class Grown:
    """The new rows of one problem, and what there is to say of them."""

    X: list[Array] = field(default_factory=list)
    y: list[Array] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    history: dict[str, Array] = field(default_factory=dict)
    measured: Numbers = field(default_factory=dict)
    error: Exception | None = None


@dataclass(kw_only=True, eq=False, repr=False)
class NeuralSampler(BaseSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """A sampler that fits a net to all rows and lets it make rows of the classes that are to grow.

    A subclass writes ``_make``. Its parameters are fields of a dataclass, decorated as this one is: the
    constructor is made of them, so that a parameter and its default stand once, and scikit-learn's
    ``get_params``, ``set_params`` and ``clone``, ``inspect.signature`` and type checkers find them there.
    ``_parameter_constraints`` says what scikit-learn checks of them.
    """

    _sampling_type = "over-sampling"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = SHARED_CONSTRAINTS

    sampling_strategy: Any = "auto"
    random_state: Any = None
    device: str = "auto"
    clip: bool = True
    discrete: int = 0

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        """Fit one net a member and return ``n_new`` rows of each."""
        raise NotImplementedError

    def fit_resample_batch(
        self, problems: Sequence[tuple[Any, Any]], random_states: Sequence[Any]
    ) -> list[tuple[Array, Array] | Exception]:
        """Resample many problems with one model; each member has weights, generators and rows of its own.

        Parameters
        ----------
        problems : sequence of (X, y)
            Of shape (n_samples, n_features) and (n_samples,). Those of equal shape train together.
        random_states : sequence of int, RandomState or None
            A seed a problem; ``random_state`` is not used.

        Returns
        -------
        list of (ndarray, ndarray) or Exception
            In the order of ``problems``; an exception in place of a member that failed. ``fallback_`` and
            ``history_`` are lists with an entry a member.
        """
        self._validate_params()
        checked = [self._checked(*problem) for problem in problems]
        grown = self._grown(checked, random_states)
        self.fallback_: str | list[str] = ["; ".join(one.told) for one in grown]
        self.history_: dict[str, Array] | list[dict[str, Array]] = [one.history for one in grown]
        self.measured_: Numbers | list[Numbers] = [one.measured for one in grown]
        return [
            one.error or _joined(problem[0], problem[1], one)
            for problem, one in zip(checked, grown, strict=True)
        ]

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        (grown,) = self._grown([(dense, y, self.sampling_strategy_)], [self.random_state])
        if grown.error:
            raise grown.error
        self.fallback_, self.history_ = "; ".join(grown.told), grown.history
        self.measured_ = grown.measured
        X_out, y_out = _joined(dense, y, grown)
        return (type(X)(X_out) if is_sparse else X_out), y_out

    def _checked(self, X: Any, y: Any) -> Any:
        """Return rows, labels and how many rows each class is to gain, or what is wrong with them."""
        try:
            X, y = check_X_y(X, y)
            return X, y, check_sampling_strategy(self.sampling_strategy, y, self._sampling_type)
        except (TypeError, ValueError) as error:
            return error

    def _grown(self, checked: Sequence[Any], random_states: Sequence[Any]) -> list[Grown]:
        tasks = [
            task
            for member, (problem, state) in enumerate(zip(checked, random_states, strict=True))
            if not isinstance(problem, Exception)
            for task in _tasks(member, problem, state)
        ]
        grown = [Grown(error=problem if isinstance(problem, Exception) else None) for problem in checked]
        for fitted_as_one in _shared(tasks):
            self._grow(fitted_as_one, grown)
        return grown

    def _grow(self, tasks: dict[int, Task], grown: list[Grown]) -> None:
        """Fit the tasks of one shape, by member, as one and hand each member its rows."""
        first = next(iter(tasks.values()))
        full = [tasks.get(member, first) for member in range(len(grown))]
        ranges = [Range.of(task.X.astype(np.float64)) for task in full]
        scaled = np.stack([_ordered(task, scale) for task, scale in zip(full, ranges, strict=True)])
        rows = Rows(torch.from_numpy(scaled).to(self._device()), int((~first.is_minority).sum()))
        made = self._make(rows, first.n_new, [task.seed for task in full])
        new = made.X.detach().cpu().double().numpy()
        for position, task in tasks.items():
            one = grown[position]
            idle = made.without.get(position, frozenset())
            history = {
                task.named(loss): told[:, position].float().cpu().numpy()
                for loss, told in made.history.items()
                if loss not in idle
            }
            real = scaled[position, rows.n_majority :]
            one.error = one.error or complaint(new[position], history)
            one.told += [said for said in (made.told[position], remark(new[position], real)) if said]
            one.history |= history
            for name, numbers in made.numbers.items():
                one.measured.setdefault(name, {})[task.label] = float(numbers[position])
            bounded = np.clip(new[position], -1, 1) if self.clip else new[position]
            restored = ranges[position].restored(bounded)
            one.X.append(nearest_observed(restored, task.X, self.discrete))
            one.y.append(np.full(task.n_new, task.label))

    def _device(self) -> torch.device:
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return torch.device(self.device)


def most_steps(asked: int | str, d: int) -> int:
    """Return how many steps a net of ``d`` features may take, which "auto" leaves to the features."""
    return int(asked) if asked != "auto" else min(5000, max(500, FEATURE_STEPS // d))


def _tasks(member: int, problem: tuple[Array, Array, dict[Any, int]], random_state: Any) -> list[Task]:
    """Return a task for each class that is to grow; the first has the seed itself, as SMOTE would."""
    X, y, wanted = problem
    growing = {label: n for label, n in wanted.items() if n > 0}
    is_seed = isinstance(random_state, int | np.integer)
    seed = int(random_state) if is_seed else int(check_random_state(random_state).randint(2**31 - 1))
    seeds = [seed, *np.random.SeedSequence(seed).generate_state(len(growing)).tolist()]
    return [
        Task(member, X, y == label, label, n, each, alone=len(growing) == 1)
        for (label, n), each in zip(growing.items(), seeds, strict=False)
    ]


def _shared(tasks: Sequence[Task]) -> list[dict[int, Task]]:
    """Return what is fitted as one: tasks of one shape by member, of each member one class at a time."""
    found: dict[tuple[Any, ...], dict[int, Task]] = {}
    seen: Counter[tuple[Any, ...]] = Counter()
    for task in tasks:
        seen[task.member, task.shape] += 1
        found.setdefault((task.shape, seen[task.member, task.shape]), {})[task.member] = task
    return list(found.values())


def _ordered(task: Task, scale: Range) -> Array:
    order = np.argsort(task.is_minority, kind="stable")
    return scale.scaled(task.X.astype(np.float64)[order]).astype(np.float32)


def _joined(X: Array, y: Array, grown: Grown) -> tuple[Array, Array]:
    """Return the real rows, and the new ones after them, in the dtypes of the real ones."""
    new = [_cast(part, X.dtype) for part in grown.X]
    return np.concatenate([X, *new]), np.concatenate([y, *[part.astype(y.dtype) for part in grown.y]])


def _cast(new: Array, dtype: Any) -> Array:
    """Return ``new`` in ``dtype``, whole numbers rounded and kept within what it can hold."""
    if dtype.kind not in "biu":
        return new.astype(dtype)
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return np.clip(np.rint(new), least, np.nextafter(float(most) + 1, 0)).astype(dtype)
