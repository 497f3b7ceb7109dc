import subprocess
import sys
from importlib import import_module

import pytest

import oversample_bench_smote_variants
from oversample_bench.testing import frameworks_loaded_by
from oversample_bench_smote_variants.names import ALSO_NEEDED, INSTALL, NAMES, NEEDED, registered

WITHOUT = """
import sys
sys.modules["smote_variants"] = None
from oversample_bench.cli import main
main(["plugins", "list"])
"""


def offered():
    found = {}
    oversample_bench_smote_variants.register_oversamplers(
        lambda name, target, **more: found.update({name: (target, more)})
    )
    return found


def test_the_names_are_those_of_the_library():
    """The literal table holds every sampler of the installed library, in its order, and no other."""
    library = pytest.importorskip("smote_variants", reason=INSTALL)

    assert [found.__name__ for found in library.get_all_oversamplers()] == list(NAMES)


def test_each_sampler_has_a_name_of_its_own():
    """91 samplers and an exact MDO are offered under 92 names, of which suites of others know three."""
    assert 92 == len(offered()) == 1 + len({registered(name) for name in NAMES})
    assert {"mdo", "nras", "mdo_exact"} == {name for name in offered() if not name.startswith("sv_")}


def test_what_a_sampler_requires_is_said_beforehand():
    """Those of the library require all that importing it imports; the exact MDO requires nothing."""
    found = offered()

    assert {} == found["mdo_exact"][1]
    assert {"requires": NEEDED, "install": INSTALL} == found["sv_smote"][1]
    assert (*NEEDED, *ALSO_NEEDED["DEAGO"]) == found["sv_deago"][1]["requires"]


def test_each_name_leads_to_a_sampler():
    """Every lazy target can be imported, built as it is and asked to resample."""
    pytest.importorskip("smote_variants", reason=INSTALL)
    for target, _ in offered().values():
        module, _, attribute = target.partition(":")
        sampler = getattr(import_module(module), attribute)()

        assert hasattr(sampler, "fit_resample")
        assert attribute == type(sampler).__name__


def test_without_the_library_its_names_are_listed_as_unavailable():
    """The list of plugins says what to type, and still has the method that needs no library."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)

    (line,) = (line for line in done.stdout.splitlines() if line.startswith("smote_variants"))
    assert f"needs smote_variants; {INSTALL}" in line
    assert "ok, but without mdo, nras, sv_a_suwo" in line
    assert "92 oversamplers: mdo_exact" in line


def test_listing_the_names_loads_no_framework():
    """The hooks import neither smote-variants nor imbalanced-learn nor scikit-learn."""
    assert not frameworks_loaded_by("oversample_bench_smote_variants")
