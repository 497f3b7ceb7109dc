"""The peer: the work of W1 as one would write it in an afternoon, without any framework."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

from imblearn.over_sampling import SMOTE, BorderlineSMOTE
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, matthews_corrcoef
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from oversample_bench.core.specs import DataSpec, Protocol, SplitSpec
from oversample_bench.evaluation.split import thin
from oversample_bench.evaluation.threads import limited
from tests.benchmarks.synthetic import load


def loop(_number: Any = None) -> None:
    """Do the 120 trials of W1; the argument is for `map`."""
    with limited(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed, split in itertools.product(range(4), range(5)):
            dataset = load(seed)
            rows = thin(dataset.y, SplitSpec(DataSpec("any"), None, Protocol(), split))
            scaler = StandardScaler().fit(dataset.X[rows.train])
            X, X_test = scaler.transform(dataset.X[rows.train]), scaler.transform(dataset.X[rows.test])
            y, y_test = dataset.y[rows.train], dataset.y[rows.test]
            for sampler in (None, SMOTE(random_state=split), BorderlineSMOTE(random_state=split)):
                X_in, y_in = (X, y) if sampler is None else sampler.fit_resample(X, y)
                for classifier in (
                    DecisionTreeClassifier(max_depth=5, random_state=0),
                    LogisticRegression(max_iter=1000),
                ):
                    predicted = classifier.fit(X_in, y_in).predict(X_test)
                    matthews_corrcoef(y_test, predicted)
                    f1_score(y_test, predicted, average="macro")
                    f1_score(y_test, predicted, average="micro")
