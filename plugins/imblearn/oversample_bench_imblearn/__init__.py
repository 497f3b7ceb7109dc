"""imbalanced-learn's samplers for oversample-bench, by name.

Only names stand here; imbalanced-learn is imported when one of them is first used.
"""

from __future__ import annotations

from oversample_bench.api import Register, hookimpl


@hookimpl
def register_oversamplers(register: Register) -> None:
    """Offer the SMOTE family, for categories as well, two combinations with cleaning, and undersampling."""
    register("smote", "oversample_bench_imblearn.samplers:SMOTE")
    register("borderline_smote", "oversample_bench_imblearn.samplers:BorderlineSMOTE")
    register("svm_smote", "oversample_bench_imblearn.samplers:SVMSMOTE")
    register("adasyn", "oversample_bench_imblearn.samplers:ADASYN")
    register("kmeans_smote", "oversample_bench_imblearn.samplers:KMeansSMOTE")
    register("smote_enn", "oversample_bench_imblearn.cleaned:SMOTEENN")
    register("smote_tomek", "oversample_bench_imblearn.cleaned:SMOTETomek")
    register("smote_nc", "oversample_bench_imblearn.categories:SMOTENC")
    register("smoten", "oversample_bench_imblearn.categories:SMOTEN")
    register("random_under", "imblearn.under_sampling:RandomUnderSampler")
