"""Keeps resamples on disk by digest, so that adding a classifier a month later refits no sampler.

A file is written under another name and renamed: what has its right name is whole. A file that cannot be
read counts as not there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oversample_bench.core.array_archive import archive
from oversample_bench.core.atomic_write import replacement, sweep
from oversample_bench.core.resample import Resample

FOLDER = "resamples"
WRAPPING = "wrapping."
"""Begins the names of arrays that are there to wrap a classifier."""

EARLIER_FOLDER = "draws"
"""What the folder was called up to version 3 of the store; files are still found there."""


@dataclass(frozen=True)
class ResampleFiles:
    """The folder ``resamples`` of a run.

    Parameters
    ----------
    folder : Path
        The output folder of the run.
    """

    folder: Path

    def path(self, digest: str) -> Path:
        """Return where the resample of a digest is, or would be."""
        path = self.folder / FOLDER / f"{digest}.npz"
        earlier = self.folder / EARLIER_FOLDER / path.name
        return earlier if earlier.is_file() and not path.is_file() else path

    def has(self, digest: str) -> bool:
        """Tell whether there is a file for a digest."""
        return self.path(digest).is_file()

    def save(self, digest: str, resample: Resample) -> None:
        """Write a resample."""
        arrays = {"origin": resample.origin, "X_new": resample.X_new, "y_new": resample.y_new}
        if resample.sample_weight is not None:
            arrays["sample_weight"] = resample.sample_weight
        if resample.wrapping is not None:
            arrays |= {f"{WRAPPING}{name}": np.asarray(one) for name, one in resample.wrapping.items()}
            arrays[WRAPPING] = np.array(True)  # noqa: FBT003 - there may be nothing else
        content = archive(arrays)
        with replacement(self.path(digest)) as beside:
            beside.write_bytes(content)

    def load(self, digest: str) -> Resample | None:
        """Return a resample, or None where there is no readable file."""
        try:
            with self.path(digest).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                weight = arrays["sample_weight"] if "sample_weight" in arrays.files else None
                return Resample(arrays["origin"], arrays["X_new"], arrays["y_new"], weight, _wrapping(arrays))
        except Exception:  # noqa: BLE001 - a damaged zip raises what it likes, NotImplementedError among it
            return None

    def move(self) -> None:
        """Move what lies in the folder of an earlier version; a file that is in both stays."""
        earlier = self.folder / EARLIER_FOLDER
        if not earlier.is_dir():
            return
        (self.folder / FOLDER).mkdir(exist_ok=True)
        for file in earlier.glob("*.npz"):
            if (self.folder / FOLDER / file.name).exists():
                file.unlink()
            else:
                file.rename(self.folder / FOLDER / file.name)
        with suppress(OSError):  # something else lies there
            earlier.rmdir()

    def rename(self, before: str, today: str) -> None:
        """Call a resample by another digest; where there is one of that digest, it stays."""
        if self.has(today):
            self.path(before).unlink(missing_ok=True)
        elif self.has(before):
            self.path(before).rename(self.path(today))

    def sweep(self) -> None:
        """Remove what a killed run left half-written."""
        sweep(self.folder / FOLDER)


def _wrapping(arrays: Any) -> dict[str, Any] | None:
    """Return the arrays by which a classifier is wrapped, or None where the method wraps none."""
    if WRAPPING not in arrays.files:
        return None
    own = [name for name in arrays.files if name.startswith(WRAPPING) and name != WRAPPING]
    return {name.removeprefix(WRAPPING): arrays[name] for name in own}
