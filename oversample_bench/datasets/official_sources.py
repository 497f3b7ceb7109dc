"""Where the sets of the GL-GAN paper are to be had, and by what a download is known for the real one.

Values only: nothing is read or downloaded here. A set has one origin or more, in the order in which they are
tried. Checksums are of the files as unpacked, ``sha256:`` or ``git:`` (the object id, SHA-1 of
``"blob " + size + NUL + content``), since mirrors pack the same file differently. Where a file has none (USPS
everywhere, Sensorless at LIBSVM) nobody has published one: such a copy is known by its features, the rows of
each class and the sum of its values alone.

OpenML (1476, 1485, 41026, 41082, and 554 for MNIST) is left out: it serves other packings of the same rows
through an interface of its own. What `sklearn.datasets.fetch_openml` returns can be saved as an npz and put
into the data folder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

from oversample_bench.api import Dataset
from oversample_bench.datasets import formats
from oversample_bench.datasets.paper_facts import PUBLISHED, Published, difference

CLOSE = 1e-6
"""Relative difference of a sum of values that printing to five digits may make."""


@dataclass(frozen=True)
class Content:
    """A file as it is after unpacking, and its checksum; empty where nobody has published one."""

    name: str
    checksum: str = ""


@dataclass(frozen=True)
class Remote:
    """An address and what lies there: one file, or the files of a zip archive that are needed."""

    url: str
    contents: tuple[Content, ...]

    @property
    def host(self) -> str:
        """The name of the machine that is asked."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class SetOrigin:
    """One place that has a whole set.

    Attributes
    ----------
    parse : callable
        Of `oversample_bench.datasets.formats`: the contents of all files, in order, in; rows and labels out.
    files : tuple of Remote
        What is to be downloaded.
    shift : int, default=0
        Added to every label, for a place that counts classes from one where the set begins at zero.
    """

    parse: Callable[[Sequence[bytes]], formats.Table]
    files: tuple[Remote, ...]
    shift: int = 0


@dataclass(frozen=True)
class Total:
    """The sum of all values of ``columns`` (counted from 0; empty for every column)."""

    value: float
    columns: tuple[int, ...] = ()


@dataclass(frozen=True)
class Official:
    """A set that can be downloaded.

    Attributes
    ----------
    name : str
        As suites write it.
    published : Published
        What a copy must be to be taken for the whole set.
    dtype : str
        Of the features in the cache.
    origins : tuple of SetOrigin
        Where it is to be had, in the order in which they are tried.
    total : Total, optional
        A sum by which files without a checksum are known.
    """

    name: str
    published: Published
    dtype: str
    origins: tuple[SetOrigin, ...]
    total: Total | None = None


def unlike(found: Dataset, official: Official) -> str:
    """Return how the size or the sum of a download departs from what is known, or an empty string."""
    wrong = difference(found, official.published)
    if wrong or official.total is None:
        return wrong
    columns = list(official.total.columns) or slice(None)
    total = float(np.sum(found.X[:, columns], dtype=np.float64))
    if np.isclose(total, official.total.value, rtol=CLOSE, atol=0):
        return ""
    of = (
        f"columns {', '.join(str(n + 1) for n in official.total.columns)}" if official.total.columns else "it"
    )
    return (
        f"the values of {of} add up to {total:.9g}, those of the published set to {official.total.value:.9g}"
    )


UCI = "https://archive.ics.uci.edu/ml/machine-learning-databases"
LIBSVM = "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass"
LECUN = "http://yann.lecun.com/exdb/mnist"
MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist",
    "https://storage.googleapis.com/cvdf-datasets/mnist",
)
"""The same four files, as torchvision and the Common Visual Data Foundation keep them: the origin has refused
since May 2024 (403)."""

ESL = "https://web.stanford.edu/~hastie/StatLearnSparsity_files/DATA"
"""The folder of the page zipcode.html, which links both files of USPS."""

ASU = (
    "https://raw.githubusercontent.com/jundongl/scikit-feature/48cffad4e88ff4b9d2f1c7baffb314d1b3303792"
    "/skfeature/data"
)
"""The files of the ASU feature selection repository that the paper names, as its authors keep them."""


def _one(folder: str, path: str, checksum: str = "") -> Remote:
    """Return a file at its address, known by its own name without the ending of its packing."""
    name = path.rsplit("/", 1)[-1].removesuffix(".gz").removesuffix(".bz2")
    return Remote(f"{folder}/{path}", (Content(name, checksum),))


def _nips(name: str, *checksums: str) -> SetOrigin:
    """Return a set of the NIPS 2003 challenge at UCI: train and valid, whose labels came out later."""
    folder, upper = f"{UCI}/{name}", name.upper()
    paths = (
        f"{upper}/{name}_train.data",
        f"{upper}/{name}_train.labels",
        f"{upper}/{name}_valid.data",
        f"{name}_valid.labels",
    )
    files = tuple(_one(folder, path, sha) for path, sha in zip(paths, checksums, strict=True))
    return SetOrigin(formats.separate_labels, files)


def _mnist(folder: str) -> SetOrigin:
    """Return the four files of MNIST, train and test, in one of the places that have them."""
    return SetOrigin(formats.idx, tuple(_one(folder, f"{name}.gz", sha) for name, sha in MNIST.items()))


