"""The figures of a report: which there are, in which order, and why others are not.

By default those of the first metric; ``report: {figures: all}`` has those of each. Computes no score. What
cannot be shown soundly is not drawn, and the reason is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from oversample_bench.analysis.evidence import Evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report.figures.charts import FORMATS, Absent, Drawn, images

__all__ = ["OURS", "Gallery", "gallery", "images"]

KINDS = "gains|ranks|curves|curve_differences|heatmap|cost|memory|calibration|synthetic|decision_regions"
EARLIER = "critical_difference|fidelity"
OURS = re.compile(rf"({KINDS}|{EARLIER})(-\d+)?(_.*)?\.({'|'.join(FORMATS)})")
"""The names that files of figures can have, or could have in earlier versions."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """All figures of a report.

    Parameters
    ----------
    drawn : dict of str to Drawn
        By the stem of its files, in the order of a report: metric by metric.
    absent : dict of str to str
        Why a figure is not there, by the stem that it would have had.
    """

    drawn: dict[str, Drawn]
    absent: dict[str, str]

    def words(self, stem: str) -> tuple[str, str] | None:
        """Return title and caption of a figure, None where there is none."""
        own = self.drawn.get(stem)
        return (own.title, own.caption) if own else None

    def reasons(self) -> list[str]:
        """Return why figures are absent, each reason with the stems that it holds for."""
        told: dict[str, list[str]] = {}
        for stem, reason in self.absent.items():
            told.setdefault(reason, []).append(stem)
        return [f"{', '.join(stems)}: {reason}" for reason, stems in told.items()]


def gallery(results: Results, told: Mapping[str, Evidence], files: Mapping[str, str]) -> Gallery:
    """Return the figures of a run; each is drawn when `images` is asked for its files.

    Parameters
    ----------
    results : Results
        The run.
    told : mapping of str to Evidence
        What is worked out of each metric.
    files : mapping of str to str
        A name for each metric that a file can have; no two are the same.
    """
    from oversample_bench.report.figures import probability_chart, region_chart, synthetic_chart

    made = Gallery({}, {})
    every = str(results.run["options"].get("figures")) == "all"
    for at, (metric, file) in enumerate(files.items()):
        for kind, make in _of_metrics().items():
            if at == 0 or every:
                _hang(made, f"{kind}_{file}", make(results, told[metric]))
    _hang(made, "calibration", probability_chart.figure(results))
    _hang(made, "synthetic", synthetic_chart.figure(results))
    regions: list[Drawn | Absent] = [*region_chart.figures(results)] or [region_chart.NONE]
    for at, one in enumerate(regions, 1):
        _hang(made, f"decision_regions{f'-{at}' if at > 1 else ''}", one)
    return made


def _of_metrics() -> dict[str, Callable[[Results, Evidence], Drawn | Absent]]:
    from oversample_bench.report.figures import cost_chart, gain_chart, heat_map, rank_diagram, ratio_charts

    return {
        "gains": gain_chart.figure,
        "ranks": rank_diagram.figure,
        "heatmap": heat_map.figure,
        "curves": ratio_charts.levels,
        "curve_differences": ratio_charts.differences,
        "cost": cost_chart.seconds,
        "memory": cost_chart.memory,
    }


def _hang(made: Gallery, stem: str, one: Drawn | Absent) -> None:
    if isinstance(one, Absent):
        made.absent[stem] = one.reason
    else:
        made.drawn[stem] = one
