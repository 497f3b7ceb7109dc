"""What a notebook shows of a run: the answer and one table, as HTML without scripts."""

from __future__ import annotations

from markupsafe import Markup

from oversample_bench.analysis.evidence import evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report import answer_text, comparison_tables, dataset_tables, score_tables
from oversample_bench.report.contents import shape
from oversample_bench.report.writers import web


def answer(results: Results) -> str:
    """Return the answer by the first metric, and the table of its methods."""
    told = evidence(results, next(iter(results.metrics)))
    lines = answer_text.lines(results, told)
    parts = [Markup("<p><b>{}</b>: {}</p>").format(results.title, shape(results))]
    parts += [Markup("<p>{}</p>").format(line) for line in [*lines, *dataset_tables.left_out(results)]]
    made = score_tables.by_data_set if told.compared.empty else comparison_tables.by_method
    return str(Markup("<div>{}</div>").format(Markup("").join([*parts, web.table(made(results, told))])))
