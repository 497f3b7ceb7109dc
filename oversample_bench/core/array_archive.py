"""Arrays as the bytes of an ``.npz`` file, made in memory so that an interrupt stays one.

Whoever presses Ctrl-C while a zip file is written to a disk may get a ValueError in its place: the file
cannot be closed, and that hides why. In memory there is nothing to be closed, and the interrupt is passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt


def archive(arrays: Mapping[str, npt.NDArray[Any]], *, compressed: bool = False) -> bytes:
    """Return the bytes of an ``.npz`` file.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By name; none of objects.
    compressed : bool, default=False
        Whether to compress them.

    Raises
    ------
    KeyboardInterrupt
        When the user wants it to stop, whatever the library makes of that.
    """
    buffer = BytesIO()
    write = np.savez_compressed if compressed else np.savez
    try:
        write(buffer, allow_pickle=False, **dict(arrays))
    except ValueError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise
    return buffer.getvalue()
