"""Compares methods on arrays or a frame, with estimators as they are: no suite, no plugin, no folder.

Makes a suite of what it is given and runs it, so that protocol, audit and statistics are those of
`bench run`. The rows are written to a temporary file first, and so read like any table: what would be asked
about there (an identifier, dates) is asked about here.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from oversample_bench.core.errors import UsageError, first_line, listed, nearest
from oversample_bench.execution.driver import carried_out
from oversample_bench.execution.run_result import Options, Result
from oversample_bench.plugins.given_objects import named
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.plugins.validation import metrics_given
from oversample_bench.suite.complaints import problems
from oversample_bench.suite.model import Suite
from oversample_bench.suite.source import YamlText

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

TARGET = "class"
METHODS = ("none", "class_weight", "threshold", "smote")
CLASSIFIERS = ("logistic_regression", "random_forest")
FIELDS = ("protocol", "limits", "report", "costs", "name")
"""Of a suite, which `compare` takes as they are."""


def compare(  # noqa: PLR0913 - what a suite says, as keywords
    X: npt.ArrayLike | pd.DataFrame,
    y: npt.ArrayLike | pd.Series[Any],
    *,
    methods: Sequence[object] = METHODS,
    classifiers: Sequence[object] = CLASSIFIERS,
    metrics: Sequence[str] = ("mcc", "f1_macro"),
    minority: object = None,
    ratios: Sequence[float | str] = ("natural",),
    splits: int = 10,
    seeds: int = 1,
    control: str = "",
    ignore: Sequence[str] = (),
    numeric: Sequence[str] = (),
    categorical: Sequence[str] = (),
    missing: Sequence[str | float] = (),
    options: Options | None = None,
    **more: Any,
) -> Result:
    """Compare methods for rare classes on rows of your own.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, n_features)
        Numbers; in a frame also texts and categories, which are encoded one-hot on training rows. Missing
        values are imputed.
    y : array-like or Series of shape (n_rows,)
        Labels of two classes, or of more where ``minority`` is given.
    methods : sequence of str or object
        Registered names, or samplers with ``fit_resample``. Default: none, class_weight,
        threshold and smote.
    classifiers : sequence of str or object
        Registered names, or classifiers with ``fit`` and ``predict``. Default: logistic regression and a
        random forest.
    metrics : sequence of str, default=("mcc", "f1_macro")
        Registered names; the first is the one that the answer is about.
    minority : label, optional
        The class in question, against all others; the rarer of two classes.
    ratios : sequence of float or "natural", default=("natural",)
        Minority : majority among the training rows.
    splits : int, default=10
        How many different splits into training and test rows.
    seeds : int, default=1
        How many seeds on each split.
    control : str, default=""
        The label of the method that the others are compared with; ``none``, or the first.
    ignore, numeric, categorical : sequence of str, default=()
        Columns of a frame to leave out, and to read as numbers or categories whatever they look like.
    missing : sequence of str or float, default=()
        What marks a missing value of a frame, beside NaN and None.
    options : Options, optional
        Where to run. Default: in this process.
    **more
        Further fields of a `Suite`: ``protocol``, ``limits``, ``report``, ``costs``, ``name``.

    Returns
    -------
    Result
        Kept as long as you keep it; `Result.write_report` writes it to a folder. Its ``notices`` say which
        columns were left out.

    Raises
    ------
    UsageError
        When the rows, a name or an object cannot be used.
    TypeError
        For an argument that is none of these.
    """
    _known_arguments(more)
    method_names, samplers = named(methods, "oversampler")
    classifier_names, learners = named(classifiers, "classifier")
    told = _given(ignore=ignore, numeric=numeric, categorical=categorical, missing=missing)
    if minority is not None:
        told["minority"] = str(minority)
    fields = {
        "name": "comparison", "allow_no_baseline": True, **_with_control(more, control),
        "metrics": list(metrics), "methods": method_names, "classifiers": classifier_names,
        "ratios": list(ratios), "splits": splits, "seeds": seeds,
    }  # fmt: skip
    with TemporaryDirectory(prefix="oversample-bench-rows-") as folder:
        path = str(_written(X, _labels(y, minority), Path(folder)))
        suite = _suite({**fields, "data": [{"path": path, "target": TARGET, "label": "your data", **told}]})
        registry = load_registry(given=[*samplers, *learners, *metrics_given(suite)])
        return _carried_out(suite, registry, options or Options(runner="serial"))


def _carried_out(suite: Suite, registry: Registry, options: Options) -> Result:
    """Run the suite; what is said of its file is said of the rows that were given."""
    try:
        done = carried_out(suite, registry, options=options)
    except UsageError as error:
        raise UsageError(_as_keywords(str(error))) from None
    return replace(done, notices=(*done.notices, *map(_as_keywords, _left_out(done))))


def _with_control(more: dict[str, Any], control: str) -> dict[str, Any]:
    return {**more, "report": {**more.get("report", {}), "control": control}} if control else more


def _known_arguments(more: Mapping[str, object]) -> None:
    known = [*inspect.signature(compare).parameters][:-1] + list(FIELDS)
    for name in more:
        if name not in FIELDS:
            raise TypeError(
                f"compare() has no argument '{name}'.{nearest(name, known)} It has: {listed(known, most=30)}."
            )


def _given(**columns: Sequence[str | float]) -> dict[str, Any]:
    """Return the fields of a file that say something."""
    return {name: list(values) for name, values in columns.items() if len(values)}


def _as_keywords(sentence: str) -> str:
    """Return what is said of the rows' file and of the fields of a suite as in a call: ``ignore=["id"]``."""
    said = re.sub(r"data\[0\]: the data set '[^']*': '[^']*': ", "X: ", sentence)
    return re.sub(r"`(ignore|numeric|categorical|missing): (\[[^`]*\])`", _as_keyword, said)


