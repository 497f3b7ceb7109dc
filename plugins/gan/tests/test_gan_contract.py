from functools import cache

import pytest
import torch
from imblearn.utils.estimator_checks import estimator_checks_generator
from threadpoolctl import threadpool_limits

from oversample_bench.testing import OversamplerContract
from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.bagan import BAGAN
from oversample_bench_gan.cgan import CGAN
from oversample_bench_gan.glgan import GLGAN

PLUGIN = "oversample_bench_gan"
SHORT = {"steps": 20, "rounds": 5}
CHECKED = [
    CGAN(random_state=0, max_steps=5),
    BAGAN(random_state=0, max_steps=5, batch_size=32),
    GLGAN(random_state=0, **SHORT),
    AutoOnly(random_state=0, steps=20),
    AEWithoutCluster(random_state=0, steps=20),
]


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """Keep nets as small as these from starting threads that wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
    torch.set_num_threads(before)


@cache
def checks():
    return [
        pytest.param(sampler, check, id=f"{type(sampler).__name__}-{check.func.__name__}")
        for estimator in CHECKED
        for sampler, check in estimator_checks_generator(estimator)
    ]


@pytest.mark.parametrize(("estimator", "check"), checks())
def test_each_sampler_keeps_the_contract_of_imbalanced_learn(estimator, check):
    """The library's own checks of samplers hold for each class."""
    check(estimator)


class TestCGAN(OversamplerContract):
    module = PLUGIN

    def make(self, random_state):
        return CGAN(random_state=random_state, max_steps=20)


class TestBAGAN(OversamplerContract):
    def make(self, random_state):
        return BAGAN(random_state=random_state, max_steps=10, batch_size=32)


class TestGLGAN(OversamplerContract):
    def make(self, random_state):
        return GLGAN(random_state=random_state, **SHORT)


class TestAutoOnly(OversamplerContract):
    def make(self, random_state):
        return AutoOnly(random_state=random_state, steps=20)


class TestAEWithoutCluster(OversamplerContract):
    def make(self, random_state):
        return AEWithoutCluster(random_state=random_state, steps=20)
