"""LEO-CVAE, whose autoencoder looks hardest at rows where classes mix, and the CVAE without that.

A. Zare, A. Zare, P. Pezeshki, H. Rahimi, A. Ebrahimi, I. Vazquez-Garcia, L. Celi, "Uncertainty-Aware
Generative Oversampling Using an Entropy-Guided Conditional Variational Autoencoder", arXiv 2509.25334 (2025).
The authors' code is public; it was read, not copied. Where it contradicts what it says it does, this does
what it says: all of the rows asked for are made (the code fills 80 %), the best weights are kept (the code
keeps the last), rows are standardised inside (the code takes distances in raw units).

A class that grows is held against all other rows, so that with more than two classes each fit has two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from sklearn.utils._param_validation import Interval, StrOptions
from torch import Tensor

from oversample_bench_gan.nets import Generators
from oversample_bench_gan.rows import Rows, picked
from oversample_bench_gan.sampler import SHARED_CONSTRAINTS, Made, NeuralSampler, most_steps
from oversample_bench_generative.cvae_training import CvaePlan, Labelled, Trained, drawn, train
from oversample_bench_generative.neighbourhoods import entropies
from oversample_bench_generative.standard import Standard

Array = npt.NDArray[Any]

HELD_OUT = 0.2
AFTER = 2**32
"""Added to the seeds for what comes after training: how long that lasts depends on the other members."""
OFTEN = 0.3
"""The share of epochs at the floor of KL above which the latent space is said to be unused."""


@dataclass(kw_only=True, eq=False, repr=False)
class LEOCVAE(NeuralSampler):
    """Train a conditional autoencoder with its eye on mixed neighbourhoods, and decode around rows there.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes grow, and to which size, as everywhere in imbalanced-learn.
    random_state : int, RandomState or None, default=None
        Seed of the split, weights, batches, dropout, seeds and latent points.
    gamma : float, default=0.5
        How much mixed neighbourhoods count: rows weigh (1 + H)^gamma in the loss, and are drawn as seeds in
        that proportion. 0.5 is the authors' for two classes, 2.5 for three.
    n_neighbors : int, default=15
        Neighbours among which the entropy H is taken.
    latent, hidden : int, default=16, 64
        Latent coordinates; the outer hidden layer, the inner one has half of it.
    beta, kl_floor : float, default=4.0, 0.1
        The weight of KL in the loss, and the least of it that counts.
    dropout : float, default=0.1
        Of hidden values, while training.
    epochs, patience : int, default=500, 25
        Passes over the training rows at most, and how many without a better validation loss are waited for.
    min_delta : float, default=1e-4
        What counts as better.
    max_steps : int or "auto", default="auto"
        Steps at most, whatever ``epochs`` says. "auto" is a million divided by the number of features, within
        500 and 5000. Ours, for the time that large tables take on a CPU.
    batch_size : int, default=32
    learning_rate, weight_decay, largest_gradient : float, default=1e-3, 1e-5, 1.0
        Adam's, and the norm to which a member's gradient is shortened.
    device : str, default="auto"
        A device of torch's. "auto" is a GPU where there is one.
    clip : bool, default=True
        Keep new rows in the range of the real ones; ours.
    discrete : int, default=0
        Features with at most as many different values get the nearest of these; ours. None do by default.

    Attributes
    ----------
    fallback_ : str
        What was done differently from what was asked, or what is doubtful about the rows; empty otherwise.
    history_ : dict of str to ndarray of shape (n_epochs,)
        The losses "training" and "validation".
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **SHARED_CONSTRAINTS,
        "gamma": [Interval(Real, 0, None, closed="left")],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "latent": [Interval(Integral, 1, None, closed="left")],
        "hidden": [Interval(Integral, 2, None, closed="left")],
        "beta": [Interval(Real, 0, None, closed="left")],
        "kl_floor": [Interval(Real, 0, None, closed="left")],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "min_delta": [Interval(Real, 0, None, closed="left")],
        "max_steps": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "largest_gradient": [Interval(Real, 0, None, closed="neither")],
    }

    gamma: float = 0.5
    n_neighbors: int = 15
    latent: int = 16
    hidden: int = 64
    beta: float = 4.0
    kl_floor: float = 0.1
    dropout: float = 0.1
    epochs: int = 500
    patience: int = 25
    min_delta: float = 1e-4
    max_steps: int | str = "auto"
    batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 1e-5
    largest_gradient: float = 1.0

    def _focus(self) -> float:
        """Return the exponent of the entropies."""
        return self.gamma

    def _make(self, rows: Rows, n_new: int, seeds: Sequence[int]) -> Made:
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        standard = Standard.of(rows.X)
        X = standard.scaled(rows.X)
        focus = focused(X, rows, self.n_neighbors, self._focus())
        labelled = Labelled(X, one_hot(rows), focus * class_weights(rows).to(X))
        parts = split(rows, generators)
        trained = train(labelled, parts, self._plan(rows, parts[0].shape[1]), generators)
        after = [torch.Generator().manual_seed(seed + AFTER) for seed in seeds]
        made = decoded(trained, labelled, (focus, parts[0], rows.n_majority), n_new, after)
        history = {"training": trained.training, "validation": trained.validation}
        return Made(standard.restored(made), history, self._told(trained, rows, len(seeds)))

    def _told(self, trained: Trained, rows: Rows, members: int) -> list[str]:
        told = ["" if share <= OFTEN else f"KL was at its floor in {share:.0%} of the epochs: the latent "
                "space says little" for share in trained.at_floor.tolist()]  # fmt: skip
        if rows.n_minority == 1:
            return [
                "decoded around one row: the minority has 1, which is trained on and validated on"
            ] * members
        return told

    def _plan(self, rows: Rows, n_train: int) -> CvaePlan:
        batches = -(-n_train // self.batch_size)
        most = most_steps(self.max_steps, rows.X.shape[-1])
        return CvaePlan(
            hidden=self.hidden,
            latent=self.latent,
            beta=self.beta,
            floor=self.kl_floor,
            dropout=self.dropout,
            epochs=max(1, min(self.epochs, most // batches)),
            patience=self.patience,
            min_delta=self.min_delta,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            largest_gradient=self.largest_gradient,
        )


@dataclass(kw_only=True, eq=False, repr=False)
class CVAE(LEOCVAE):
    """Train a conditional autoencoder on rows weighed by their class alone, and decode around any row.

    LEO-CVAE with ``gamma`` 0, whatever that parameter says; all others are those of `LEOCVAE`.
    """

    def _focus(self) -> float:
        return 0.0


def focused(X: Tensor, rows: Rows, k: int, gamma: float) -> Tensor:
    """Return (1 + H)^gamma of each row, (members, rows)."""
    if gamma == 0:
        return X.new_ones(X.shape[:2])
    y = (np.arange(X.shape[1]) >= rows.n_majority).astype(int)
    found = [entropies(own.cpu().double().numpy(), y, k) for own in X]
    return torch.from_numpy((1 + np.stack(found)) ** gamma).to(X)


def one_hot(rows: Rows) -> Tensor:
    """Return the classes of all rows, (members, rows, 2): the majority stands first."""
    codes = torch.zeros(rows.X.shape[1], 2)
    codes[: rows.n_majority, 0] = 1
    codes[rows.n_majority :, 1] = 1
    return codes.to(rows.X).expand(len(rows.X), -1, -1).contiguous()


def class_weights(rows: Rows) -> Tensor:
    """Return n / (2 n_c) for each row, (rows,)."""
    n = rows.n_majority + rows.n_minority
    return torch.cat([torch.full((count,), n / (2 * count)) for count in (rows.n_majority, rows.n_minority)])


def split(rows: Rows, generators: Generators) -> tuple[Tensor, Tensor]:
    """Return the rows to train on and to validate on, a fifth of each class, at least one of each.

    A class of one row is both trained on and validated on.
    """
    train_parts, held_parts, start = [], [], 0
    for count in (rows.n_majority, rows.n_minority):
        order = torch.stack([torch.randperm(count, generator=generator) for generator in generators]) + start
        n_held = max(1, round(HELD_OUT * count))
        train_parts.append(order[:, n_held:] if count > 1 else order)
        held_parts.append(order[:, :n_held])
        start += count
    device = rows.X.device
    return torch.cat(train_parts, 1).to(device), torch.cat(held_parts, 1).to(device)


def decoded(
    trained: Trained, rows: Labelled, drawing: tuple[Tensor, Tensor, int], n_new: int, generators: Generators
) -> Tensor:
    """Return new minority rows, each decoded from a point around one of the rows that were trained on.

    Parameters
    ----------
    trained : Trained
    rows : Labelled
    drawing : (Tensor, Tensor, int)
        What each row counts as a seed, (M, n); which rows were trained on, (M, T); the number of majority
        rows, which stand first.
    n_new : int
        Rows to make for each member.
    generators : sequence of torch.Generator
    """
    focus, train_rows, n_majority = drawing
    chosen = [
        seeds_of(own[own >= n_majority], weights, n_new, generator)
        for own, weights, generator in zip(train_rows.cpu(), focus.cpu(), generators, strict=True)
    ]
    index = torch.stack(chosen).to(rows.X.device)
    labels = picked(rows.one_hot, index)
    with torch.no_grad():
        mean, log_variance = trained.coder.encoded(picked(rows.X, index), labels)
        return trained.coder.decoded(drawn(mean, log_variance, generators), labels)


def seeds_of(candidates: Tensor, weights: Tensor, n_new: int, generator: torch.Generator) -> Tensor:
    """Return rows to start from, drawn with replacement in proportion to their weights."""
    shares = weights[candidates].double()
    return candidates[torch.multinomial(shares, n_new, replacement=True, generator=generator)]
