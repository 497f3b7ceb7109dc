"""What a report says, worked out once: for the terminal, Markdown, HTML, CSV and LaTeX alike.

Knows which parts there are and in which order; what they say is their own business. Writes no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from oversample_bench.analysis import (
    claims,
    control,
    detection,
    failures,
    published_comparison,
    published_tables,
    reliability,
)
from oversample_bench.analysis.evidence import Evidence, evidence
from oversample_bench.analysis.results import COUNTS, DETECTED, FIDELITY, PENDING, Results
from oversample_bench.core.errors import counted
from oversample_bench.report import (
    answer_text,
    calibration_tables,
    claims_section,
    comparison_tables,
    coverage,
    dataset_tables,
    failures_section,
    pipeline_tables,
    provenance_tables,
    published_section,
    resample_tables,
    score_tables,
)
from oversample_bench.report.number_texts import metric_name
from oversample_bench.report.table import Block, Picture, ReportSection, Table

UNSAFE = re.compile(r"[^\w.-]+")
RESAMPLES = [
    "dataset", "ratio", "method", "split", "seed", "status", "stage", "kind", "reason", *COUNTS,
    "realised_ratio", "fallback", "flags", *FIDELITY, *DETECTED, "fit_seconds", "peak_mib",
    "source", "resample",
]  # fmt: skip
MOST_ROWS = 12
"""Lines of a table in report.md; the page has all of them."""


@dataclass(frozen=True, eq=False)
class Contents:
    """The parts of a report that are the same in each of its forms.

    Parameters
    ----------
    results : Results
        The run.
    told : dict of str to Evidence
        What is worked out of each metric.
    answer : list of str
        The answer by the first metric, at most five lines.
    by_metric : dict of str to list of ReportSection
        What is said by each metric.
    rest : list of ReportSection
        What is said of the run as a whole.
    """

    results: Results
    told: dict[str, Evidence]
    answer: list[str]
    by_metric: dict[str, list[ReportSection]]
    rest: list[ReportSection]

    @property
    def files(self) -> dict[str, str]:
        """A name for each metric that a file can have."""
        return file_names(self.results.metrics)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The numbers of the report in full precision, by the stems of their files."""
        made = {
            f"{name}_{file}": frame
            for metric, file in self.files.items()
            for name, frame in self.told[metric].frames().items()
        }
        return made | run_frames(self.results)

    @property
    def summary(self) -> Table:
        """The one table of a paper."""
        metric = next(iter(self.told))
        return score_tables.by_data_set(self.results, self.told[metric])

    @property
    def tables(self) -> list[Table]:
        """Every table of the report."""
        sections = [*(one for made in self.by_metric.values() for one in made), *self.rest]
        return [table for section in sections for table in section.tables if table.name]


def contents(results: Results) -> Contents:
    """Work out what the report of a run says."""
    told = {metric: evidence(results, metric) for metric in results.metrics}
    first = next(iter(told.values()))
    return Contents(
        results=results,
        told=told,
        answer=answer_text.lines(results, first),
        by_metric={metric: _by_metric(results, own) for metric, own in told.items()},
        rest=_rest(results),
    )


def shape(results: Results) -> str:
    """Return how much was compared, in a sentence."""
    counts = {name: len(results.names(name)) for name in ("method", "classifier", "split", "seed")}
    told = [counted(count, name) for name, count in counts.items()]
    sets, ratios = len(results.names("dataset")), ", ".join(results.names("ratio"))
    return (
        f"{told[0]} and {told[1]} on {counted(sets, 'data set')} at ratio {ratios}; {told[2]}, {told[3]}; "
        f"scored by {', '.join(map(metric_name, results.metrics))}."
    )


def _by_metric(results: Results, told: Evidence) -> list[ReportSection]:
    file = file_names(results.metrics)[told.metric]
    sections = [_methods(results, told, file), _sets(results, told, file), _pairs(results, told)]
    sections.append(ReportSection("Does the ratio matter?", _pictures(file, "curves", "curve_differences")))
    sections.append(ReportSection("What does it cost?", _pictures(file, "cost", "memory")))
    return [*sections, *_details(results, told, file)]


def _pictures(file: str, *kinds: str) -> list[Block]:
    return [Picture(f"{kind}_{file}") for kind in kinds]


