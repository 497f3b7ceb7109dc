"""The report as one HTML file that opens from disk: tables to sort and filter, figures to point at.

Everything stands in the file, styles, scripts and numbers, and its content security policy lets nothing else
in. Tables are in the HTML itself and read without scripts; scripts only sort, filter and draw. Reads frames
and writes no file; the same store gives the same bytes. jinja2, plotly and markdown-it are imported when a
page is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from oversample_bench.report.results import Results

__all__ = ["document"]


def document(
    results: Results, found: Mapping[str, pd.DataFrame], more: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the whole page.

    Parameters
    ----------
    results : Results
        What the store says.
    found : mapping of str to DataFrame
        The cells of each metric, from `oversample_bench.report.cells.cells`.
    more : mapping of str to sequence of str, optional
        Further sections as Markdown, by the metric that they are shown with; those under "" stand on their
        own, after what compares the methods.

    Returns
    -------
    str
        HTML, to be saved as UTF-8.
    """
    from oversample_bench.report.html.page import page

    return page(results, found, more or {})
