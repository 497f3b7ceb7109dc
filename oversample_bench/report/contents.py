"""What a report says, worked out once: for Markdown, HTML, CSV and LaTeX alike.

Knows which parts there are and in which order; what they say is their own business. Writes no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from oversample_bench.report import (
    calibration,
    cards,
    claims,
    comparisons,
    coverage,
    differences,
    draws,
    duels,
    failures,
    findings,
    latex,
    provenance,
    published,
    ranks,
    significance,
    tables,
    transcription,
)
from oversample_bench.report.cells import cells
from oversample_bench.report.markdown import bullets, escaped
from oversample_bench.report.results import Results

if TYPE_CHECKING:
    from oversample_bench.report.figures import Gallery

UNSAFE = re.compile(r"[^\w.-]+")
TAKEN = ("draws", "failures", "calibration", "published", "claims", "tables")
PREFIXES = ("ranks_", "comparisons_", "duels_", "differences_", "scores_")


@dataclass(frozen=True, eq=False)
class Contents:
    """The parts of a report that are the same in each of its forms.

    Parameters
    ----------
    results : Results
        The store.
    found : dict of str to DataFrame
        The judged cells of each metric.
    compared : dict of str to DataFrame
        The comparisons over data sets, by metric.
    more : dict of str to list of str
        Sections as Markdown that follow the ranks of a metric; those under "" are of no metric.
    frames : dict of str to DataFrame
        The tables in full precision, by the stem of their files.
    """

    results: Results
    found: dict[str, pd.DataFrame]
    compared: dict[str, pd.DataFrame]
    more: dict[str, list[str]]
    frames: dict[str, pd.DataFrame]

    @property
    def files(self) -> dict[str, str]:
        """A name for each metric that a file can have."""
        return file_names(self.results.metrics)

    def latex(self) -> dict[str, str]:
        """Return the tables as LaTeX, by the stem of their files."""
        return latex.documents(self.results, self.found, self.files, self.compared)

    def markdown(self, gallery: Gallery | None) -> str:
        """Return the report as Markdown, with links to its figures where there are some."""
        parts = [
            f"# {escaped(self.results.title)}",
            _summary(self.results),
            coverage.section(self.results),
            *(part for metric in self.found for part in self._metric(metric, gallery)),
            *self.more[""],
            _figures(gallery, ""),
            _absent(gallery),
            *(part.section(self.results) for part in (draws, failures, cards, provenance)),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _metric(self, metric: str, gallery: Gallery | None) -> list[str]:
        found = self.found[metric]
        parts = [
            tables.section(self.results, metric, found),
            _figures(gallery, self.files[metric]),
            ranks.section(self.results, metric, found),
            *self.more[metric],
        ]
        if differences.focused(self.results):
            parts.append(differences.section(self.results, metric))
        return parts


def contents(results: Results) -> Contents:
    """Work out what the report of ``results`` says."""
    made = Contents(results, {}, {}, {"": _sections(results)}, _frames(results))
    for metric, file in made.files.items():
        found = significance.frame(results, metric, cells(results, metric))
        compared = comparisons.frame(results, metric, found)
        counted = duels.frame(results, metric, found)
        made.found[metric], made.compared[metric] = found, compared
        said = [findings.section(results, metric, compared), duels.section(results, metric, counted)]
        made.more[metric] = [part for part in said if part]
        made.frames[file] = tables.csv(found)
        made.frames[f"ranks_{file}"] = ranks.frame(results, metric, found)
        if len(results.names("method")) > 1:
            made.frames.update({f"comparisons_{file}": compared, f"duels_{file}": counted})
        if differences.focused(results):
            made.frames[f"differences_{file}"] = differences.frame(results, metric)
    return made


def _sections(results: Results) -> list[str]:
    told = [calibration.section(results)]
    if transcription.asked(results):
        told += [published.section(results), claims.section(results)]
    return [part for part in told if part]


def _frames(results: Results) -> dict[str, pd.DataFrame]:
    frames = {"draws": draws.csv(results), "failures": failures.frame(results)}
    if not results.calibration.empty:
        frames["calibration"] = calibration.frame(results)
    if transcription.asked(results):
        frames |= {"published": published.frame(results), "claims": claims.frame(results)}
    return frames


def _summary(results: Results) -> str:
    counts = {name: len(results.names(name)) for name in ("method", "classifier", "split", "seed")}
    told = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items()]
    sets, ratios = len(results.names("dataset")), ", ".join(results.names("ratio"))
    return escaped(
        f"{told[0]} and {told[1]} on {sets} data set{'' if sets == 1 else 's'} at ratio {ratios}; {told[2]}, "
        f"{told[3]}; scored by {', '.join(results.metrics)}."
    )


def _figures(gallery: Gallery | None, file: str) -> str:
    """Return the figures of one metric, or those of none, as Markdown."""
    if gallery is None:
        return ""
    own = gallery.of(file)
    return "\n\n".join(
        f"![{escaped(drawing.title)}](figures/{stem}.png)\n\n*{escaped(drawing.caption)}*"
        for stem, drawing in own.items()
    )


def _absent(gallery: Gallery | None) -> str:
    if gallery is None or not gallery.absent:
        return ""
    lines = [f"{escaped(stem)}: {escaped(absent.reason)}" for stem, absent in gallery.absent.items()]
    return "## Figures that are not here\n\n" + bullets(lines)


def file_names(metrics: Iterable[str]) -> dict[str, str]:
    """Return a file name for each metric, whatever characters it has; no two are the same."""
    names: dict[str, str] = {}
    for metric in metrics:
        name = UNSAFE.sub("_", metric).strip(".") or "metric"
        while name in (*TAKEN, *names.values()) or name.startswith(PREFIXES):
            name = f"metric_{name}"
        names[metric] = name
    return names


def table_names(metrics: Iterable[str]) -> set[str]:
    """Return the stems that tables of these metrics can have, and those of tables of no metric."""
    of_metrics = {f"{prefix}{file}" for file in file_names(metrics).values() for prefix in ("", *PREFIXES)}
    return {*of_metrics, *TAKEN}