def _methods(results: Results, told: Evidence, file: str) -> ReportSection:
    if told.compared.empty:
        return ReportSection("Which method is better?", [])
    title = f"Which method is better than {control.control(results)}?"
    blocks: list[Block] = [comparison_tables.by_method(results, told), Picture(f"gains_{file}")]
    return ReportSection(title, blocks)


def _sets(results: Results, told: Evidence, file: str) -> ReportSection:
    return ReportSection(
        "On which data sets?", [score_tables.by_data_set(results, told), Picture(f"heatmap_{file}")]
    )


def _pairs(results: Results, told: Evidence) -> ReportSection:
    some = len(results.names("classifier")) > 1 and len(results.names("method")) > 1
    blocks = [pipeline_tables.pipelines(results, told)] if some else []
    return ReportSection("Which classifier and method together?", blocks)


def _details(results: Results, told: Evidence, file: str) -> list[ReportSection]:
    """Return what is for those who look closer."""
    several, compared = len(results.names("method")) > 1, not told.compared.empty
    ranks: list[Block] = [Picture(f"ranks_{file}")]
    ranks += [comparison_tables.ranks(results, told)] if len(told.ranked) else []
    by_classifier: list[Block] = list(comparison_tables.by_classifier(results, told)) if compared else []
    counts = [pipeline_tables.wins(told)] if several else []
    within: list[Block] = list(comparison_tables.within(results, told))
    return [
        ReportSection("Every score", [score_tables.by_cell(results, told)], is_detail=True),
        ReportSection("Mean ranks and their tests", ranks if several else [], is_detail=True),
        ReportSection("Each classifier by itself", by_classifier, is_detail=True),
        ReportSection("Within each data set", within, is_detail=True),
        ReportSection("Wins, ties and losses", counts, is_detail=True),
    ]


def _rest(results: Results) -> list[ReportSection]:
    synthetic = resample_tables.fidelity(results)
    return [
        coverage.section(results),
        published_section.section(results),
        claims_section.section(results),
        calibration_tables.section(results),
        ReportSection(synthetic.title, [*_if(synthetic.blocks, Picture("synthetic")), *synthetic.blocks]),
        ReportSection("What do the regions look like?", [Picture(stem) for stem in region_stems(results)]),
        failures_section.section(results),
        resample_tables.section(results),
        dataset_tables.section(results),
        dataset_tables.sources(results),
        provenance_tables.section(results),
    ]


def _if(blocks: Iterable[Block], picture: Picture) -> list[Block]:
    return [picture] if list(blocks) else []


def region_stems(results: Results) -> list[str]:
    """Return the stems of the region plots: one a data set and ratio."""
    n = len(results.plan.loc[results.decision_regions.index, ["dataset", "ratio"]].drop_duplicates())
    return ["decision_regions", *(f"decision_regions-{at}" for at in range(2, n + 1))][:n]


def run_frames(results: Results) -> dict[str, pd.DataFrame]:
    """Return the frames that are of no metric, by the stems of their files."""
    tried = results.resamples.loc[results.resamples["status"] != PENDING, RESAMPLES]
    frames = {"resamples": tried, "failures": failures.frame(results)}
    if len(told := detection.frame(results)):
        frames["detection"] = told
    if not results.calibration.empty:
        frames["calibration"] = reliability.frame(results)
    if published_tables.asked(results):
        frames |= {"published": published_comparison.frame(results), "claims": claims.frame(results)}
    return frames


def file_names(metrics: Iterable[str]) -> dict[str, str]:
    """Return a file name for each metric, whatever characters it has; no two are the same."""
    names: dict[str, str] = {}
    for metric in metrics:
        name = UNSAFE.sub("_", metric).strip(".") or "metric"
        while name in names.values():
            name = f"metric_{name}"
        names[metric] = name
    return names


def shortened(sections: Iterable[ReportSection]) -> list[ReportSection]:
    """Return what the Markdown report has: no details, and the first lines of long tables."""
    return [
        ReportSection(
            one.title, [block.head(MOST_ROWS) if isinstance(block, Table) else block for block in one.blocks]
        )
        for one in sections
        if not one.is_detail
    ]