def _asu(path: str, checksum: str) -> SetOrigin:
    """Return a set as the one MATLAB file that the ASU repository has of it."""
    return SetOrigin(formats.mat, (_one(ASU, path, checksum),))


MNIST = {
    "train-images-idx3-ubyte": "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""Images and labels of train and test, and their checksums."""

GAS_BATCHES = tuple(
    Content(f"batch{number}.dat", checksum)
    for number, checksum in enumerate(
        (
            "sha256:f346beee8e0c5e31ac5961845b6d96a70dc1ccf799481592fb2f0d96a81952e6",
            "sha256:07f7e94a9bf4377240f9b230d20c750932fc785d4766b6a4b7fc370a035c825a",
            "sha256:a4c7a1a6744df32f0ca139c75c3b4dade7cc99f57a7785d28cb0f62577dd2061",
            "sha256:bd76f86be34ffe89f46a27c6fc2b5b8c6ebfcf984dff4b3e5befc76d98034b7f",
            "sha256:3f95cb6e4a39a94bbacd2f1984f1754c9fb5eb3221812975ad70edbcea7abaec",
            "sha256:83348c504105a5aa5264d1209f2a5d7ba7d9c8bcae60290395f201ac4708ff95",
            "git:be8537067a2c8ed4c239b4f7c024c5832bc2e6dc",
            "sha256:296346b932893ea18c513e23ac5b660f35e1c499fde8254d4804a2ce8a1b4ca7",
            "sha256:e019f11f4fa8336ab1f41f7503eb456b3679da0a84eb8032fe6cef90f0547826",
            "git:e9e88a89947e2191ba1087b4634424dd9e28e0bb",
        ),
        start=1,
    )
)

SETS = (
    Official(
        "usps",
        PUBLISHED["usps"],
        "float32",
        origins=(
            SetOrigin(formats.leading_label, (_one(ESL, "zip.train.gz"), _one(ESL, "zip.test.gz"))),
            SetOrigin(formats.svmlight, (_one(LIBSVM, "usps.bz2"), _one(LIBSVM, "usps.t.bz2")), shift=-1),
        ),
        total=Total(-1155322.875),
    ),
    Official(
        "sensorless",
        PUBLISHED["sensorless"],
        "float32",
        origins=(
            SetOrigin(
                formats.trailing_label,
                (
                    _one(
                        f"{UCI}/00325",
                        "Sensorless_drive_diagnosis.txt",
                        "git:9101c388dfa5ccd3bfbec96c00efe2b1d7c36f32",
                    ),
                ),
            ),
            SetOrigin(formats.svmlight, (_one(LIBSVM, "Sensorless"),)),
        ),
        total=Total(-584.079088793, columns=(4, 6, 10)),  # the three that a published copy has in full
    ),
    Official(
        "gas_drift",
        PUBLISHED["gas_drift"],
        "float32",
        origins=tuple(
            SetOrigin(formats.svmlight, (Remote(url, GAS_BATCHES),))
            for url in (
                "https://archive.ics.uci.edu/static/public/224/gas+sensor+array+drift+dataset.zip",
                f"{UCI}/00224/Dataset.zip",
            )
        ),
    ),
    Official(
        "madelon",
        PUBLISHED["madelon"],
        "int16",
        origins=(
            _nips(
                "madelon",
                "sha256:0b6e37711efdc7ab74250c51e7d6966bffd9f8f2b0e9971e882c3a7a380c2314",
                "sha256:10bffcc3b017467cb810d326b931951adcbde2b4870faf981da2991993b48689",
                "sha256:cb9a46475147de1a58d9f15ef4c318e5b85de344e0f9ab92626fa446aa815dc9",
                "sha256:fbac32fa87fac41ab731994a1c824e7b25396069bff6df242c01fe240fcb34dc",
            ),
            _asu(
                "madelon.mat", "sha256:7dc9c9ff8d902651948e2df7f9cb6ed38c5d91e4c4159914cecb1ddbc7def12c"
            ),
        ),
        total=Total(634_479_344),
    ),
    Official(
        "gisette",
        PUBLISHED["gisette"],
        "int16",
        origins=(
            _nips(
                "gisette",
                "sha256:6d4c5e998afe67937b9e77a3334e03c85e545ebc65a6eb1333ffc14125cfc389",
                "sha256:42bd681fe51b161f033df773df14a0116e492676555ab14616c1b72edc054075",
                "sha256:5cea897956dd172a006132738254a27a8f61ecc1ceb6f5b20639c281d2942254",
                "sha256:a6b857a0448023f033c4dda2ef848714b4be2ae45ce598d088fb3efb406e08c5",
            ),
            _asu("gisette.mat", "git:09251d363e834a5cec17634245f09ae33f8c2f3b"),
        ),
        total=Total(3_164_568_508 + 535_016_668),  # train and valid, from gisette.param
    ),
    Official(
        "mnist",
        PUBLISHED["mnist"],
        "uint8",
        origins=(_mnist(LECUN), *map(_mnist, MNIST_MIRRORS)),
    ),
)  # fmt: skip

OFFICIAL = {official.name: official for official in SETS}
"""The sets of the paper that can be downloaded, by name."""
