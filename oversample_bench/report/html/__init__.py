"""The report as one HTML file that opens from disk: tables to sort and filter, figures to point at.

Everything stands in the file, styles, scripts and numbers, and its content security policy lets nothing else
in. Tables are in the HTML itself and read without scripts; scripts only sort, filter and draw. Reads frames
and writes no file; the same store gives the same bytes. jinja2, plotly and markdown-it are imported when a
page is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oversample_bench.report.contents import Contents

__all__ = ["document"]


def document(contents: Contents) -> str:
    """Return the whole page as HTML, to be saved as UTF-8."""
    from oversample_bench.report.html.page import page

    return page(contents)
