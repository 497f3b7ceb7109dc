"""The tables in reports/gan.md are those of the runs that it names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "plugins" / "gan" / "examples" / "judged_tables.py"


def test_the_tables_are_those_of_the_runs() -> None:
    """What the script makes of the committed CSV tables stands in the document, line by line."""
    command = [sys.executable, str(SCRIPT), "reports/gan", "reports/gan_ranks"]
    printed = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout

    document = (ROOT / "reports" / "gan.md").read_text(encoding="utf-8")
    for table in printed.strip().split("\n\n"):
        assert table in document
