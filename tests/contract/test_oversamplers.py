"""Every oversampler that is registered here keeps the contract that strangers' plugins are held to."""

from typing import Any

import pytest

from oversample_bench.plugins.registry import Entry, load_registry
from oversample_bench.testing import OversamplerContract
from oversample_bench.testing.candidate import DROPPING, OWING_NOTHING

CLEANS_AFTERWARDS = {
    "smote_enn": "edited nearest neighbours remove rows of either class after SMOTE",
    "smote_tomek": "Tomek links are removed after SMOTE",
}
MOVES_NO_ROWS = {"threshold"}
"""Their seed is for the classifier that they wrap."""
QUICK = {"epochs": 3, "n_epochs": 3, "max_epochs": 3, "max_steps": 20, "steps": 20, "rounds": 5}
"""Neural methods are trained for a moment: the contract is about honesty, not about quality."""

FEW_ROUNDS = {"n_pop": 3, "n_init_pop": 6, "n_iter": 2, "n_iters": 5, "n_sampling_epoch": 1, "n_step": 3}
FEW_STEPS = {"max_it": 2, "maxit": 2, "num_it": 3, "OT": 2, "Ge": 2}
"""The same for the evolutionary searches of smote-variants."""

FEW_SIZES = {"n_splits": 2, "n_repeats": 1, "multipliers": (0, 0.5, 1.0)}
SMALL_MODEL = {"max_steps": 3, "width": 8, "layers": 1, "heads": 1}
SETTINGS = {
    "sv_ahc": {"strategy": "minmaj"},
    "sv_smobd": {"max_eps": 5.0},
    "sv_smote_enn": {"sampling_strategy": 0.6},
    "sv_smote_pso": {"eps": 0.1},
    "vtss": FEW_SIZES,
    "tg_vtss": FEW_SIZES,
    "imbllm": SMALL_MODEL,
    "great_like": SMALL_MODEL,
}
"""With their defaults these make no rows of problems so small, the same ones with each seed, or take long."""

ENTRIES = load_registry().entries("oversampler")


@pytest.fixture(params=ENTRIES, ids=[entry.name for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    if request.param.state != "ok":
        pytest.skip(f"{request.param.name}: {request.param.reason}")
    if refused := getattr(request.param.resolve(), "refused", ""):
        pytest.skip(f"{request.param.name} refuses all data: {refused}")
    return request.param


class TestOversamplers(OversamplerContract):
    """The rules, one run an entry; what a method declares of itself is read from the method."""

    @pytest.fixture(autouse=True)
    def _choose(self, entry: Entry) -> None:
        self.entry = entry
        sampler = self.make(0)
        kind = getattr(sampler, "_sampling_type", "over-sampling")  # imbalanced-learn's word for it
        by_design = entry.name in CLEANS_AFTERWARDS or getattr(sampler, "removes_rows", "")
        self.drops_rows = kind in DROPPING or bool(by_design)
        self.owes_rows = kind not in OWING_NOTHING
        self.deterministic = entry.name in MOVES_NO_ROWS or "random_state" not in sampler.get_params()

    def make(self, random_state: int) -> Any:
        sampler = self.entry.build({})
        known = sampler.get_params()
        quick = QUICK | FEW_ROUNDS | FEW_STEPS | SETTINGS.get(self.entry.name, {})
        wanted = {"random_state": random_state, **quick}
        return sampler.set_params(**{name: value for name, value in wanted.items() if name in known})
