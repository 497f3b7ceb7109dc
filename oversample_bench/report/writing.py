"""From contents to files: each is written whole or not at all, and none outlives what it was made from.

The small ones come first: where the disk is nearly full, the tables are there and the page is not. A figure
whose specification is that of the files that lie there is not drawn again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from oversample_bench.analysis import results_file
from oversample_bench.analysis.results import read
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError
from oversample_bench.core.refusals import in_words
from oversample_bench.report import export, markdown_report, report_state
from oversample_bench.report.contents import Contents, contents
from oversample_bench.report.figures import OURS, Gallery, gallery, images
from oversample_bench.report.figures.charts import FORMATS
from oversample_bench.report.writers import csv_files, latex

SUFFIXES = (".csv", ".parquet")
DRAWN = ".drawn.json"
"""What the figures of a folder were drawn from: a hash of each specification."""
TABLES = re.compile(
    r"(scores|sets|comparisons|ranks|pipelines|pairs|curves|curve_differences|costs|differences)_.*"
    r"|resamples|failures|calibration|published|claims|tables|summary|appendix|synthetic|detection"
)
"""The stems that tables can have, or could have in earlier versions."""

Progress = Callable[[str], object]


def write_report(
    folder: Path,
    *,
    figures: bool = True,
    progress: Progress = str,
    metrics: Mapping[str, bool] | None = None,
    source: Path | None = None,
) -> Path:
    """Write ``report.md``, ``report.html``, ``tables`` and ``figures``, from the store or from a file."""
    progress("reading the results")
    results = results_file.read(source) if source else read(folder, metrics)
    progress("working out the tables")
    made = contents(results)
    hung = gallery(results, made.told, made.files) if figures else None
    text = markdown_report.text(made, hung)
    report_state.forget(folder)
    written = {_replace(folder / "report.md", partial(_to_text, text))}
    written |= {*_write_tables(folder / "tables", made), *_write_figures(folder / "figures", hung, progress)}
    progress("writing the page")
    written |= {_replace(folder / "report.html", partial(_to_text, _page(made, hung)))}
    _remove(_outlived(folder, results.earlier_metrics), but=written)
    if metrics is None:  # other metrics than the suite's are for now: the next run writes its own report
        report_state.remember(folder, results.state, written, figures=figures)
    return folder / "report.md"


def _page(made: Contents, hung: Gallery | None) -> str:
    from oversample_bench.report.html import document

    return document(made, hung)


def _write_tables(folder: Path, made: Contents) -> Iterator[Path]:
    for stem, frame in made.frames.items():
        yield _replace(folder / f"{stem}.csv", partial(csv_files.write, frame))
    for stem, text in latex.documents(made.summary, made.tables).items():
        yield _replace(folder / f"{stem}.tex", partial(_to_text, text))


def _write_figures(folder: Path, hung: Gallery | None, progress: Progress) -> Iterator[Path]:
    """Draw one figure after the other, less those that lie there already."""
    if hung is None:
        return
    known, made = _known(folder), {}
    for at, (stem, drawn) in enumerate(hung.drawn.items(), 1):
        progress(f"drawing figure {at} of {len(hung.drawn)}")
        paths = {suffix: folder / f"{stem}.{suffix}" for suffix in FORMATS}
        made[stem] = hashlib.sha256(json.dumps(drawn.spec, sort_keys=True, default=str).encode()).hexdigest()
        if known.get(stem) != made[stem] or not all(path.is_file() for path in paths.values()):
            for suffix, image in images(drawn.spec).items():
                _replace(paths[suffix], partial(_to_bytes, image))
        yield from paths.values()
    text = json.dumps(made, indent=1) + "\n"
    yield _replace(folder / DRAWN, partial(_to_text, text))


def _known(folder: Path) -> dict[str, str]:
    try:
        told = json.loads((folder / DRAWN).read_text(encoding="utf-8"))
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError):  # there is none, or it is damaged: all are drawn
        return {}


def _outlived(folder: Path, metrics: Iterable[str]) -> Iterator[Path]:
    """Return what an earlier report may have left: tables of its metrics, and figures."""
    names = {*metrics}
    for path in (folder / "tables").glob("*"):
        if path.suffix in {".csv", ".tex"} and (TABLES.fullmatch(path.stem) or path.stem in names):
            yield path
    figures = (folder / "figures").glob("*")
    yield from (path for path in figures if OURS.fullmatch(path.name) or path.name == DRAWN)


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
    results = read(folder)
    frame = export.trials(results)
    if suffix == ".csv":
        _replace(target, partial(csv_files.write, frame))
    else:
        _replace(target, partial(results_file.write, results, frame))
    return len(frame)


def _to_text(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _to_bytes(content: bytes, file: Path) -> None:
    file.write_bytes(content)


def _replace(path: Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` make the file."""
    with in_words(path), replacement(path) as beside:
        write(beside)
    return path
