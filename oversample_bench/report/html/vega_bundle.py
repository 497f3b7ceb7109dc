"""Vega and Vega-Lite as one script, made by vl-convert once a version and kept in the folder of caches."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.cache_folder import cache_folder

SNIPPET = "window.vegaEmbed = vegaEmbed;"


@lru_cache(maxsize=1)
def vega() -> str:
    """Return the script; it sets ``window.vegaEmbed``, and no text of it ends a ``<script>``."""
    import vl_convert

    kept = cache_folder() / f"vega-{vl_convert.get_vega_version()}-{vl_convert.get_vega_embed_version()}.js"
    with suppress(OSError, UnicodeError):
        return kept.read_text(encoding="utf-8")
    text = vl_convert.javascript_bundle(SNIPPET).replace("</script", "<\\/script").replace("<!--", "<\\!--")
    with (
        suppress(OSError),
        replacement(kept) as beside,
    ):  # a folder that cannot be written to costs two seconds
        beside.write_text(text, encoding="utf-8", newline="\n")
    return text
