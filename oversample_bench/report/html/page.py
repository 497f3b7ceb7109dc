"""Puts the pieces of the page together and seals it: what may run in it is known by its hash.

The content security policy names the scripts by their SHA-256. A name of a method that slipped through every
escape would still not run, and nothing is ever fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from oversample_bench.report import coverage
from oversample_bench.report.contents import Contents
from oversample_bench.report.html import numbers, page_answer, page_figures, page_scores
from oversample_bench.report.html.prose import Prose, prose

TEMPLATE = "page.html"
STYLE = "style.css"
SCRIPTS = (
    "theme.js",
    "tables.js",
    "filters.js",
    "figures.js",
    "ranks.js",
    "calibration.js",
    "fidelity.js",
    "charts.js",
)
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


def page(contents: Contents) -> str:
    """Return the page; see `oversample_bench.report.html.document`."""
    results, found = contents.results, contents.found
    differing = page_answer.all_gains(results)
    code = (_plotly(), _own_script())
    tail = _tail([*contents.sections[""], *contents.last])
    return _template().render(
        title=results.title,
        policy=_policy(code),
        style=Markup(_text(STYLE)),  # noqa: S704 - a file of this package
        scripts=code,
        model=numbers.script(page_figures.model(results, contents.told, differing)),
        summary=page_answer.summary(results, contents.told, differing),
        coverage=prose(coverage.section(results), "coverage-part"),
        tables=[page_scores.table(results, metric, cells) for metric, cells in found.items()],
        names={name: results.names(name) for name in ("dataset", "ratio", "classifier", "method")},
        compared=[_compared(place, metric, contents.sections[metric]) for place, metric in enumerate(found)],
        tail=tail,
        contents=[heading for piece in tail for heading in piece.headings],
    )


@lru_cache(maxsize=1)
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


def _compared(place: int, metric: str, sections: Sequence[str]) -> Compared:
    return Compared(metric, prose(APART.join(sections), f"compared-{place}").body)


def _tail(sections: Sequence[str]) -> list[Prose]:
    """Return what follows the comparisons, in the order of the Markdown report."""
    return [prose(text, f"part-{place}") for place, text in enumerate(sections)]
