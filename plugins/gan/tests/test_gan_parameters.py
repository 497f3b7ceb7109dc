import inspect
import re

import pytest
from sklearn.base import clone

from oversample_bench_gan.ablations import AEWithoutCluster, AutoOnly
from oversample_bench_gan.bagan import BAGAN
from oversample_bench_gan.cgan import CGAN
from oversample_bench_gan.glgan import GLGAN

SAMPLERS = [GLGAN, AutoOnly, AEWithoutCluster, CGAN, BAGAN]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_signature_lists_the_parameters(sampler):
    """What ``inspect.signature`` shows is what scikit-learn reads: each by name only, with its default."""
    listed = inspect.signature(sampler).parameters

    assert sampler().get_params() == {name: one.default for name, one in listed.items()}
    assert {one.kind for one in listed.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert all(one.annotation is not inspect.Parameter.empty for one in listed.values())


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_docstring_tells_every_parameter_and_no_other(sampler):
    """The section on parameters has the names of the constructor, each once."""
    section = inspect.getdoc(sampler).split("Parameters\n----------\n")[1].split("\n\n")[0]
    told = [
        name for names in re.findall(r"^(\w[\w, ]*)", section, re.MULTILINE) for name in names.split(", ")
    ]

    assert sorted(name.strip() for name in told) == sorted(inspect.signature(sampler).parameters)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_parameter_can_be_set_and_survives_a_clone(sampler):
    """``set_params`` changes what the constructor set, one parameter at a time, and ``clone`` keeps it."""
    for name in sampler().get_params():
        told = clone(sampler().set_params(**{name: "other"})).get_params()

        assert told == sampler(**{name: "other"}).get_params() == sampler().get_params() | {name: "other"}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_parameter_has_a_range(sampler):
    """No parameter goes unchecked."""
    assert set(sampler._parameter_constraints) == set(sampler().get_params())


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_two_samplers_of_the_same_parameters_are_two(sampler):
    """Samplers are told apart by identity, and shown as scikit-learn shows estimators."""
    assert sampler() != sampler()
    assert len({sampler(), sampler()}) == 2
    assert repr(sampler(clip=False)) == f"{sampler.__name__}(clip=False)"
