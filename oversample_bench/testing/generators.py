"""The global generators of random numbers: looked at, set for a while, put back.

A method that draws from one of them, or seeds one, changes its neighbours' results. Torch is looked at only
where something has loaded it; nothing here loads it.
"""

from __future__ import annotations

import pickle
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


def snapshot() -> dict[str, bytes]:
    """Return the state of each global generator of this process, by the name of its module."""
    states = {
        "random": pickle.dumps(random.getstate()),
        "numpy.random": pickle.dumps(np.random.get_state()),  # noqa: NPY002 - it is what is watched
    }
    if torch := sys.modules.get("torch"):
        states["torch"] = torch.get_rng_state().numpy().tobytes()
        if torch.cuda.is_initialized():
            states["torch.cuda"] = b"".join(s.numpy().tobytes() for s in torch.cuda.get_rng_state_all())
    return states


def changed(before: dict[str, bytes]) -> list[str]:
    """Return the generators of ``before`` whose state is another now."""
    now = snapshot()
    return [name for name, state in before.items() if now[name] != state]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Give every global generator ``seed``, and its old state back at the end."""
    ours, theirs = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is put back below
    torch = sys.modules.get("torch")
    torchs = torch.get_rng_state() if torch else None
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - a method that draws from it must be found out
    if torch:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)  # noqa: NPY002 - as it was found
        if torch:
            torch.set_rng_state(torchs)
