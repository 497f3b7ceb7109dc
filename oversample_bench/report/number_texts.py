"""How numbers and names are written, in every table, sentence and figure alike."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from oversample_bench.report.table import NOTHING

METRIC_NAMES = {
    "mcc": "MCC", "f1_macro": "macro F1", "f1_micro": "micro F1", "f1_minority": "F1", "f1": "F1",
    "auroc": "ROC AUC", "roc_auc": "ROC AUC", "auprc": "PR AUC", "pr_auc": "PR AUC", "g_mean": "G-mean",
    "balanced_accuracy": "balanced accuracy", "brier": "Brier score", "log_loss": "log loss", "ece": "ECE",
    "recall_at_precision": "recall at precision", "expected_cost": "expected cost",
}  # fmt: skip
METHOD_WORDS = {
    "smote": "SMOTE", "adasyn": "ADASYN", "glgan": "GL-GAN", "cgan": "cGAN", "gan": "GAN", "bagan": "BAGAN",
    "svm": "SVM", "enn": "ENN", "kmeans": "k-means", "swim": "SWIM", "rbf": "RBF", "mdo": "MDO",
    "nras": "NRAS", "mlp": "MLP", "knn": "k-NN", "svc": "SVC", "smotenc": "SMOTE-NC", "tomek": "Tomek",
}  # fmt: skip


def metric_name(metric: str) -> str:
    """Return how a metric is called in a sentence: ``MCC`` for ``mcc``, its own name if it has none."""
    return METRIC_NAMES.get(metric, one_line(metric))


def falling(*, higher_is_better: bool) -> str:
    """Return what has to be said of gains where lower scores are better; nothing where they are not."""
    return "" if higher_is_better else " (lower scores are better: a gain is by how much the score falls)"


def one_line(label: str) -> str:
    """Return a label with its white space folded, as it stands in sentences and titles."""
    return " ".join(label.split())


def printed_name(label: str) -> str:
    """Return how a label is printed in a paper: ``Borderline-SMOTE``, ``random forest``.

    Only labels of small letters, digits and underscores are changed: others were chosen by somebody.
    """
    if not label.replace("_", "").isalnum() or label != label.lower() or not label.isascii():
        return label
    parts = [METHOD_WORDS.get(part, part) for part in label.split("_")]
    if any(part.isupper() or part in METHOD_WORDS.values() for part in parts) and len(parts) > 1:
        return "-".join(part if part in METHOD_WORDS.values() else part.capitalize() for part in parts)
    return " ".join(parts)


def score(mean: float, digits: int) -> str:
    """Return ``0.871``."""
    return NOTHING if pd.isna(mean) else f"{mean:z.{digits}f}"


def spread(mean: float, sd: float, digits: int) -> str:
    """Return ``0.871 ± 0.012``, or the mean alone where there is but one value."""
    text = f"{mean:z.{digits}f}"
    return text if pd.isna(sd) else f"{text} ± {sd:.{digits}f}"


def interval(mean: float, low: float, high: float, digits: int) -> str:
    """Return ``0.871 [0.851, 0.891]``, or the mean alone where there is no interval."""
    text = f"{mean:z.{digits}f}"
    return text if pd.isna(low) else f"{text} [{low:z.{digits}f}, {high:z.{digits}f}]"


def gain(estimate: float, low: float, high: float, digits: int) -> str:
    """Return ``+0.093 [-0.051, +0.135]``, a dash where there is no estimate."""
    if pd.isna(estimate):
        return NOTHING
    text = signed(estimate, digits)
    return text if pd.isna(low) else f"{text} [{signed(low, digits)}, {signed(high, digits)}]"


def signed(value: float, digits: int) -> str:
    """Return ``+0.093``; what rounds to zero has no sign."""
    text = f"{value:+z.{digits}f}"
    return text if float(text) else text.lstrip("+")


def p_value(p: float) -> str:
    """Return a p-value as a table shows it: ``0.041``, ``<0.001``, or a dash for none."""
    if math.isnan(p):
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def p_told(p: float) -> str:
    """Return a p-value as a sentence tells it."""
    return "p below 0.001" if p < 0.001 else f"p = {p:.3f}"


def extent(values: Any, text: str = "{:,}") -> str:
    """Return ``5``, or ``5 to 10`` where values differ."""
    low, high = text.format(min(values)), text.format(max(values))
    return low if low == high else f"{low} to {high}"
