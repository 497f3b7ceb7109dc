"""What a report says, worked out once: for Markdown, HTML, CSV and LaTeX alike.

Knows which parts there are and in which order; what they say is their own business. Writes no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from oversample_bench.analysis import (
    claims,
    environments,
    failures,
    paired_differences,
    published_comparison,
    published_tables,
    reliability,
)
from oversample_bench.analysis.evidence import Evidence, evidence
from oversample_bench.analysis.results import Results
from oversample_bench.core.errors import counted
from oversample_bench.report import (
    calibration_section,
    claims_section,
    coverage,
    dataset_cards,
    differences_section,
    failures_section,
    findings,
    latex,
    pairs_section,
    provenance,
    published_section,
    ranks_section,
    resample_tables,
    score_tables,
)
from oversample_bench.report.markdown import bullets, escaped

if TYPE_CHECKING:
    from oversample_bench.report.figures import Gallery

UNSAFE = re.compile(r"[^\w.-]+")
TAKEN = ("resamples", "failures", "calibration", "published", "claims", "tables")
PREFIXES = ("ranks_", "comparisons_", "pairs_", "differences_", "scores_")


@dataclass(frozen=True, eq=False)
class Contents:
    """The parts of a report that are the same in each of its forms.

    Parameters
    ----------
    results : Results
        The store.
    told : dict of str to Evidence
        What is worked out of each metric.
    sections : dict of str to list of str
        Sections as Markdown that follow the scores of a metric; those under "" are of no metric.
    last : list of str
        Sections as Markdown that every report ends with.
    frames : dict of str to DataFrame
        The tables in full precision, by the stem of their files.
    """

    results: Results
    told: dict[str, Evidence]
    sections: dict[str, list[str]]
    last: list[str]
    frames: dict[str, pd.DataFrame]

    @property
    def files(self) -> dict[str, str]:
        """A name for each metric that a file can have."""
        return file_names(self.results.metrics)

    @property
    def found(self) -> dict[str, pd.DataFrame]:
        """The judged cells of each metric."""
        return {metric: own.found for metric, own in self.told.items()}

    def latex(self) -> dict[str, str]:
        """Return the tables as LaTeX, by the stem of their files."""
        return latex.documents(self.results, self.told, self.files)

    def markdown(self, gallery: Gallery | None) -> str:
        """Return the report as Markdown, with links to its figures where there are some."""
        parts = [
            f"# {escaped(self.results.title)}",
            _summary(self.results),
            _caution(environments.caution(self.results)),
            coverage.section(self.results),
            *(part for metric in self.told for part in self._metric(metric, gallery)),
            *self.sections[""],
            _figures(gallery, ""),
            _absent(gallery),
            *self.last,
        ]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _metric(self, metric: str, gallery: Gallery | None) -> list[str]:
        return [
            score_tables.section(self.results, metric, self.told[metric].found),
            _figures(gallery, self.files[metric]),
            *self.sections[metric],
        ]


def contents(results: Results) -> Contents:
    """Work out what the report of ``results`` says."""
    frames = _frames(results)
    last = [part.section(results) for part in (resample_tables, failures_section, dataset_cards, provenance)]
    made = Contents(results, {}, {"": _sections(results, frames)}, last, frames)
    for metric, file in made.files.items():
        own = made.told[metric] = evidence(results, metric)
        made.sections[metric] = _sections_of(results, metric, own)
        frames |= _frames_of(results, file, own)
    return made


def _sections(results: Results, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    told = [calibration_section.section(results, frames["calibration"])] if "calibration" in frames else []
    if published_tables.asked(results):
        told += [published_section.section(results), claims_section.section(results)]
    return [part for part in told if part]


def _frames(results: Results) -> dict[str, pd.DataFrame]:
    frames = {"resamples": resample_tables.csv(results), "failures": failures.frame(results)}
    if not results.calibration.empty:
        frames["calibration"] = reliability.frame(results)
    if published_tables.asked(results):
        frames |= {"published": published_comparison.frame(results), "claims": claims.frame(results)}
    return frames


def _sections_of(results: Results, metric: str, own: Evidence) -> list[str]:
    told = [
        ranks_section.section(results, metric, own.found, own.ranked),
        findings.section(results, metric, own.compared),
        pairs_section.section(results, metric, own.counted),
    ]
    if paired_differences.focused(results):
        told.append(differences_section.section(results, metric, own.differing))
    return [part for part in told if part]


def _frames_of(results: Results, file: str, own: Evidence) -> dict[str, pd.DataFrame]:
    frames = {file: score_tables.csv(own.found), f"ranks_{file}": own.ranked}
    if len(results.names("method")) > 1:
        frames |= {f"comparisons_{file}": own.compared, f"pairs_{file}": own.counted}
    if paired_differences.focused(results):
        frames[f"differences_{file}"] = own.differing
    return frames


def _summary(results: Results) -> str:
    counts = {name: len(results.names(name)) for name in ("method", "classifier", "split", "seed")}
    told = [counted(count, name) for name, count in counts.items()]
    sets, ratios = len(results.names("dataset")), ", ".join(results.names("ratio"))
    return escaped(
        f"{told[0]} and {told[1]} on {counted(sets, 'data set')} at ratio {ratios}; {told[2]}, "
        f"{told[3]}; scored by {', '.join(results.metrics)}."
    )


def _caution(text: str) -> str:
    return f"> **Caution.** {escaped(text)}" if text else ""


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
    lines = [f"{escaped(', '.join(stems))}: {escaped(reason)}" for reason, stems in gallery.reasons().items()]
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
