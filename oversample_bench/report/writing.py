"""From contents to files: each is written whole or not at all, and none outlives what it was made from.

The small ones come first: where the disk is nearly full, the tables are there and the page is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import pandas as pd

from oversample_bench.analysis.results import read
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words
from oversample_bench.report import export, report_state
from oversample_bench.report.contents import Contents, contents, table_names
from oversample_bench.report.figures import OURS, Gallery, drawn

SUFFIXES = (".csv", ".parquet")


def write_report(folder: Path, *, figures: bool = True) -> Path:
    """Write ``report.md``, ``report.html``, ``tables`` and ``figures`` from the store of ``folder``."""
    results = read(folder)
    made = contents(results)
    gallery = drawn(results, made.found, made.files) if figures else None
    text = made.markdown(gallery)
    report_state.forget(folder)
    written = {_replace(folder / "report.md", partial(_to_text, text))}
    written |= {*_write_tables(folder / "tables", made), *_write_figures(folder / "figures", gallery)}
    written |= {_replace(folder / "report.html", partial(_to_text, _page(made)))}
    _remove(_outlived(folder, results.earlier_metrics), but=written)
    report_state.remember(folder, results.state, written, figures=figures)
    return folder / "report.md"


def _page(made: Contents) -> str:
    from oversample_bench.report.html import document

    return document(made)


def _write_tables(folder: Path, made: Contents) -> Iterable[Path]:
    for stem, frame in made.frames.items():
        yield _replace(folder / f"{stem}.csv", partial(_to_csv, frame))
    for stem, text in made.latex().items():
        yield _replace(folder / f"{stem}.tex", partial(_to_text, text))


def _write_figures(folder: Path, gallery: Gallery | None) -> Iterable[Path]:
    """Draw one figure after the other: only one is in memory."""
    for stem, drawing in gallery.drawings.items() if gallery else ():
        for suffix, image in drawing.images().items():
            yield _replace(folder / f"{stem}.{suffix}", partial(_to_bytes, image))


def _outlived(folder: Path, metrics: Iterable[str]) -> Iterable[Path]:
    """Return what an earlier report may have left: tables of its metrics, and figures."""
    yield from (
        folder / "tables" / f"{stem}{kind}" for stem in table_names(metrics) for kind in (".csv", ".tex")
    )
    yield from (path for path in (folder / "figures").glob("*") if OURS.fullmatch(path.name))


def _remove(paths: Iterable[Path], but: set[Path]) -> None:
    for path in paths:
        if path not in but:
            path.unlink(missing_ok=True)


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
        _replace(target, partial(_to_csv, frame))
    else:
        _replace(target, lambda file: frame.to_parquet(file, engine="pyarrow", index=False))
    return len(frame)


def _to_csv(frame: pd.DataFrame, file: Path) -> None:
    frame.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def _to_text(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _to_bytes(content: bytes, file: Path) -> None:
    file.write_bytes(content)


def _replace(path: Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` make the file."""
    with in_words(path), replacement(path) as beside:
        write(beside)
    return path
