"""The page of a report: one file that opens from disk, asks for nothing, and lets nobody else's code run."""

from __future__ import annotations

from oversample_bench.report.contents import Contents
from oversample_bench.report.figures import Gallery


def document(made: Contents, hung: Gallery | None) -> str:
    """Return ``report.html``: style, scripts, tables and the specifications of its figures in one file."""
    from oversample_bench.report.html.page import page

    return page(made, hung)
