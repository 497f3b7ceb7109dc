"""Puts the pieces of the page together and seals it: what may run in it is known by its hash.

The content security policy names the scripts by their SHA-256. A name of a method that slipped through every
escape would still not run, and nothing is ever fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from oversample_bench.report import cards, coverage, differences, draws, failures, provenance, ranks
from oversample_bench.report.html import numbers, plots, scores, summary
from oversample_bench.report.html.prose import Prose, prose
from oversample_bench.report.results import Results

TEMPLATE = "page.html"
STYLE = "style.css"
SCRIPTS = ("theme.js", "tables.js", "filters.js", "figures.js", "charts.js")
APART = "\n\n"


@dataclass(frozen=True)
class Compared:
    """What stands of one metric below the figures.

    Parameters
    ----------
    metric : str
        Its label.
    body : Markup
        Ranks, differences and further sections.
    """

    metric: str
    body: Markup


def page(results: Results, found: Mapping[str, pd.DataFrame], more: Mapping[str, Sequence[str]]) -> str:
    """Return the page; see `oversample_bench.report.html.document`."""
    differing = summary.all_gains(results)
    code = (_plotly(), _own_script())
    tail = _tail(results, more.get("", ()))
    return _template().render(
        title=results.title,
        policy=_policy(code),
        style=Markup(_text(STYLE)),  # noqa: S704 - a file of this package
        scripts=code,
        model=numbers.script(plots.model(results, found, differing)),
        summary=summary.summary(results, found, differing),
        coverage=prose(coverage.section(results), "coverage-part"),
        tables=[scores.table(results, metric, cells) for metric, cells in found.items()],
        names={name: results.names(name) for name in ("dataset", "ratio", "classifier", "method")},
        compared=[_compared(results, *item, more.get(item[0], ())) for item in found.items()],
        tail=tail,
        contents=[heading for piece in tail for heading in piece.headings],
    )


def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("oversample_bench.report.html", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(TEMPLATE)


def _text(name: str) -> str:
    folder = resources.files("oversample_bench.report.html") / "template"
    return (folder / name).read_text(encoding="utf-8")


def _plotly() -> Markup:
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())  # noqa: S704 - a file of plotly's package


def _own_script() -> Markup:
    return Markup("\n".join(map(_text, SCRIPTS)))  # noqa: S704 - files of this package


def _policy(code: Iterable[str]) -> str:
    """Return a policy under which these scripts run and nothing else does; styles may stand inline.

    Plotly writes styles as it draws; images are those that it saves.
    """
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in code)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _compared(results: Results, metric: str, cells: pd.DataFrame, more: Sequence[str]) -> Compared:
    parts = [ranks.section(results, metric, cells)]
    if differences.focused(results):
        parts.append(differences.section(results, metric))
    place = list(results.metrics).index(metric)
    return Compared(metric, prose(APART.join([*parts, *more]), f"compared-{place}").body)


def _tail(results: Results, more: Sequence[str]) -> list[Prose]:
    """Return what follows the comparisons, in the order of the Markdown report."""
    sections = [
        *more,
        *(part.section(results) for part in (draws, failures, cards, provenance)),
    ]
    return [prose(text, f"part-{place}") for place, text in enumerate(sections)]
