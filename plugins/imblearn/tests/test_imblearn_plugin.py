"""The plugin as a whole: its hooks, and the contract for all that it registers."""

import pytest

from oversample_bench.testing import HooksContract, ImbalancedLearnChecks, RegisteredOversamplers
from oversample_bench_imblearn.cleaned import SMOTEENN, SMOTETomek
from oversample_bench_imblearn.samplers import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE

PLUGIN = "oversample_bench_imblearn"


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = (
        "smote",
        "borderline_smote",
        "svm_smote",
        "adasyn",
        "kmeans_smote",
        "smote_enn",
        "smote_tomek",
        "smote_nc",
        "smoten",
        "random_under",
    )


class TestOversamplers(RegisteredOversamplers):
    module = PLUGIN
    variants = (("borderline_smote", {"kind": "borderline-2"}),)
    dropping = ("smote_enn", "smote_tomek")


class TestChecks(ImbalancedLearnChecks):
    samplers = (
        SMOTE(random_state=42),
        BorderlineSMOTE(random_state=42),
        SVMSMOTE(random_state=42),
        ADASYN(random_state=42),
        KMeansSMOTE(random_state=0, kmeans_estimator=12),
        SMOTEENN(random_state=42),
        SMOTETomek(random_state=42),
    )
