"""A loose plugin: the handwritten digits that come with scikit-learn, so that nothing has to be downloaded.

A suite loads it with ``plugins: [digits.py]`` and takes two of the ten classes, e.g.
``{dataset: digits, majority: 9, minority: 8}``.
"""

from __future__ import annotations

from oversample_bench.api import Dataset, Register, hookimpl


@hookimpl
def register_datasets(register: Register) -> None:
    """Offer the digits by name."""
    register("digits", digits)


def digits() -> Dataset:
    """Return the 1,797 digits of scikit-learn, 8 x 8 pixels each, about 180 of each class."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    source = "Optical Recognition of Handwritten Digits, UCI 80 (E. Alpaydin, C. Kaynak 1998), its test set"
    return Dataset(X=X, y=y, source=source, licence="CC BY 4.0")
