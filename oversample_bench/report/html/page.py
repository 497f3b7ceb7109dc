"""Puts the pieces of the page together and seals it: what may run in it is known by its hash.

The content security policy names the scripts by their SHA-256. A name of a method that slipped through every
escape would still not run, and nothing is ever fetched. Figures are the specifications of the drawn ones;
Vega draws them with its interpreter, which needs no code made from text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from oversample_bench.report import provenance_tables
from oversample_bench.report.contents import Contents, shape
from oversample_bench.report.figures import Gallery
from oversample_bench.report.html.vega_bundle import vega
from oversample_bench.report.number_texts import metric_name
from oversample_bench.report.table import ReportSection
from oversample_bench.report.writers import web

FIGURE = Markup(
    '<figure data-stem="{0}"><figcaption><b>{1}.</b> {2}</figcaption>'
    '<div class="chart" role="img" aria-label="{1}"></div></figure>'
)


def page(made: Contents, hung: Gallery | None) -> str:
    """Return the page; see `oversample_bench.report.html.document`."""
    results = made.results
    code = (vega(), _text("page.js")) if hung and hung.drawn else (_text("page.js"),)
    names = {column: results.names(column) for column in ("dataset", "ratio", "classifier", "method")}
    return _template().render(
        title=results.title,
        policy=_policy(code),
        style=_safe(_text("style.css")),
        scripts=[_safe(text) for text in code],
        answer=made.answer,
        shape=shape(results),
        metrics=[
            (metric_name(metric), _sections(own, f"m{at}", hung))
            for at, (metric, own) in enumerate(made.by_metric.items())
        ],
        rest=_sections(made.rest, "r", hung),
        absent=hung.reasons() if hung else [],
        names=names,
        specs={stem: script(drawn.spec) for stem, drawn in hung.drawn.items()} if hung else {},
        foot=provenance_tables.line(results),
    )


def _sections(
    made: Iterable[ReportSection], anchor: str, hung: Gallery | None
) -> list[tuple[str, str, Markup]]:
    """Return anchor, title and body of the sections that have one."""

    def pictures(stem: str) -> Markup:
        drawn = hung.drawn.get(stem) if hung else None
        return FIGURE.format(stem, drawn.title, drawn.caption) if drawn else Markup()

    told = [
        (f"{anchor}-{at}", one.title, web.section(one, f"{anchor}-{at}", pictures))
        for at, one in enumerate(made)
    ]
    return [one for one in told if one[2]]


def script(value: Any) -> Markup:
    """Return ``value`` as JSON that stands in a ``<script>``: no name in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(text)  # noqa: S704 - without `<` there is no tag, and a script knows no entities


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
    return environment.get_template("page.html")


def _text(name: str) -> str:
    folder = resources.files("oversample_bench.report.html") / "template"
    return (folder / name).read_text(encoding="utf-8")


def _safe(text: str) -> Markup:
    return Markup(text)  # noqa: S704 - files of this package, and of Vega's


def _policy(code: Iterable[str]) -> str:
    """Return a policy under which these scripts run and nothing else does; styles may stand inline."""
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in code)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
