"""The figures of a report, drawn from the store's frames with matplotlib as PNG and SVG.

Computes no score. The same results give the same bytes on the same machine; nothing is shown on a display and
no setting of the user changes a figure. What cannot be shown soundly is not drawn, and the reason is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oversample_bench.report.figures.drawing import Absent, Drawing, Made

if TYPE_CHECKING:
    import pandas as pd

    from oversample_bench.analysis.results import Results

__all__ = ["OURS", "Absent", "Drawing", "Gallery", "drawn"]

KINDS = "critical_difference|gains|curves|cost|heatmap|calibration|fidelity|decision_regions"
OURS = re.compile(rf"({KINDS})(-\d+)?(_.*)?\.(png|svg)")
"""The names that files of figures can have."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """All figures of a report.

    Parameters
    ----------
    drawings : dict of str to Drawing
        By the stem of its files, in the order of a report: metric by metric.
    absent : dict of str to Absent
        By the stem that the figure would have had.
    owners : dict of str to str
        The file name of the metric that a drawing shows, by stem; "" for those that show no metric.
    """

    drawings: dict[str, Drawing]
    absent: dict[str, Absent]
    owners: dict[str, str]

    def of(self, file: str) -> dict[str, Drawing]:
        """Return the drawings of one metric, by its file name; those of no metric by ""."""
        return {stem: drawing for stem, drawing in self.drawings.items() if self.owners[stem] == file}

    def reasons(self) -> dict[str, list[str]]:
        """Return why figures are absent, as sentences, each with the stems of all that it holds for."""
        told: dict[str, list[str]] = {}
        for stem, absent in self.absent.items():
            told.setdefault(absent.reason, []).append(stem)
        return told


def drawn(results: Results, found: Mapping[str, pd.DataFrame], files: Mapping[str, str]) -> Gallery:
    """Return the figures of all metrics; each is drawn when its images are asked for.

    Parameters
    ----------
    results : Results
        The store.
    found : mapping of str to DataFrame
        The cells of each metric, from `oversample_bench.analysis.score_cells.cells`.
    files : mapping of str to str
        A name for each metric that a file can have; no two are the same.

    Returns
    -------
    Gallery
        Stems are ``critical_difference_mcc``, ``gains_mcc``, ``curves_mcc``, ``cost_mcc``, ``heatmap_mcc``,
        and ``calibration``, ``fidelity`` and ``decision_regions``; further pages of a figure are
        ``curves-2_mcc`` and so on.
    """
    from oversample_bench.report.figures import (
        costs,
        critical,
        difference_plots,
        fidelity_plots,
        heat,
        ratio_curves,
        region_plots,
        reliability_plots,
    )

    kinds = {
        "critical_difference": critical.drawings,
        "gains": difference_plots.drawings,
        "curves": ratio_curves.drawings,
        "cost": costs.drawings,
        "heatmap": heat.drawings,
    }
    gallery = Gallery({}, {}, {})
    for metric, file in files.items():
        for kind, make in kinds.items():
            _hang(gallery, (kind, file), make(results, metric, found[metric]))
    _hang(gallery, ("calibration", ""), reliability_plots.drawings(results))
    _hang(gallery, ("fidelity", ""), fidelity_plots.drawings(results))
    _hang(gallery, ("decision_regions", ""), region_plots.drawings(results))
    return gallery


def _hang(gallery: Gallery, place: tuple[str, str], made: Made) -> None:
    kind, file = place
    rest = f"_{file}" if file else ""
    if isinstance(made, Absent):
        gallery.absent[f"{kind}{rest}"] = made
        return
    for page, drawing in enumerate(made, 1):
        stem = f"{kind}{f'-{page}' if page > 1 else ''}{rest}"
        gallery.drawings[stem], gallery.owners[stem] = drawing, file
