"""A run in one Parquet file: a row a trial for people, and the rest of what a report is made from.

The rows are those of `bench export`, scores in full precision. What a report says besides (plan, audits,
sizes of splits, failures, versions) goes along in the metadata of the file, each frame as Parquet of its own,
so that types come back as they were. Scores are read from the rows alone: who changes them changes the
report.
"""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oversample_bench.analysis.results import DETECTED, PENDING, Results
from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words

KEY = b"oversample_bench"
VERSION = 1
KEYS = ["dataset", "ratio", "method", "classifier", "split", "seed", "status"]
"""The first columns of the rows, by which they are known to be those of the plan."""
FRAMES = ("plan", "scored", "uncomputed", "resamples", "splits", "runs")
SERIES = {"calibration": "bins", "decision_regions": "view"}


def write(results: Results, rows: pd.DataFrame, file: Path) -> None:
    """Write a run.

    Parameters
    ----------
    results : Results
        All of it.
    rows : DataFrame of shape (n_trials, ...)
        The planned trials that have an outcome, in the order of the plan, the scores in the last columns.
    file : Path
        Is made or replaced.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(rows, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), KEY: json.dumps(_rest(results)).encode()}
    with file.open("wb") as stream:  # by a name, pyarrow would remove what it cannot write to: a device, too
        pq.write_table(table.replace_schema_metadata(metadata), stream)


def _rest(results: Results) -> dict[str, Any]:
    frames = {name: getattr(results, name) for name in FRAMES}
    frames |= {name: getattr(results, name).to_frame(column) for name, column in SERIES.items()}
    return {
        "version": VERSION,
        "frames": {name: _packed(frame) for name, frame in frames.items()},
        "made_by": results.made_by,
        "run": results.run,
        "earlier_metrics": results.earlier_metrics,
        "tracebacks": list(results.tracebacks.items()),
        "state": results.state,
    }


def _packed(frame: pd.DataFrame) -> str:
    buffer = BytesIO()
    frame.to_parquet(buffer, engine="pyarrow", compression="zstd")
    return base64.b64encode(buffer.getvalue()).decode()


def _unpacked(text: str) -> pd.DataFrame:
    return pd.read_parquet(BytesIO(base64.b64decode(text)), engine="pyarrow")


def read(file: Path) -> Results:
    """Read a run that `write` has written.

    Raises
    ------
    UsageError
        When there is no such file, it is no Parquet, or holds nothing but rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not file.is_file():
        raise UsageError(f"There is no file '{file}'. Write one with `bench export DIR -o {file}`.")
    try:
        with in_words(file):
            table = pq.read_table(file)
    except pa.ArrowInvalid:
        raise UsageError(f"'{file}' is no Parquet file. Name one that `bench export` has written.") from None
    told = (table.schema.metadata or {}).get(KEY)
    if told is None:
        raise UsageError(
            f"'{file}' holds rows and nothing else that a report could be made from. Name a Parquet file "
            "as `bench export DIR -o trials.parquet` writes it."
        )
    try:
        return _results(table.to_pandas(), json.loads(told), file)
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise UsageError(
            f"'{file}' has been changed since it was written: what a report is made of cannot be read "
            f"({type(error).__name__}). Write it again with `bench export`."
        ) from error


def _results(rows: pd.DataFrame, told: dict[str, Any], file: Path) -> Results:
    if told["version"] > VERSION:
        raise UsageError(f"'{file}' was written by a newer oversample-bench. Upgrade it to read the file.")
    frames = {name: _unpacked(text) for name, text in told["frames"].items()}
    since = [name for name in DETECTED if name not in frames["resamples"]]  # a file of before these columns
    frames["resamples"] = frames["resamples"].assign(**dict.fromkeys(since, float("nan")))
    series = {name: frames.pop(name)[column] for name, column in SERIES.items()}
    done = frames["plan"].index[frames["plan"]["status"] != PENDING]
    metrics = list(told["run"]["metrics"])
    scores = _scores(rows, frames["plan"].loc[done], metrics, file)
    parts: dict[str, Any] = {**frames, **series}
    found = Results(
        **parts,
        scores=scores.reindex(frames["plan"].index).astype("float64"),
        made_by=tuple((tried, drawn, n) for tried, drawn, n in told["made_by"]),
        run=told["run"],
        earlier_metrics=tuple(told["earlier_metrics"]),
        tracebacks={int(at): text for at, text in told["tracebacks"]},
        state=told["state"],
    )
    return replace(found, scored=found.scored[metrics])


def _scores(rows: pd.DataFrame, done: pd.DataFrame, metrics: list[str], file: Path) -> pd.DataFrame:
    """Return the scores of the trials that are done, which the rows have to be, one by one."""
    same = (
        list(rows.columns[: len(KEYS)]) == KEYS
        and list(rows.columns[len(KEYS) :][-len(metrics) :]) == metrics
        and len(rows) == len(done)
        and (rows.iloc[:, : len(KEYS)].astype(str).to_numpy() == done[KEYS].astype(str).to_numpy()).all()
    )
    if not same:
        raise UsageError(
            f"The rows of '{file}' are not those that were exported: some are missing, in another order or "
            "of other trials, or a column is gone. Scores can be changed, and nothing else."
        )
    scores = rows.iloc[:, rows.shape[1] - len(metrics) :].set_axis(done.index)
    if np.isinf(scores.to_numpy(dtype="float64")).any():
        raise UsageError(f"'{file}' has an infinite score; leave a cell empty where there is none.")
    return scores
