from functools import cache

import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator

from oversample_bench.testing import OversamplerContract
from oversample_bench_swim.mahalanobis import SWIM
from oversample_bench_swim.rbf import SWIMRBF

PLUGIN = "oversample_bench_swim"
CHECKED = [SWIM(random_state=0), SWIM(random_state=0, shrinkage=True), SWIMRBF(random_state=0)]


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


class TestSwim(OversamplerContract):
    module = PLUGIN

    def make(self, random_state):
        return SWIM(random_state=random_state)


class TestShrunkSwim(OversamplerContract):
    def make(self, random_state):
        return SWIM(random_state=random_state, shrinkage=True)


class TestSwimRbf(OversamplerContract):
    def make(self, random_state):
        return SWIMRBF(random_state=random_state)
