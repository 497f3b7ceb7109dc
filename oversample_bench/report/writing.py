"""From frames to files: the report in its order, written whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd

from oversample_bench.errors import UsageError
from oversample_bench.report import (
    cards,
    coverage,
    differences,
    draws,
    export,
    failures,
    provenance,
    ranks,
    tables,
)
from oversample_bench.report.cells import cells
from oversample_bench.report.markdown import escaped
from oversample_bench.report.results import Results, read

UNSAFE = re.compile(r"[^\w.-]+")
TAKEN = ("draws", "failures")
PREFIXES = ("ranks_", "differences_")
SUFFIXES = (".csv", ".parquet")


def write_report(folder: Path) -> Path:
    """Write ``report.md`` and ``tables/*.csv`` from the store of ``folder``."""
    results = read(folder)
    found = {metric: cells(results, metric) for metric in results.metrics}
    frames = _frames(results, found)
    path = folder / "report.md"
    text = _document(results, found)
    for name, frame in frames.items():
        _replace(folder / "tables" / f"{name}.csv", partial(_to_csv, frame))
    for name in _table_names(results.earlier_metrics) - frames.keys():
        (folder / "tables" / f"{name}.csv").unlink(missing_ok=True)
    _replace(path, lambda file: file.write_text(text, encoding="utf-8", newline="\n"))
    return path


def write_export(folder: Path, target: Path) -> int:
    """Write the trials of ``folder`` to ``target`` and return their number."""
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            f"'{target}' is neither CSV nor Parquet: its name ends in '{suffix}'. "
            "Choose a name that ends in .csv or .parquet."
        )
    frame = export.trials(read(folder))
    if suffix == ".csv":
        _replace(target, lambda file: _to_csv(frame, file))
    else:
        _replace(target, lambda file: frame.to_parquet(file, engine="pyarrow", index=False))
    return len(frame)


def _document(results: Results, found: Mapping[str, pd.DataFrame]) -> str:
    scores = [part for item in found.items() for part in _scores(results, *item)]
    parts = [
        f"# {escaped(results.title)}",
        _summary(results),
        coverage.section(results),
        *scores,
        draws.section(results),
        failures.section(results),
        cards.section(results),
        provenance.section(results),
    ]
    return "\n\n".join(parts) + "\n"


def _scores(results: Results, metric: str, found: pd.DataFrame) -> list[str]:
    parts = [tables.section(results, metric, found), ranks.section(results, metric, found)]
    if differences.focused(results):
        parts.append(differences.section(results, metric))
    return parts


def _summary(results: Results) -> str:
    counts = {name: len(results.names(name)) for name in ("method", "classifier", "split", "seed")}
    told = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items()]
    sets, ratios = len(results.names("dataset")), ", ".join(results.names("ratio"))
    return escaped(
        f"{told[0]} and {told[1]} on {sets} data set{'' if sets == 1 else 's'} at ratio {ratios}; {told[2]}, "
        f"{told[3]}; scored by {', '.join(results.metrics)}."
    )


def _frames(results: Results, found: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    frames = {"draws": draws.csv(results), "failures": failures.frame(results)}
    for metric, name in _file_names(results.metrics).items():
        frames[name] = tables.csv(found[metric])
        frames[f"ranks_{name}"] = ranks.frame(results, metric, found[metric])
        if differences.focused(results):
            frames[f"differences_{name}"] = differences.frame(results, metric)
    return frames


def _table_names(metrics: Iterable[str]) -> set[str]:
    """Return the names of the tables of metrics that this folder's earlier runs had."""
    return {f"{prefix}{file}" for file in _file_names(metrics).values() for prefix in ("", *PREFIXES)}


def _file_names(metrics: Iterable[str]) -> dict[str, str]:
    """Return a file name for each metric, whatever characters it has; no two are the same."""
    names: dict[str, str] = {}
    for metric in metrics:
        name = UNSAFE.sub("_", metric).strip(".") or "metric"
        while name in (*TAKEN, *names.values()) or name.startswith(PREFIXES):
            name = f"metric_{name}"
        names[metric] = name
    return names


def _to_csv(frame: pd.DataFrame, file: Path) -> None:
    frame.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file beside ``path``, then put it in its place: no reader meets half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):  # the sentence above has told what is wrong
            beside.unlink(missing_ok=True)
