"""Makes the matrices of a split: encode, impute and scale, each fitted on the training rows.

Test and withheld rows go through the very transformer that the training rows went through.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from oversample_bench.api import Dataset
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import SplitSpec
from oversample_bench.datasets.classes import two_classes
from oversample_bench.evaluation.corruption import mislabelled, with_gaps
from oversample_bench.evaluation.mixed_tables import OTHER, Columns
from oversample_bench.evaluation.split import thin

Array = npt.NDArray[np.float64]
Groups: TypeAlias = tuple[tuple[int, ...], ...]
"""Of one-hot columns: those that one categorical column became, by their positions."""
MAX_CATEGORIES = 100
"""Categories beyond the most frequent ones of a column share one column."""


@dataclass(frozen=True, eq=False)
class Split:
    """Training, test and withheld rows, ready for methods and classifiers; all arrays are read-only.

    Attributes
    ----------
    X, X_test, X_withheld : ndarray of shape (n, n_features)
        Encoded, imputed and scaled.
    y, y_test : ndarray of shape (n,)
        1 for the minority, 0 for the majority. All withheld rows are of the minority.
    n_encoded : int
        Categorical columns that became one-hot columns.
    n_imputed : int
        Cells that were missing.
    one_hot : tuple of tuple of int, default=()
        The columns of ``X`` that each categorical column became: 1 in one of them and 0 in the others.
    n_of_class : (int, int), default=(0, 0)
        Training rows of the majority and of the minority, whatever their labels say.
    columns : Columns
        What the columns of ``X`` were before they were encoded.
    """

    X: Array
    y: npt.NDArray[np.int64]
    X_test: Array
    y_test: npt.NDArray[np.int64]
    X_withheld: Array
    n_encoded: int
    n_imputed: int
    one_hot: Groups = ()
    n_of_class: tuple[int, int] = (0, 0)
    columns: Columns = field(default_factory=lambda: Columns(()))

    def __post_init__(self) -> None:
        for name in ("X", "y", "X_test", "y_test", "X_withheld"):
            array = getattr(self, name)
            array.setflags(write=False)
            object.__setattr__(self, name, array[:])  # of a view, nobody can make it writable again


def prepare(dataset: Dataset, spec: SplitSpec) -> Split:
    """Return the matrices of one split of ``dataset``.

    Raises
    ------
    UsageError, Skip
        As `two_classes` and `thin` raise them; or when values are too large to be scaled.
    """
    classes = two_classes(dataset, spec.data)
    rows = thin(classes.y, spec)
    raw = [_raw(dataset, classes.rows[part]) for part in (rows.train, rows.test, rows.withheld)]
    raw[:2] = [with_gaps(raw[0], "train", spec), with_gaps(raw[1], "test", spec)]
    y = classes.y[rows.train]
    n_imputed = sum(int(np.isnan(part).sum()) for part in raw)
    transformer = _transformer(dataset, spec.protocol.scale, missing=n_imputed > 0).fit(raw[0])
    train = np.ascontiguousarray(transformer.transform(raw[0]))
    test, withheld = (
        np.ascontiguousarray(transformer.transform(part)) if len(part) else train[:0].copy()
        for part in raw[1:]
    )
    if not all(np.isfinite(part).all() for part in (train, test, withheld)):
        largest = np.nanmax(np.abs(np.concatenate(raw)))
        raise UsageError(
            f"features up to {largest:.3g} are too large for `scale: {spec.protocol.scale}`; divide them by "
            "a constant, or use `scale: none`"
        )
    return Split(
        X=train,
        y=mislabelled(y, spec),
        X_test=test,
        y_test=classes.y[rows.test],
        X_withheld=withheld,
        n_encoded=len(dataset.categories),
        n_imputed=n_imputed,
        one_hot=_one_hot(transformer, train.shape[1]) if dataset.categories else (),
        n_of_class=(int((y == 0).sum()), int((y == 1).sum())),
        columns=_columns(dataset, transformer),
    )


def encoded_rows(dataset: Dataset, rows: npt.NDArray[np.intp]) -> Array:
    """Return some rows encoded, imputed and scaled by themselves: to look at a table, not to judge by it."""
    raw = _raw(dataset, rows)
    missing = bool(np.isnan(raw).any())
    return np.asarray(_transformer(dataset, "standard", missing=missing).fit_transform(raw))


def _one_hot(transformer: Any, n_columns: int) -> Groups:
    """Return the columns of each categorical column: they stand last."""
    encoder = transformer.named_transformers_["encoded"][-1]
    rare = getattr(encoder, "infrequent_categories_", [None] * len(encoder.categories_))
    sizes = [
        len(names) - (0 if few is None else len(few) - 1)
        for names, few in zip(encoder.categories_, rare, strict=True)
    ]
    ends = n_columns - sum(sizes) + np.cumsum(sizes)
    return tuple(tuple(range(end - size, end)) for size, end in zip(sizes, ends.tolist(), strict=True))


def _columns(dataset: Dataset, transformer: Any) -> Columns:
    """Return names of columns and categories, in the order in which they were encoded."""
    names = dataset.feature_names or tuple(f"x{column}" for column in range(dataset.X.shape[1]))
    numbers = tuple(str(name) for column, name in enumerate(names) if column not in dataset.categories)
    if not dataset.categories:
        return Columns(numbers)
    encoder = transformer.named_transformers_["encoded"][-1]
    rare = getattr(encoder, "infrequent_categories_", [None] * len(encoder.categories_))
    found = []
    for column, codes, few in zip(sorted(dataset.categories), encoder.categories_, rare, strict=True):
        own = dataset.categories[column]
        kept = [str(own[int(code)]) for code in codes if few is None or code not in few]
        found.append((str(names[column]), (*kept, *([] if few is None else [OTHER]))))
    return Columns(numbers, tuple(found))


def _raw(dataset: Dataset, rows: npt.NDArray[np.intp]) -> Array:
    return np.asarray(dataset.X[rows], dtype=np.float64)


def _transformer(dataset: Dataset, scale: str, *, missing: bool) -> Any:
    """Return the unfitted transformer: numeric columns first, then the one-hot columns."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    median = [SimpleImputer(strategy="median", keep_empty_features=True)] if missing else []
    numeric = make_pipeline(*median, _scaler(scale))
    if not dataset.categories:  # the same numbers as below, in a fraction of the time
        return numeric
    frequent = SimpleImputer(strategy="most_frequent", keep_empty_features=True)
    encoder = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=MAX_CATEGORIES, sparse_output=False
    )
    encoded = sorted(dataset.categories)
    others = [column for column in range(dataset.X.shape[1]) if column not in dataset.categories]
    blocks = [("numeric", numeric, others), ("encoded", make_pipeline(frequent, encoder), encoded)]
    return ColumnTransformer([block for block in blocks if block[2]], sparse_threshold=0)


def _scaler(scale: str) -> Any:
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    scalers = {"standard": StandardScaler, "minmax": MinMaxScaler}
    return scalers[scale]() if scale in scalers else "passthrough"
