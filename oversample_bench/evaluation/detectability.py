"""How well a classifier tells synthetic rows from real ones that no method has seen.

Each share comes with its null: how well the same classifier tells the real minority rows that the method had
from those that it has not seen, which are of one distribution, in samples of the same size. A method whose
rows are told apart no better than that makes rows like real ones, as far as this classifier can see.

A classifier two-sample test (D. Lopez-Paz and M. Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017),
by a stump, which sees a single feature, and by a small forest, which sees several together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[Any]

FEWEST, MOST = 10, 500
"""Rows of each side: fewer tell nothing, and more are thinned at random."""
FOLDS, TREES = 2, 10


@dataclass(frozen=True)
class Detectability:
    """Balanced accuracies on rows that the classifier was not fitted on, in [0, 1]; 0.5 is chance.

    Attributes
    ----------
    stump, forest : float
        Of telling synthetic rows from withheld real ones.
    stump_null, forest_null : float
        Of telling the real rows that the method had from withheld ones.
    """

    stump: float
    stump_null: float
    forest: float
    forest_null: float


def detectability(unseen: Matrix, fake: Matrix, seen: Matrix, random_state: int = 0) -> Detectability | None:
    """Tell synthetic rows, and real ones that the method had, from real ones that it has not seen.

    Parameters
    ----------
    unseen : ndarray of shape (n_unseen, n_features)
        Minority rows that the method has not seen.
    fake : ndarray of shape (n_fake, n_features)
        Minority rows that it made.
    seen : ndarray of shape (n_seen, n_features)
        Minority rows that it had.
    random_state : int, default=0
        The seed of samples, folds and trees.

    Returns
    -------
    Detectability or None
        None where one of the sides has fewer than `FEWEST` rows.
    """
    size = min(len(unseen), len(fake), len(seen), MOST)
    if size < FEWEST:
        return None
    rng = np.random.default_rng(random_state)
    real, new, had = (rows[rng.permutation(len(rows))[:size]] for rows in (unseen, fake, seen))
    found, null = (_told_apart(real, other, random_state) for other in (new, had))
    return Detectability(found[0], null[0], found[1], null[1])


def _told_apart(real: Matrix, other: Matrix, random_state: int) -> tuple[float, float]:
    """Return the balanced accuracy of the stump and of the forest, over folds of equal classes."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier

    X, y = np.concatenate([real, other]), np.repeat([0, 1], len(real))
    models = (
        DecisionTreeClassifier(max_depth=1, random_state=random_state),
        RandomForestClassifier(n_estimators=TREES, random_state=random_state),
    )
    hits = np.zeros((2, len(y)))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=random_state).split(X, y):
        for at, model in enumerate(models):
            hits[at, test] = model.fit(X[train], y[train]).predict(X[test]) == y[test]
    stump, forest = hits.mean(axis=1)  # the classes are of one size: accuracy is balanced
    return float(stump), float(forest)
