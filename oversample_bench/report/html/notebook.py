"""What a notebook shows of a run: what to make of it, in sentences, and one table of scores.

Made of the parts of the page, so that both say the same.
"""

from __future__ import annotations

from markupsafe import Markup

from oversample_bench.analysis.evidence import Evidence, evidence
from oversample_bench.analysis.results import Results
from oversample_bench.report.html.page_answer import all_gains, summary
from oversample_bench.report.html.page_scores import PageCell, table

PLACE = ("Data set", "Ratio", "Classifier")


def answer(results: Results) -> str:
    """Return the answer by the first metric, and its scores, as HTML without scripts."""
    metric = next(iter(results.metrics))
    told = {metric: evidence(results, metric)}
    gains = all_gains(results)
    said = summary(results, told, {metric: gains[metric]} if gains else {})
    parts = [Markup("<p><b>{}</b>: {}</p>").format(results.title, said.shape)]
    for verdict in said.verdicts:
        sentences = [verdict.overall] if verdict.overall else verdict.lines
        parts += [Markup("<p>{}</p>").format(sentence) for sentence in sentences]
        parts.append(Markup("<p>{}</p>").format(verdict.ranks))
    parts += [Markup("<p>{}</p>").format(sentence) for sentence in said.done]
    return str(Markup("<div>{}</div>").format(Markup("").join([*parts, _table(results, told[metric])])))


def _table(results: Results, own: Evidence) -> Markup:
    metric = next(iter(results.metrics))
    made = table(results, metric, own.found)
    head = Markup("").join(Markup("<th>{}</th>").format(name) for name in (*PLACE, *results.names("method")))
    rows = [
        Markup("<tr>{}{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(name) for name in place),
            Markup("").join(map(_cell, cells)),
        )
        for place, cells in made.rows
    ]
    return Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(
        f"{metric}: {made.rules}", head, Markup("").join(rows)
    )


def _cell(cell: PageCell) -> Markup:
    text = Markup("<b>{}</b>").format(cell.text) if cell.best else Markup("{}").format(cell.text)
    more = f" {cell.marks} {cell.rest}".rstrip()
    return Markup("<td>{}{}</td>").format(text, more)
