"""The samplers of smote-variants as samplers of imbalanced-learn, one class each, made when first asked for.

>>> from oversample_bench_smote_variants.samplers import MDO
>>> X_more, y_more = MDO(K2=7, random_state=0).fit_resample(X, y)

A class has the parameters of the library's class of the same name, less ``proportion``: how many rows are
wanted is said by ``sampling_strategy`` as everywhere in imbalanced-learn. Real rows come first and
unchanged, then the new ones, which are those of the library to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import Parameter, Signature, signature
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.utils import check_random_state

from oversample_bench_smote_variants.known import DETERMINISTIC, REFUSED, REMOVES_ROWS, REPLACED
from oversample_bench_smote_variants.library import Answer, Array, answered, build, loaded
from oversample_bench_smote_variants.names import NAMES
from oversample_bench_smote_variants.rows import Traced, cast, traced

ENOUGH = 0.9
"""The share of the rows asked for below which a shortage is told, and above whose inverse an excess is."""


class Variant(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn ships no types
    """What the classes of this module share; `variant` makes one for each class of the library.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, in the library's words where it has some; empty when
        nothing was.
    log_ : tuple of str
        What the library logged, less what every call logs.
    """

    library: ClassVar[str]
    removes_rows: ClassVar[str] = ""
    refused: ClassVar[str] = ""
    makes_copies: ClassVar[bool] = False

    sampling_strategy_: dict[Any, int]
    random_state: Any
    fallback_: str
    log_: tuple[str, ...]

    def _validate_params(self) -> None:
        """Check what imbalanced-learn knows, and have the library look at the rest."""
        if self.refused:
            raise ValueError(f"{self.library} of smote-variants cannot be used: {self.refused}")
        super()._validate_params()
        self._built(1.0, 0)

    def _built(self, proportion: float, seed: int) -> Any:
        """Return a sampler of the library with these parameters."""
        theirs = signature(loaded(self.library)).parameters
        params = {name: value for name, value in self.get_params(deep=False).items() if name in theirs}
        wanted = {"proportion": proportion, "random_state": seed}
        params |= {name: value for name, value in wanted.items() if name in theirs}
        return build(self.library, params)

    def _fit_resample(self, X: Any, y: Array) -> tuple[Any, Array]:
        is_sparse = hasattr(X, "toarray")
        dense = X.toarray() if is_sparse else X
        rows = dense.astype(np.float64, order="C")  # sums round the same in every order
        seed = _seed(self.random_state) if hasattr(self, "random_state") else 0
        growing = {label: n for label, n in self.sampling_strategy_.items() if n > 0}
        self.log_, told, grown = (), {}, []
        for label, n_new in growing.items():
            found, told[label] = self._grown(rows, y == label, n_new, seed)
            grown.append((label, found))
        self.fallback_ = "; ".join(
            f"class {label}: {said}" if len(growing) > 1 else said for label, said in told.items() if said
        )
        kept, X_new, y_new = _joined(y, grown, self.sampling_strategy_)
        X_out = np.concatenate([dense[kept], *(cast(part, dense.dtype) for part in X_new)])
        y_out = np.concatenate([y[kept], *y_new]).astype(y.dtype, copy=False)
        return (type(X)(X_out) if is_sparse else X_out), y_out

    def _grown(self, rows: Array, is_minority: Array, n_new: int, seed: int) -> tuple[Traced, str]:
        """Return what the library makes of one class against all others, and what there is to say of it."""
        y = is_minority.astype(np.int64)
        n_minority = int(y.sum())
        surplus = len(y) - 2 * n_minority
        if surplus <= 0:
            raise ValueError(
                f"{self.library} grows a class that is smaller than all others together; this one has "
                f"{n_minority} of {len(y)} rows. Name a smaller class in sampling_strategy"
            )
        sampler = self._built(_proportion(n_new, surplus), seed)
        answer = answered(sampler, seed, rows, y)
        self.log_ += answer.log
        found = traced(rows, y, answer.X, answer.y)
        return found, self._told(found, n_minority + n_new, answer, rows)

    def _told(self, found: Traced, n_wanted: int, answer: Answer, rows: Array) -> str:
        """Return in a sentence what was done differently from what was asked; nothing if all is well."""
        why = answer.excuses()
        because = f": {why}" if why else ""
        new = found.X_new[found.y_new == 1]
        if not len(new):
            return f"no rows made: {why or 'the library does not say why'}"
        n_minority = int(np.sum(answer.y == 1))
        if not ENOUGH <= n_minority / n_wanted <= 1 / ENOUGH:
            return f"the minority has {n_minority} rows where {n_wanted} were asked for{because}"
        real = {row.tobytes() for row in rows + 0.0}
        if not self.makes_copies and all(row.tobytes() in real for row in new + 0.0):
            return f"each of the {len(new)} new rows is a copy of a real one{because}"
        return why


def _seed(random_state: Any) -> int:
    """Return an integer for the library: the one given, or one drawn from the generator given."""
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))


def _proportion(n_new: int, surplus: int) -> float:
    """Return the share of the surplus, which the library multiplies and cuts off, that gives ``n_new``."""
    share = n_new / surplus
    return share if int(surplus * share) == n_new else float(np.nextafter(share, np.inf))


def _joined(
    y: Array, grown: list[tuple[Any, Traced]], requested: dict[Any, int]
) -> tuple[Array, list[Array], list[Array]]:
    """Return which real rows stay, and the new rows with their labels.

    Of two classes the answer is taken as it is. Of more, each was grown against all others: only its own new
    rows are taken, no more than it is requested, and all real rows stay.
    """
    if len(np.unique(y)) > 2 or not grown:
        parts = [(label, found.X_new[found.y_new == 1][: requested[label]]) for label, found in grown]
        return np.arange(len(y)), [X for _, X in parts], [np.full(len(X), label) for label, X in parts]
    label, found = grown[0]
    other = next(one for one in np.unique(y) if one != label)
    return found.kept, [found.X_new], [np.where(found.y_new == 1, label, other)]


def _signature(name: str) -> Signature:
    """Return the parameters of a class of the library, as imbalanced-learn has them."""
    theirs = signature(loaded(name)).parameters.values()
    left_out = REPLACED | {"random_state"}
    own = [p for p in theirs if p.kind != p.VAR_KEYWORD and p.name not in left_out]
    seed = [] if name in DETERMINISTIC else [Parameter("random_state", Parameter.KEYWORD_ONLY, default=None)]
    return Signature(
        [
            Parameter("self", Parameter.POSITIONAL_OR_KEYWORD),
            Parameter("sampling_strategy", Parameter.KEYWORD_ONLY, default="auto"),
            *seed,
            *(p.replace(kind=Parameter.KEYWORD_ONLY) for p in own),
        ]
    )


def _constructor(name: str) -> Callable[..., None]:
    """Return an ``__init__`` that takes the parameters of a class of the library and keeps them."""
    known = _signature(name)

    def __init__(self: Any, *args: Any, **params: Any) -> None:  # noqa: N807 - it becomes that of a class
        try:
            bound = known.bind(self, *args, **params)
        except TypeError as error:
            there = ", ".join(list(known.parameters)[1:])
            raise TypeError(f"{name}: {error}. There are: {there}") from error
        bound.apply_defaults()
        BaseOverSampler.__init__(self, sampling_strategy=bound.arguments["sampling_strategy"])
        vars(self).update({key: value for key, value in bound.arguments.items() if key != "self"})

    __init__.__signature__ = known  # type: ignore[attr-defined]  # where `inspect` looks for it
    return __init__


@cache
def variant(name: str) -> type[Variant]:
    """Make the class for one of the library's, with its parameters and the text of its references."""
    library = loaded(name)
    explained = (library.__doc__ or "").strip()
    body = {
        "__init__": _constructor(name),
        "__module__": __name__,
        "__doc__": f"Resample with smote-variants' {name}.\n\n{explained}",
        "library": name,
        "removes_rows": REMOVES_ROWS.get(name, ""),
        "refused": REFUSED.get(name, ""),
        "makes_copies": library.cat_sample_copy in library.categories,
    }
    return type(name, (Variant,), body)


def __getattr__(name: str) -> type[Variant]:
    """Return the class of a sampler: ``samplers.MDO`` is made when it is first asked for."""
    if name not in NAMES:
        raise AttributeError(f"smote-variants has no sampler '{name}'; its names are in `names.NAMES`")
    return variant(name)
