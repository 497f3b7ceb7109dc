"""``report.md``: the answer, one table a question and its figure, and where the rest is."""

from __future__ import annotations

from oversample_bench.report import provenance_tables
from oversample_bench.report.contents import Contents, shape, shortened
from oversample_bench.report.figures import Gallery
from oversample_bench.report.number_texts import metric_name
from oversample_bench.report.writers import markdown


def text(made: Contents, gallery: Gallery | None) -> str:
    """Return the report of a run as Markdown; without a gallery it has no figures."""
    first, *others = made.by_metric
    lead, *rest = made.answer
    top = [f"# {markdown.escaped(made.results.title)}", f"**{markdown.escaped(lead)}**"]
    top += [
        markdown.bullets([markdown.escaped(line) for line in rest]),
        markdown.escaped(shape(made.results)),
    ]

    def pictures(stem: str) -> tuple[str, str] | None:
        return gallery.words(stem) if gallery else None

    body = markdown.sections(shortened([*made.by_metric[first], *made.rest]), pictures)
    foot = [*_elsewhere(others), provenance_tables.line(made.results)]
    return "\n\n".join([*filter(None, top), body, *foot]) + "\n"


def _elsewhere(others: list[str]) -> list[str]:
    """Say where the other metrics and the details are."""
    more = f", the same by {', '.join(map(metric_name, others))}" if others else ""
    said = (
        "In report.html: every score, ranks with their tests, each classifier and data set by "
        f"itself{more}. Numbers in full precision are in tables/."
    )
    return [said]
