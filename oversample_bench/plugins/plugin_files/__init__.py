"""Plugins of one file, named in a suite, with the modules beside them that they import.

The texts are read once, by whoever runs the suite, and travel to the workers: what counts is what is run. A
module beside the file is a submodule of that one file, so that the path of Python stays as it is, and two
files in two folders may each have their ``common.py``. Beside goes before installed, as it does for a script;
Python's own modules go before both.

A loose file is imported as a submodule of this package. So any process of this machine can import it by its
name, as those of joblib do that are sent one of its functions.
"""

from oversample_bench.plugins.plugin_files.importing import Finder, imported
from oversample_bench.plugins.plugin_files.source_texts import LooseFile

__all__ = ["LooseFile", "imported"]

Finder.install()
