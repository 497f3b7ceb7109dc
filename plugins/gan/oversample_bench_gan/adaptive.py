"""GL-GAN with as much of its second phase as the training rows call for; ours, not the paper's method.

Why and when that helps is told in docs/glgan.md. How much is called for is measured in `omega`; what decoding
loses comes from `residuals`; the nets, their losses and both phases are those of `glgan`, which stays as it
is. At a share of 0 the rows are SMOTE's with neighbours found in latent space and nothing lost, at a share of
1 they are GL-GAN's with the noise of a real row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, ClassVar

import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor

from oversample_bench_gan.glgan import GLGAN
from oversample_bench_gan.latent import Between, between
from oversample_bench_gan.nets import Generators
from oversample_bench_gan.omega import kept, optimism
from oversample_bench_gan.plan import Plan
from oversample_bench_gan.residuals import KINDS, lost, own, pooled
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.sampler import Made
from oversample_bench_gan.training import Autoencoder, play, train_autoencoder

# M members, n rows, d features, l latent coordinates

Residuals = tuple[Tensor | float, Tensor | float]
"""What is added to what Q decodes, and to what G decodes."""


@dataclass(frozen=True)
class Measured:
    """The share of the second phase, and the omega that it follows from; nan where none was measured."""

    share: float
    omega: float
    n_minority: int

    def __str__(self) -> str:
        said = f"share of the second phase: {self.share:.2f}"
        if not math.isnan(self.omega):
            return f"{said} (omega {self.omega:.2f})"
        return said if self.n_minority > 1 else f"{said} (omega cannot be measured on 1 minority row)"


@dataclass(kw_only=True, eq=False, repr=False)
class GLGANAdaptive(GLGAN):
    """GL-GAN whose second phase counts as far as unseen minority rows lie nearer to the majority; ours.

    A new row is (1 - share) (Q(z) + r_own) + share (G(z) + r_pooled): z lies between two latent minority
    rows, Q is the decoder of the first phase, G the generator of the second, r what decoding loses of real
    rows. The share is 4 omega (1 - omega), and omega how far a linear classifier falls back from minority
    rows that it has seen to one that was left out. GL-GAN: W. Wang et al., SDM 2020.

    Parameters
    ----------
    share : float or None, default=None
        The share of the second phase, from 0 to 1; None measures it. Up to 0.01 the phase is left out.
    residuals : {"own_and_pooled", "own", "pooled", "none"}, default="own_and_pooled"
        What a row gets back of what decoding loses: by default what lies between its parents' residuals for
        the part that Q decodes, and a majority row's for the part that G decodes. "own" and "pooled" give
        both parts the one or the other.
    balanced_discriminator : bool, default=False
        Weigh the classes of the real rows alike in (3.4), so that D does not learn that minority rows are
        decoded ones. An ablation: it takes away most of what the second phase gains.
    sampling_strategy, random_state, device, clip, discrete
        As in `GLGAN`, and so are all further parameters.

    Attributes
    ----------
    share_ : float
        The share that was used. After a batch a list with an entry a member; where several classes grow, a
        dict by class; nan where none does.
    omega_ : float
        What it follows from, in the same form; nan with a given share and with a single minority row, whose
        share is 0. It may leave [0, 1], which the share does not.
    fallback_ : str
        The share in a sentence, which is how it gets into tables, and what was done differently.
    history_ : dict of str to ndarray of shape (n_steps,)
        As in `GLGAN`, without the losses of the second phase where it was left out.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from oversample_bench_gan.adaptive import GLGANAdaptive
    >>> X, y = make_classification(300, weights=[0.95], random_state=0)
    >>> sampler = GLGANAdaptive(random_state=0)
    >>> X_more, y_more = sampler.fit_resample(X, y)
    >>> bool(0 <= sampler.share_ <= 1)
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **GLGAN._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "share": [Interval(Real, 0, 1, closed="both"), None],
        "residuals": [StrOptions(set(KINDS))],
        "balanced_discriminator": ["boolean"],
    }

    share: float | None = None
    residuals: str = "own_and_pooled"
    balanced_discriminator: bool = False

    @property
    def share_(self) -> Any:
        """The share of the second phase that was used."""
        return self._read("share")

    @property
    def omega_(self) -> Any:
        """How far unseen minority rows lie back."""
        return self._read("omega")

    def _read(self, name: str) -> Any:
        found = self.measured_
        return [_one(each, name) for each in found] if isinstance(found, list) else _one(found, name)

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        """Train E and Q, interpolate, measure, train D, C and G where a member needs them, mix."""
        plan = self._plan(rows.X.shape[2])
        generators: Generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        trained = train_autoencoder(rows, plan, generators)
        drawn = self._drawn(rows, trained, n_new, seeds)
        Z_syn = torch.stack([torch.from_numpy(one.points) for one in drawn]).to(rows.X)
        measured = [self._measured(X, rows.n_majority) for X in rows.X]
        decoder, history, second = trained.decoder, trained.history, frozenset[str]()
        if plan.schedule.rounds and any(one.share for one in measured):
            judged = play(rows, Z_syn, trained, plan, generators)
            decoder, history, second = judged.generator, history | judged.history, frozenset(judged.history)
        with torch.no_grad():
            made, by_G = trained.decoder(Z_syn), decoder(Z_syn)  # (M, n_new, d)
        residuals = self._residuals(lost(rows, trained), rows.n_majority, drawn, seeds)
        for one, by_Q, *parts in zip(measured, made, by_G, residuals, strict=True):
            by_Q.copy_(mixed(one.share, by_Q, *parts))
        told = ["; ".join(filter(None, (a.told, str(b)))) for a, b in zip(drawn, measured, strict=True)]
        numbers = {name: [getattr(one, name) for one in measured] for name in ("omega", "share")}
        without = {member: second for member, one in enumerate(measured) if not one.share}
        return Made(made, history, told, numbers, without)

    def _plan(self, d: int) -> Plan:
        return replace(super()._plan(d), balanced=self.balanced_discriminator)

    def _drawn(self, rows: Rows, trained: Autoencoder, n_new: int, seeds: Sequence[int]) -> list[Between]:
        """Draw Z_syn of each member as `GLGAN` does, and note between which rows each point lies."""
        with torch.no_grad():
            Z_min = trained.encoder(rows.X[:, rows.n_majority :]).double().cpu().numpy()
        return [between(z, n_new, self.k_neighbors, seed) for z, seed in zip(Z_min, seeds, strict=True)]

    def _measured(self, X: Tensor, n_majority: int) -> Measured:
        """Return the share that was given, or the one that the rows call for."""
        n_minority = len(X) - n_majority
        if self.share is not None:
            return Measured(kept(float(self.share)), math.nan, n_minority)
        if n_minority < 2:
            return Measured(0.0, math.nan, n_minority)
        found = optimism(X.cpu().double().numpy(), n_majority)
        return Measured(found.share, found.omega, n_minority)

    def _residuals(
        self, residuals: Tensor, n_majority: int, drawn: Sequence[Between], seeds: Sequence[int]
    ) -> Iterator[Residuals]:
        """Yield for each member what is added to what Q decodes, and to what G decodes."""
        kinds = KINDS[self.residuals]
        for residual, made, seed in zip(residuals, drawn, seeds, strict=True):
            majority, minority = residual[:n_majority], residual[n_majority:]
            found: dict[str, Tensor | float] = {"none": 0.0}
            if "own" in kinds:
                found["own"] = own(minority, made)
            if "pooled" in kinds:
                found["pooled"] = pooled(minority, majority, len(made.eta), seed)
            yield found[kinds[0]], found[kinds[1]]


def mixed(share: float, by_Q: Tensor, by_G: Tensor, residuals: Residuals) -> Tensor:
    """Return (1 - share) (Q(z) + r) + share (G(z) + r'), which at a share of 0 does not look at G."""
    if not share:
        return by_Q + residuals[0]  # G of a member that does not need it need not be finite
    return (1 - share) * (by_Q + residuals[0]) + share * (by_G + residuals[1])


def _one(found: Mapping[str, Mapping[Any, float]], name: str) -> Any:
    """Return a number of the only class that grew, those of several by class, or nan where none did."""
    by_class = found.get(name, {})
    return dict(by_class) if len(by_class) > 1 else next(iter(by_class.values()), math.nan)
