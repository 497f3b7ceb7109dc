"""The public door: all that a plugin may import, beside `oversample_bench.testing`.

It imports nothing of the package, and numpy for types only. Changing a name here is a major version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, runtime_checkable

import pluggy

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix: TypeAlias = npt.NDArray[np.float64]
    Labels: TypeAlias = npt.NDArray[Any]

__all__ = [
    "API_VERSION",
    "ENTRY_POINT_GROUP",
    "About",
    "Dataset",
    "Metric",
    "Oversampler",
    "PublishedTable",
    "Register",
    "Skip",
    "Unavailable",
    "hookimpl",
]

API_VERSION = 1
ENTRY_POINT_GROUP = "oversample_bench"

NEEDS = ("labels", "scores", "probabilities")

hookimpl = pluggy.HookimplMarker(ENTRY_POINT_GROUP)


class Skip(Exception):  # noqa: N818 - it is no error: the combination does not exist
    """Raised by a method that cannot be applied here; the trial is a row ``skipped``, with the sentence.

    Also what the host says of data, or of a machine, that does not offer what a suite asks for.
    """


class Unavailable(Exception):  # noqa: N818 - a state of this machine, not a mistake
    """Raised by a data set's loader when the data is not on this machine; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """A labelled table, before any split.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Numbers of any real dtype. NaN is a missing value; infinity is refused. A categorical column holds
        codes 0, 1, ... into its entry of ``categories``.
    y : ndarray of shape (n_samples,)
        Class labels, integers or strings.
    feature_names : tuple of str, default=()
        One a column, or none at all.
    categories : mapping of int to tuple of str, default={}
        The names of the codes of each categorical column, by its position. The host encodes these columns
        one-hot inside the split, fitted on training rows.
    source : str, default=""
        Where the rows come from, for the data card.
    licence : str, default=""
        The terms under which they may be used.
    notes : tuple of str, default=()
        How the rows were read, for the data card: what was recognised, left out, or taken for missing.
    """

    X: npt.NDArray[Any]
    y: Labels
    feature_names: tuple[str, ...] = ()
    categories: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = {"feature_names": self.feature_names}
        named |= {f"categories[{column!r}]": names for column, names in self.categories.items()}
        for what, names in named.items():
            if isinstance(names, str):
                raise TypeError(
                    f"{what} is the text {names!r}; expected a tuple of names, ({names!r},) for one"
                )


@dataclass(frozen=True)
class Metric:
    """A number for a trial.

    Parameters
    ----------
    compute : callable
        ``compute(y_true, prediction) -> float``. ``y_true`` is of shape (n_test,) with 1 for the minority
        and 0 for the majority; ``prediction`` is what ``needs`` names: predicted labels of the same
        coding, scores that grow with the minority, or probabilities of the minority, each of shape (n_test,).
    higher_is_better : bool, default=True
        Which end of the scale is the good one.
    needs : {"labels", "scores", "probabilities"}, default="labels"
        A classifier that cannot give it leaves the cell empty.

    Raises
    ------
    TypeError, ValueError
        When one of the three is something else.
    """

    compute: Callable[[Any, Any], float]
    higher_is_better: bool = True
    needs: Literal["labels", "scores", "probabilities"] = "labels"

    def __post_init__(self) -> None:
        if not callable(self.compute):
            raise TypeError(
                f"a metric's compute is {self.compute!r}; expected a function of y_true and prediction"
            )
        if not isinstance(self.higher_is_better, bool):
            raise TypeError(
                f"a metric's higher_is_better is {self.higher_is_better!r}; expected True or False"
            )
        if self.needs not in NEEDS:
            raise ValueError(f"a metric needs 'labels', 'scores' or 'probabilities', not {self.needs!r}")


@dataclass(frozen=True)
class PublishedTable:
    """Numbers that somebody has printed, for runs to be held against: CSV texts, which a store can keep.

    Parameters
    ----------
    values : str
        A row a number, with the columns dataset, classifier, metric, method and value, and perhaps ratio (as
        a suite writes it; empty for any) and note (why the value cannot be what its source says).
    names : str, default=""
        Which label of a suite a printed name stands for, where it is not the same text: columns kind
        (dataset, classifier, metric or method), published and label.
    claims : str, default=""
        What the source claims without printing numbers: columns better, worse and source.
    about : str, default=""
        Markdown: where the numbers are from, and what is to be said of them.
    """

    values: str
    names: str = ""
    claims: str = ""
    about: str = ""


@dataclass(frozen=True)
class About:
    """What a list of methods tells of a name, where what it stands for does not say so itself.

    Parameters
    ----------
    summary : str, default=""
        A sentence. Default: the first of the docstring.
    reference : str, default=""
        The work that the method is from. Default: the first that the docstring cites.
    gpu : bool, optional
        Whether it can use a GPU. Default: whether it has a parameter ``device``.
    deterministic : bool, optional
        Whether each seed gives the same rows. Default: whether it has no parameter ``random_state``.
    mixed_tables : bool, optional
        Whether it keeps columns of categories whole. Default: whether it declares ``accepts_categories``, or
        has a parameter ``one_hot_groups`` or ``categorical_features``.
    least_minority : int, optional
        The minority rows without which it raises or falls back to something else.
    """

    summary: str = ""
    reference: str = ""
    gpu: bool | None = None
    deterministic: bool | None = None
    mixed_tables: bool | None = None
    least_minority: int | None = None


@runtime_checkable
class Oversampler(Protocol):
    """What imbalanced-learn calls a sampler.

    Capabilities that the host looks for by name:

    ``fit_resample_batch(problems, random_states)``
        Fit many ``(X, y)`` in one model. Returns one ``(X', y')`` a problem, or an exception in its place:
        a member that fails does not take its neighbours along.
    ``accepts_categories``
        True where ``fit_resample`` is to be given a DataFrame with columns of numbers and of the dtype
        ``category`` in place of an array with one-hot columns, and returns one. A parameter
        ``categorical_features`` is set to the positions of the latter. Without categorical columns the
        method is given a DataFrame of numbers.
    ``sample_weight_``
        Weights for the classifier, of shape (n_returned,), or one array a member after a batch.
    ``wrap_classifier(classifier)``
        Called in each trial with its unfitted classifier; returns what is fitted in its place, unfitted as
        well. The method that it is called on is built as for the fit, with the same seed, and has not been
        fitted; see ``wrapping_state_``. Raises `Skip`, with a sentence, for a classifier that it cannot wrap.
    ``wrapping_state_``
        What ``wrap_classifier`` needs to know of the fit: arrays by name. The host keeps them with the
        resample and sets the attribute before it calls ``wrap_classifier``. After a batch it is a list with
        one such mapping a member.
    ``fallback_``
        A sentence, when the method could not do what it is for and did something else; after a batch a
        list with one entry (a sentence or None) a member.
    """

    def fit_resample(self, X: Matrix, y: Labels) -> tuple[Matrix, Labels]:
        """Return the rows to train on, and their labels."""
        ...


class Register(Protocol):
    """The callback that each hook receives."""

    def __call__(
        self,
        name: str,
        target: str | Callable[..., Any] | Metric,
        *,
        defaults: Mapping[str, Any] | None = None,
        requires: Sequence[str] = (),
        install: str = "",
        about: About | None = None,
    ) -> None:
        """Offer ``target`` under ``name``.

        Parameters
        ----------
        name : str
            What a suite writes.
        target : str or callable or Metric
            ``"package.module:attribute"``, imported when first used; or the object itself.
        defaults : mapping, optional
            Keyword arguments for the target; what the suite says goes before them.
        requires : sequence of str, default=()
            Import names without which the name is listed as unavailable.
        install : str, default=""
            What to type when one of ``requires`` is missing.
        about : About, optional
            What `bench plugins show` tells of it beside what its class says.
        """
        ...
