"""What `bench datasets show` tells: copies, difficulty, and how a file is read."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oversample_bench.core.errors import UsageError
from oversample_bench.datasets.duplicates import duplicates
from oversample_bench.evaluation.difficulty import difficulty
from oversample_bench.execution.data_card import data_card


def table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rare = np.arange(n) % 6 == 0
    return pd.DataFrame(
        {
            "id": [f"C{i:04}" for i in range(n)],
            "x": rng.normal(size=n) + 3 * rare,
            "y": rng.normal(size=n) + 3 * rare,
            "kind": rng.choice(["a", "b"], n),
            "label": np.where(rare, "fraud", "ok"),
        }
    )


def shown(folder: Path, frame: pd.DataFrame) -> dict[str, str]:
    frame.to_csv(folder / "t.csv", index=False)
    return dict(data_card(str(folder / "t.csv"), "label"))


def test_a_file_has_a_card_of_its_own(tmp_path: Path) -> None:
    """Classes, the ratio both ways, what was left out, and shares of the minority that sum to one."""
    told = shown(tmp_path, table())

    assert told["classes"] == "fraud: 10 rows, ok: 50 rows"
    assert told["ratio"].startswith("0.2000 (rarest : most frequent class), 5.0 the other way round")
    assert "left out: id (differs in nearly every row" in told["notes"]
    shares = [int(share) for share in re.findall(r"(\d+)%", told["difficulty"])]
    assert len(shares) == 4
    assert 98 <= sum(shares) <= 102


def test_a_table_that_was_oversampled_before_it_was_split_is_told(tmp_path: Path) -> None:
    """Minority rows that repeat one another while others do not were made: scores on them are too good."""
    rows = table().drop(columns="id")
    rare = rows[rows["label"] == "fraud"]
    grown = pd.concat([rows, *[rare] * 3], ignore_index=True)

    assert "looks oversampled" in shown(tmp_path, grown)["duplicates"]
    assert shown(tmp_path, rows)["duplicates"] == "none within a class"


def test_rows_with_both_labels_are_counted(tmp_path: Path) -> None:
    """A row that stands in both classes cannot be told apart by anybody."""
    rows = table().drop(columns="id")
    twins = rows.iloc[[0, 6]].assign(label="ok")
    told = shown(tmp_path, pd.concat([rows, twins], ignore_index=True))

    assert told["duplicates"] == "none within a class; 4 rows with both labels"


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), min_size=1, max_size=40),
)
def test_copies_are_those_that_a_loop_counts(rows: list[tuple[int, int, bool]]) -> None:
    """Within a class: all rows less the different ones; with both labels: rows of values in both."""
    X = np.array([[a, np.nan if b == 2 else -0.0 if b else 0.0] for a, b, _ in rows])
    keys = [(a, min(b, 2) // 2) for a, b, _ in rows]  # 0 and -0 are one, so are NaN and NaN
    y = np.array([int(rare) for *_, rare in rows])
    own = {label: [key for key, one in zip(keys, y, strict=True) if one == label] for label in (0, 1)}
    both = set(own[0]) & set(own[1])
    found = duplicates(X, y)

    assert found.majority == len(own[0]) - len(set(own[0]))
    assert found.minority == len(own[1]) - len(set(own[1]))
    assert found.both == sum(key in both for key in keys)


def by_hand(X: np.ndarray, y: np.ndarray) -> list[float]:
    """Return the four shares by the words of the paper, row by row."""
    distance = ((X[:, None] - X[None]) ** 2).sum(-1)
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1, kind="stable")[:, :5]
    counts = [0, 0, 0, 0]
    for row in np.flatnonzero(y):
        kin = [other for other in near[row] if y[other]]
        kind = 0 if len(kin) >= 4 else 3 if not kin else 1
        if len(kin) == 1 and {other for other in near[kin[0]] if y[other]} <= {row}:
            kind = 2
        counts[kind] += 1
    return [count / y.sum() for count in counts]


@given(st.integers(0, 10_000), st.integers(8, 60), st.floats(0, 3))
def test_minority_rows_are_sorted_as_the_paper_sorts_them(seed: int, n: int, shift: float) -> None:
    """Safe, on the border, rare and outlier by five neighbours; the shares sum to one."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < max(2, n // 5)).astype(np.int64)
    X = rng.normal(size=(n, 3)) + shift * y[:, None]
    found = difficulty(X, y)

    assert found is not None
    np.testing.assert_allclose([found.safe, found.borderline, found.rare, found.outlier], by_hand(X, y))


def test_copies_of_a_row_are_no_neighbours_of_themselves() -> None:
    """Six copies of one minority row are each other's neighbours, none its own."""
    X = np.concatenate([np.zeros((6, 2)), np.full((6, 2), 9.0)])
    found = difficulty(X, np.repeat([1, 0], 6).astype(np.int64))

    assert found is not None
    assert found.safe == 1.0


@pytest.mark.parametrize(
    ("name", "target", "sentence"),
    [
        ("no.csv", "label", "there is no file 'no.csv'"),
        ("t.csv", "", "which column of 't.csv' holds the classes"),
        ("t.csv", "lable", "has no column 'lable'. Did you mean 'label'?"),
        ("ecoli", "", "no installed plugin offers the data set 'ecoli'"),
    ],
)
def test_what_cannot_be_shown_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, target: str, sentence: str
) -> None:
    """A wrong name or column is a sentence."""
    monkeypatch.chdir(tmp_path)
    table().to_csv("t.csv", index=False)
    with pytest.raises(UsageError, match=re.escape(sentence)):
        list(data_card(name, target))
