"""Whether predicted probabilities can be believed, in numbers."""

from __future__ import annotations

from oversample_bench.analysis.reliability import TERMS, frame
from oversample_bench.analysis.results import Results
from oversample_bench.report.table import Cell, Picture, ReportSection, Row, Table, titled, words

TITLES = [
    "classifier", "method", "trials", "minority share", "mean predicted", "reliability", "resolution",
    "uncertainty", "Brier score",
]  # fmt: skip
NOTE = (
    "The mean predicted probability of the minority beside its share of the test rows, and the terms of "
    "the Brier score (Murphy 1973, ten bins): reliability is the squared distance of predictions from what "
    "came of them (lower is better), resolution how far they tell rows apart (higher is better); the score "
    "is reliability − resolution + uncertainty. Means over data sets and ratios, the trials of each added "
    "up first."
)


def section(results: Results) -> ReportSection:
    """Return the terms; without blocks where no classifier predicts probabilities."""
    found = frame(results)
    rows = [
        Row(
            [
                *words(line["classifier"], line["method"]),
                Cell(str(line["n_trials"]), line["n_trials"]),
                *(Cell(f"{line[name]:z.{results.digits}f}", line[name]) for name in TERMS),
            ],
            {"classifier": str(line["classifier"]), "method": str(line["method"])},
        )
        for line in found.to_dict("records")
    ]
    table = Table("calibration", "Terms of the Brier score", titled(*TITLES, left=2), rows, (NOTE,))
    return ReportSection(
        "Can the probabilities be believed?", [Picture("calibration"), table] if rows else []
    )
