"""The printed tables of the GL-GAN paper, and what is said of single numbers."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, matthews_corrcoef

from oversample_bench_gan.printed import is_average, paper, rows


def printed() -> pd.DataFrame:
    """Return the table as runs are held against it."""
    return pd.read_csv(io.StringIO(paper().values), keep_default_na=False)


def test_the_transcription_is_whole() -> None:
    """351 values: 45 a method but 36 of SWIM, which Gisette's table leaves out, and none twice."""
    table = pd.DataFrame(rows("tables.csv")).astype({"value": float})

    sizes = table.groupby("method").size()
    assert len(table) == 351
    assert sizes.pop("SWIM") == 36
    assert set(sizes) == {45}
    assert not table.duplicated(["dataset", "classifier", "metric", "method"]).any()
    best = table["value"] == table.groupby(["dataset", "classifier", "metric"])["value"].transform("max")
    assert table[best]["method"].value_counts().to_dict() == {"GL-GAN": 35, "BAGAN": 6, "MDO": 3, "NRAS": 2}


MATRICES = pd.DataFrame(rows("confusion.csv")).replace("", None)


@pytest.mark.parametrize("row", list(MATRICES.itertuples()), ids=lambda row: f"{row[1]}-{row[2]}-{row[3]}")
def test_a_value_in_doubt_is_that_of_one_confusion_matrix(row) -> None:
    """What the notes say of a matrix is so: scikit-learn's scores of it are the three printed ones."""
    table = printed()
    key = (table["dataset"] == row.dataset) & (table["classifier"] == row.classifier)
    own = table[key & (table["method"] == row.method)].set_index("metric")
    told = row.note.removeprefix("several: ").split(";")
    sizes = (int(row.n_test_majority), int(row.n_test_minority))
    pairs = (
        [(int(row.false_positive), int(row.false_negative))]
        if pd.notna(row.false_positive)
        else [tuple(map(int, pair.split("/"))) for pair in told]
    )

    for false_positive, false_negative in pairs:
        truth = np.repeat([0, 1], sizes)
        guess = truth.copy()
        guess[:false_positive] = 1
        guess[len(guess) - false_negative :] = 0
        macro, micro = (f1_score(truth, guess, average=kind) for kind in ("macro", "micro"))
        scores = [macro, micro, matthews_corrcoef(truth, guess)]
        assert own["value"][["macro F1", "micro F1", "MCC"]].tolist() == pytest.approx(scores, abs=1.1e-4)
    assert own["note"].str.contains("one confusion matrix").all()


def test_only_what_can_be_shown_is_in_doubt() -> None:
    """Beside the matrices one value has a note: 0.8906 is no average of ten shares of 326 test rows."""
    table = printed()

    noted = table[table["note"] != ""]
    others = noted[~noted["note"].str.contains("one confusion matrix")]
    assert len(noted) == 3 * len(MATRICES) + 1
    assert others[["dataset", "classifier", "metric", "method", "value"]].to_numpy().tolist() == [
        ["USPS", "AdaBoost", "micro F1", "SWIM", 0.8906]
    ]


@given(n=st.integers(10, 20_000), part=st.floats(0, 1), cut=st.booleans())
def test_a_true_average_is_never_in_doubt(n: int, part: float, cut: bool) -> None:
    """Whatever share of n there is, rounded to four digits or cut off after, can be one."""
    share = round(part * n) / n
    value = np.floor(share * 10_000 + 1e-9) / 10_000 if cut else round(share, 4)

    assert is_average(float(value), n)
