"""A seed for each use, from names: adding a method moves nobody else's randomness.

Nothing here, and nothing that calls it, touches a global generator.
"""

from __future__ import annotations

import hashlib


def child(seed: int, *path: str) -> int:
    """Return the seed for one use, e.g. ``child(7, "ecoli", "fold 2", "tree")``.

    Returns
    -------
    int
        A number in [0, 2**32), as scikit-learn's ``random_state`` takes it.
    """
    text = "/".join([str(seed), *path])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