def _as_keyword(field: re.Match[str]) -> str:
    from ruamel.yaml import YAML

    names = list(YAML(typ="safe").load(field[2]))
    return f"`{field[1]}={json.dumps(names, ensure_ascii=False)}`"


def _left_out(done: Result) -> list[str]:
    from oversample_bench.analysis.results import read
    from oversample_bench.report.dataset_tables import left_out

    return left_out(read(done.folder))


def _suite(fields: dict[str, Any]) -> Suite:
    try:
        return Suite(**fields)
    except ValidationError as error:
        told = [problem.sentence for problem in problems(error, YamlText())]
        raise UsageError("\n".join(told)) from None


def _labels(y: Any, minority: object) -> npt.NDArray[Any]:
    """Return one label a row; of more than two classes all but the one in question become one."""
    import numpy as np

    labels = np.asarray(y)
    if labels.ndim != 1:
        raise UsageError(f"y has the shape {labels.shape}; expected one label a row")
    known = list(dict.fromkeys(map(str, labels.tolist())))
    if minority is None or len(known) <= 2:
        return labels
    if str(minority) not in known:
        raise UsageError(f"y has no label {minority!r}. It has: {listed(known, most=20)}.")
    return np.where(labels.astype(str) == str(minority), str(minority), f"not {minority}")


def _written(X: Any, labels: npt.NDArray[Any], folder: Path) -> Path:
    """Write rows and labels as a table, a frame with its names and types, and return where."""
    import numpy as np

    if len(labels) != len(X):
        raise UsageError(f"X has {len(X):,} rows and y {len(labels):,} labels; expected one label a row")
    if hasattr(X, "columns"):
        return _written_frame(X, labels, folder)
    rows = np.asarray(X)
    if rows.ndim != 2 or rows.dtype.kind not in "biuf":
        raise UsageError(
            f"X is an array of shape {rows.shape} and type {rows.dtype}; expected rows and columns of "
            "numbers, or a DataFrame, which may have texts and categories as well"
        )
    path = folder / "rows.npz"
    np.savez(
        path,
        X=rows,
        allow_pickle=False,
        **{TARGET: labels.astype(str) if labels.dtype.kind == "O" else labels},
    )
    return path


def _written_frame(X: pd.DataFrame, labels: npt.NDArray[Any], folder: Path) -> Path:
    target = str(TARGET)
    if target in map(str, X.columns):
        raise UsageError(f"X has a column '{target}'; rename it, or leave it out if it is the label")
    path = folder / "rows.parquet"
    frame = X.rename(columns=str).assign(**{target: labels}).reset_index(drop=True)
    try:
        frame.to_parquet(path)
    except Exception as error:  # of pyarrow, which has many
        raise UsageError(f"X cannot be written as a table: {first_line(error)}") from error
    return path
