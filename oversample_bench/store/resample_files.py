"""Keeps draws on disk by digest, so that adding a classifier a month later refits no sampler.

A file is written under another name and renamed: what has its right name is whole. A file that cannot be
read counts as not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oversample_bench.core.atomic_write import replacement, sweep
from oversample_bench.evaluation.audit import Draw

FOLDER = "draws"


@dataclass(frozen=True)
class DrawFiles:
    """The folder ``draws`` of a run.

    Parameters
    ----------
    folder : Path
        The output folder of the run.
    """

    folder: Path

    def path(self, digest: str) -> Path:
        """Return where the draw of a digest is, or would be."""
        return self.folder / FOLDER / f"{digest}.npz"

    def has(self, digest: str) -> bool:
        """Tell whether there is a file for a digest."""
        return self.path(digest).is_file()

    def save(self, digest: str, draw: Draw) -> None:
        """Write a draw."""
        arrays = {"origin": draw.origin, "X_new": draw.X_new, "y_new": draw.y_new}
        if draw.sample_weight is not None:
            arrays["sample_weight"] = draw.sample_weight
        with replacement(self.path(digest)) as beside, beside.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    def load(self, digest: str) -> Draw | None:
        """Return a draw, or None where there is no readable file."""
        try:
            with self.path(digest).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                weight = arrays["sample_weight"] if "sample_weight" in arrays.files else None
                return Draw(arrays["origin"], arrays["X_new"], arrays["y_new"], weight)
        except Exception:  # noqa: BLE001 - a damaged zip raises what it likes, NotImplementedError among it
            return None

    def rename(self, before: str, today: str) -> None:
        """Call a draw by another digest; where there is one of that digest, it stays."""
        if self.has(today):
            self.path(before).unlink(missing_ok=True)
        elif self.has(before):
            self.path(before).rename(self.path(today))

    def sweep(self) -> None:
        """Remove what a killed run left half-written."""
        sweep(self.folder / FOLDER)
