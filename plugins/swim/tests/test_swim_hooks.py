from importlib import import_module

import oversample_bench_swim
from oversample_bench.testing import frameworks_loaded_by

NAMES = {"swim", "swim_rbf"}


def offered():
    found = {}
    oversample_bench_swim.register_oversamplers(lambda name, target: found.update({name: target}))
    return found


def test_the_promised_names_are_offered():
    """Suites of others rely on these names."""
    assert set(offered()) == NAMES


def test_each_name_leads_to_a_sampler():
    """Every lazy target can be imported, built with a seed and asked to resample."""
    for target in offered().values():
        module, _, attribute = target.partition(":")
        sampler = getattr(import_module(module), attribute)(random_state=0)

        assert hasattr(sampler, "fit_resample")


def test_listing_the_names_loads_no_framework():
    """The hooks import neither imbalanced-learn nor scikit-learn."""
    assert not frameworks_loaded_by("oversample_bench_swim")
