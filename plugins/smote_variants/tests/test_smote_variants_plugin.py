"""The plugin as a whole: its hooks and its README."""

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

from oversample_bench.testing import HooksContract, ReadmeContract
from oversample_bench.testing.hooks_contract import offers
from oversample_bench_smote_variants.known import DETERMINISTIC, REFUSED, REMOVES_ROWS
from oversample_bench_smote_variants.names import ALSO_NEEDED, INSTALL, NAMES, NEEDED, registered

PLUGIN = "oversample_bench_smote_variants"
README = Path(__file__).parents[1] / "README.md"
WITHOUT = """
import sys
sys.modules["smote_variants"] = None
from oversample_bench.cli import main
main(["plugins", "list"])
"""


@pytest.mark.quick
class TestHooks(HooksContract):
    module = PLUGIN
    oversamplers = ("mdo_exact", *(registered(name) for name in NAMES))
    unseeded = tuple(registered(name) for name in DETERMINISTIC)

    def test_the_names_are_those_of_the_library(self):
        """The literal table holds every sampler of the installed library, in its order, and no other."""
        library = pytest.importorskip("smote_variants", reason=INSTALL)

        assert [found.__name__ for found in library.get_all_oversamplers()] == list(NAMES)

    def test_each_sampler_has_a_name_of_its_own(self):
        """91 samplers and an exact MDO are offered under 92 names, of which suites of others know three."""
        names = set(offers(PLUGIN, "oversamplers"))

        assert 92 == len(names) == 1 + len({registered(name) for name in NAMES})
        assert {"mdo", "nras", "mdo_exact"} == {name for name in names if not name.startswith("sv_")}

    def test_what_a_sampler_requires_is_said_beforehand(self):
        """Those of the library require all that importing it imports; the exact MDO requires nothing."""
        found = offers(PLUGIN, "oversamplers")

        assert ((), "") == (found["mdo_exact"].requires, found["mdo_exact"].install)
        assert (NEEDED, INSTALL) == (found["sv_smote"].requires, found["sv_smote"].install)
        assert (*NEEDED, *ALSO_NEEDED["DEAGO"]) == found["sv_deago"].requires

    def test_each_name_leads_to_the_sampler_of_its_class(self):
        """Every target is built as it is, can be asked to resample, and is named as the library names it."""
        pytest.importorskip("smote_variants", reason=INSTALL)
        for offer in offers(PLUGIN, "oversamplers").values():
            sampler = offer.resolved()()

            assert hasattr(sampler, "fit_resample")
            assert offer.target.partition(":")[2] == type(sampler).__name__

    def test_without_the_library_its_names_are_listed_as_unavailable(self):
        """The list of plugins says what to type, and still has the method that needs no library."""
        done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True)

        (line,) = (line for line in done.stdout.splitlines() if line.startswith("smote_variants"))
        assert f"needs smote_variants; {INSTALL}" in line
        assert "ok, but without mdo, nras, sv_a_suwo" in line
        assert "92 oversamplers: mdo_exact" in line


class TestReadme(ReadmeContract):
    readme, package = README, PLUGIN
    names = r"`(mdo_exact(?:\.\w+)+|samplers\.\w+)`"
    requires, install = ("smote_variants",), INSTALL

    def assert_printed(self, text):
        assert -1 <= float(text) <= 1


def test_the_names_of_the_rule_are_those_that_are_offered():
    """The examples of the rule follow it, and what to type is what the list of plugins says."""
    text = README.read_text(encoding="utf-8")

    for example, name in re.findall(r"`(\w+)` is\s`(sv_\w+)`", text):
        assert (True, name) == (example in NAMES, registered(example))
    assert f"$ {INSTALL}\n" in text


def test_counts_are_those_of_the_tables():
    """Numbers that the text gives are those of what it speaks of."""
    text = README.read_text(encoding="utf-8")

    assert "Sixteen samplers remove" in text
    assert "five samplers take `random_state`" in text
    assert (16, 5, {"ISOMAP_Hybrid", "E_SMOTE"}) == (len(REMOVES_ROWS), len(DETERMINISTIC), set(REFUSED))
    assert "the 89 others" in text
    assert 91 == len(NAMES)


def test_eleven_samplers_have_no_proportion():
    """Those that decide by themselves how many rows they make are as many as the text says."""
    library = pytest.importorskip("smote_variants", reason=INSTALL)
    without = [name for name in NAMES if "proportion" not in signature(getattr(library, name)).parameters]

    assert 11 == len(without), without
    assert "Eleven samplers decide by themselves" in README.read_text(encoding="utf-8")
