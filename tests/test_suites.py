"""The suites of the project: each can be read, is planned as its text says, and asks for what there is."""

from __future__ import annotations

import re
from math import ceil, floor
from pathlib import Path

import numpy as np
import pytest

from oversample_bench.analysis import claims, published_comparison, results
from oversample_bench.datasets.common_datasets import cards
from oversample_bench.execution.recorder import run_options
from oversample_bench.plugins.validation import check_names, registry_of
from oversample_bench.report import published_section
from oversample_bench.report.writers import markdown
from oversample_bench.store import Ledger, PlannedRecord, RunRecord
from oversample_bench.suite import Suite, load_suite
from oversample_bench.suite.plan import Plan, plan

SUITES = Path(__file__).parents[1] / "suites"
SIZES = {
    "ablation": 600,  # 6 ratios x 5 splits x 5 methods x 4 classifiers
    "gan": 400,
    "gan_ranks": 3510,
    "gan_wide": 9900,  # 33 sets x 10 splits x 10 methods x 3 classifiers
    "gan_wide_thinned": 2700,
    "keel": 17_550,  # 117 sets x 5 splits x 10 methods x 3 classifiers
    "paper": 3840,  # (30 + 10 for USPS, 10 + 10 for each of four) x 8 methods x 4 classifiers
    "quickstart": 324,
}
"""Trials of each suite."""


def planned_only(folder: Path, suite: Suite) -> results.Results:
    """Return what a report reads of a store that holds the plan of ``suite`` and no outcome."""
    ledger, found = Ledger(folder), plan(suite)
    metrics = dict.fromkeys(suite.metrics, True)
    options = run_options(suite, registry_of(suite))
    ledger.begin(RunRecord(suite.name, "", suite.text, options, metrics, "serial", 1, {}))
    ledger.set_plan(records(found))
    ledger.close()
    return results.read(folder)


def records(found: Plan) -> list[PlannedRecord]:
    return [
        PlannedRecord(
            trial=str(position),
            resample=str(hash(trial.spec.resample)),
            dataset=trial.dataset,
            ratio=trial.ratio,
            method=trial.method,
            classifier=trial.classifier,
            split=trial.spec.resample.split.index,
            seed=trial.spec.resample.seed,
        )
        for position, trial in enumerate(found.trials)
    ]


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_suite_is_read_and_planned(path: Path) -> None:
    """A suite bears the name of its file, and its plan has the size that stands here."""
    suite = load_suite(path)

    found = plan(suite)

    assert suite.name == path.stem
    assert len(found.trials) == len(set(map(repr, found.trials))) > 0
    assert len(found.trials) == SIZES.get(suite.name, len(found.trials))


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_name_of_a_suite_is_offered(path: Path) -> None:
    """Each method, classifier, data set and metric is registered by a plugin of this project."""
    suite = load_suite(path)

    check_names(suite, registry_of(suite))


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_readme_lists_every_suite(path: Path) -> None:
    """Each suite has its line in suites/README.md."""
    assert f"[{path.name}]({path.name})" in (SUITES / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_papers_suite_has_a_cell_for_every_published_value(tmp_path: Path) -> None:
    """351 values, 117 of AdaBoost in both forms, in two designs; all of them listed as not yet run."""
    found = planned_only(tmp_path, load_suite(SUITES / "paper.yaml"))

    frame = published_comparison.frame(found)
    text = markdown.sections([published_section.section(found)], lambda _: None)

    assert len(frame) == (351 + 117) * 2
    assert "no label of the suite" not in text
    assert "without a published value" not in text
    assert "- usps 2/8 at ratio 0.01, every method: 30 not yet run" in text
    assert set(claims.frame(found)["holds"]) == {""}


def test_the_papers_suite_holds_both_designs(tmp_path: Path) -> None:
    """Each set stands there with many splits and with one split and ten seeds; USPS has thirty."""
    designs = published_comparison.designs(planned_only(tmp_path, load_suite(SUITES / "paper.yaml")))

    assert designs["design"].tolist() == [
        "30 splits",
        *["one split, 10 seeds", "10 splits"] * 4,
        "one split, 10 seeds",
    ]


def test_the_ablation_asks_every_claim_of_the_curves(tmp_path: Path) -> None:
    """Four claims at six ratios with three published classifiers, one in two forms, by three metrics."""
    found = claims.frame(planned_only(tmp_path, load_suite(SUITES / "ablation.yaml")))

    assert (found["claim"] == "curve").sum() == 4 * 6 * 4 * 3


LEFT_OUT = (
    "abalone", "ada", "flaref", "kr_vs_k", "mammographic", "pima", "poker", "satimage", "segment", "vehicle",
    "winequality_white", "yeast",
    "australian", "car", "crx", "kc", "page_blocks", "pc", "vowel", "wdbc", "winequality_red", "wisconsin",
)  # fmt: skip
"""Families that something was looked for on, and those of gan_ranks.yaml."""


def family(name: str) -> str:
    known = [one for one in LEFT_OUT if re.fullmatch(rf"{one}(\d.*|_.*)?", name)]
    return known[0] if known else re.match("[a-z]+", name)[0]


def test_the_wide_suites_hold_what_their_rule_draws() -> None:
    """At most four sets of each family that nothing was looked for on; thinned those that can be."""
    families: dict[str, list[str]] = {}
    for name, card in cards().items():
        if ceil(0.8 * card.n_minority) >= 5 and family(name) not in LEFT_OUT:
            families.setdefault(family(name), []).append(name)
    rng, drawn = np.random.default_rng(0), []
    for _, names in sorted(families.items()):
        drawn += sorted(rng.permutation(sorted(names))[:4].tolist())
    kept = {name: floor(0.02 * ceil(0.8 * cards()[name].n_majority)) for name in drawn}
    thinned = [name for name in drawn if 5 <= kept[name] < ceil(0.8 * cards()[name].n_minority)]

    wide, thin = (load_suite(SUITES / f"{name}.yaml") for name in ("gan_wide", "gan_wide_thinned"))
    assert [one.dataset for one in wide.data] == drawn
    assert [one.dataset for one in thin.data] == thinned
