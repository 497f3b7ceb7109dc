"""The data sets of the GL-GAN paper (Wang et al., SDM 2020, section 4.1.1 and 5) by name.

They are read from ``<data dir>/<name>.npz`` (arrays ``X`` and ``y``), else from the cache, else downloaded
where the caller gives leave, and refused unless they are whole: rows, features and every class count must be
those of the published set, so that a partial copy is never taken for the real one. By itself `load` reaches
for no network: planning, listing and tests must not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from oversample_bench.api import Dataset, Unavailable
from oversample_bench.core.errors import UsageError
from oversample_bench.datasets.file_download import DownloadError
from oversample_bench.datasets.official_sources import OFFICIAL, Official
from oversample_bench.datasets.paper_downloads import cached
from oversample_bench.datasets.paper_facts import PUBLISHED, difference
from oversample_bench.datasets.table_files import read_arrays

__all__ = ["PUBLISHED", "load"]

Download = Callable[[Official], Path]


def load(name: str, data_dir: Path | None = None, download: Download | None = None) -> Dataset:
    """Return a set of the paper from the data folder, from the cache, or from its official source.

    Parameters
    ----------
    name : str
        One of `PUBLISHED`.
    data_dir : Path, optional
        Where the user's files are; what ``--data-dir`` or ``OVERSAMPLE_BENCH_DATA`` says.
    download : callable, optional
        Brings a set into the cache and returns the file, as
        `oversample_bench.datasets.paper_downloads.Downloads` does. None leaves it at what is on this machine.

    Raises
    ------
    Unavailable
        When the set is neither here nor to be had, or the file is not the whole set.
    """
    given = None if data_dir is None else data_dir / f"{name}.npz"
    if given is not None and given.is_file():
        return _read(name, given, " A partial file can be used by `path:`")
    official = OFFICIAL.get(name)
    missing = "no --data-dir is given" if given is None else f"there is no {given}"
    if official is None:
        raise _unavailable(name, missing)
    if cached(name).is_file():
        try:
            return _read(name, cached(name), f" Bring it anew with `bench datasets fetch {name}`")
        except Unavailable:
            if download is None:
                raise
    if download is None:
        raise _unavailable(name, missing)
    return _read(name, _downloaded(official, download, missing))


def _downloaded(official: Official, download: Download, missing: str) -> Path:
    try:
        return download(official)
    except DownloadError as error:
        raise _unavailable(official.name, f"{missing}, and {error}") from error


def _unavailable(name: str, reason: str) -> Unavailable:
    fetch = f", or download it with `bench datasets fetch {name}`" if name in OFFICIAL else ""
    return Unavailable(
        f"the data set '{name}' is not on this machine: {reason}. Put {name}.npz (arrays X and y) into a "
        f"folder and name it with --data-dir or OVERSAMPLE_BENCH_DATA{fetch}"
    )


def _read(name: str, path: Path, advice: str = "") -> Dataset:
    """Read a file and check that it is the whole set."""
    try:
        dataset = read_arrays(path, "y")
    except UsageError as error:
        raise Unavailable(f"{error}.{advice}" if advice else str(error)) from error
    published = PUBLISHED[name]
    wrong = difference(dataset, published)
    if wrong:
        raise Unavailable(f"{path} is not the whole set: {wrong}.{advice}")
    return Dataset(X=dataset.X, y=dataset.y, source=published.source, licence=published.licence)
