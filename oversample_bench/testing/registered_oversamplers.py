"""The contract for all oversamplers of a plugin at once, and the checks that imbalanced-learn has itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pytest

from oversample_bench.testing.candidate import DROPPING, OWING_NOTHING
from oversample_bench.testing.hooks_contract import offers
from oversample_bench.testing.oversampler_contract import OversamplerContract


class RegisteredOversamplers(OversamplerContract):
    """The contract for every oversampler that a plugin registers, so that a new one cannot be forgotten.

    What a method is by its base class in imbalanced-learn (``_sampling_type``), and whether it takes a seed,
    is read from the method.

    Attributes
    ----------
    module : str
        The module with the hooks.
    params : mapping of str to mapping, default={}
        By name what an oversampler is built with: what makes it quick to fit.
    variants : sequence of (str, mapping), default=()
        A name and other parameters, to be held to the contract as well.
    dropping : collection of str, default=()
        Names that drop real rows by design although ``_sampling_type`` does not say so.
    """

    params: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    variants: Sequence[tuple[str, Mapping[str, Any]]] = ()
    dropping: Collection[str] = ()

    @pytest.fixture(autouse=True)
    def _chosen(self, request: pytest.FixtureRequest) -> None:
        self._name, self._params = request.param
        sampler = self.make(0)
        kind = getattr(sampler, "_sampling_type", "over-sampling")
        self.drops_rows = kind in DROPPING or self._name in self.dropping
        self.owes_rows = kind not in OWING_NOTHING
        self.deterministic = "random_state" not in sampler.get_params()

    def make(self, random_state: int) -> Any:
        """Return the oversampler that the rule is about, with this seed where it takes one."""
        offer = offers(self.module, "oversamplers")[self._name]
        sampler = offer.resolved()(**{**offer.defaults, **self._params})
        seeded = "random_state" in sampler.get_params()
        return sampler.set_params(random_state=random_state) if seeded else sampler

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run each rule for every name and variant."""
        metafunc.parametrize("_chosen", list(self._cases()), indirect=True)

    def _cases(self) -> Iterator[Any]:
        found = offers(self.module, "oversamplers")
        unknown = {*self.params, *self.dropping, *(name for name, _ in self.variants)} - set(found)
        if unknown:
            raise ValueError(
                f"{self.module} offers no oversampler {sorted(unknown)}; there are {sorted(found)}"
            )
        for name, params in [*((name, self.params.get(name, {})) for name in found), *self.variants]:
            missing = found[name].missing()
            reason = f"'{name}' needs {', '.join(missing)}; {found[name].install}"
            marks = [pytest.mark.skip(reason=reason)] if missing else []
            told = ", ".join(f"{key}={value!r}" for key, value in params.items())
            yield pytest.param((name, params), id=f"{name}({told})" if told else name, marks=marks)


class ImbalancedLearnChecks:
    """The checks that imbalanced-learn holds its own samplers to, one run a sampler and check.

    Attributes
    ----------
    samplers : sequence of estimator, default=()
        Built, with whatever makes them quick to fit.
    """

    samplers: Sequence[Any] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run the rule for every sampler and check."""
        from imblearn.utils.estimator_checks import estimator_checks_generator

        cases = [
            pytest.param(sampler, check, id=f"{sampler!r}-{check.func.__name__}")
            for given in self.samplers
            for sampler, check in estimator_checks_generator(given)
        ]
        if "check" in metafunc.fixturenames:
            metafunc.parametrize(("sampler", "check"), cases)

    def test_each_sampler_keeps_the_contract_of_imbalanced_learn(
        self, sampler: Any, check: Callable[[Any], None]
    ) -> None:
        """The library's own checks of samplers hold for each one."""
        check(sampler)
