from functools import cache

import pytest
from imblearn.under_sampling import RandomUnderSampler
from imblearn.utils.estimator_checks import estimator_checks_generator
from threadpoolctl import threadpool_limits

from oversample_bench.testing import OversamplerContract
from oversample_bench_imblearn.cleaned import SMOTEENN, SMOTETomek
from oversample_bench_imblearn.samplers import ADASYN, SMOTE, SVMSMOTE, BorderlineSMOTE, KMeansSMOTE

PLUGIN = "oversample_bench_imblearn"
CHECKED = [
    SMOTE(random_state=42),
    BorderlineSMOTE(random_state=42),
    SVMSMOTE(random_state=42),
    ADASYN(random_state=42),
    KMeansSMOTE(random_state=0, kmeans_estimator=12),
    SMOTEENN(random_state=42),
    SMOTETomek(random_state=42),
]


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Keep k-means from starting threads that wait for each other."""
    with threadpool_limits(1):
        yield


@cache
def checks():
    return [
        pytest.param(sampler, check, id=f"{sampler!r}-{check.func.__name__}")
        for estimator in CHECKED
        for sampler, check in estimator_checks_generator(estimator)
    ]


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_each_sampler_keeps_the_contract_of_imbalanced_learn(estimator, check):
    """The library's own checks of samplers hold for each class."""
    check(estimator)


class TestSmote(OversamplerContract):
    module = PLUGIN

    def make(self, random_state):
        return SMOTE(random_state=random_state)


class TestBorderline(OversamplerContract):
    def make(self, random_state):
        return BorderlineSMOTE(random_state=random_state)


class TestBorderlineTwo(OversamplerContract):
    def make(self, random_state):
        return BorderlineSMOTE(random_state=random_state, kind="borderline-2")


class TestSvm(OversamplerContract):
    def make(self, random_state):
        return SVMSMOTE(random_state=random_state)


class TestAdasyn(OversamplerContract):
    def make(self, random_state):
        return ADASYN(random_state=random_state)


class TestKMeans(OversamplerContract):
    def make(self, random_state):
        return KMeansSMOTE(random_state=random_state)


class TestEnn(OversamplerContract):
    drops_rows = True

    def make(self, random_state):
        return SMOTEENN(random_state=random_state)


class TestTomek(OversamplerContract):
    drops_rows = True

    def make(self, random_state):
        return SMOTETomek(random_state=random_state)


class TestRandomUnder(OversamplerContract):
    drops_rows = True
    owes_rows = False

    def make(self, random_state):
        return RandomUnderSampler(random_state=random_state)
