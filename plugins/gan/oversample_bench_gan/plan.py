"""Every number of GL-GAN once the width of the rows is known: what nets, what weights, how long.

Frozen values only; defaults and their reasons stand with the parameters of `glgan.GLGAN`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """The nets: E of ``hidden`` and ``latent``, Q its mirror, D and C one more layer on top of E.

    Attributes
    ----------
    hidden : tuple of int
        Widths of E's hidden layers.
    latent : int
        Width of the latent space.
    bottleneck : {"tanh", "linear"}
        E's last activation.
    output : {"linear", "tanh"}
        Q's and G's last activation.
    axes : bool
        Whether E and Q of one layer start at the principal axes of the rows.
    class_output : {"linear", "softmax"}
        C's last activation.
    """

    hidden: tuple[int, ...]
    latent: int
    bottleneck: str
    output: str
    axes: bool
    class_output: str


@dataclass(frozen=True)
class Weights:
    """The weights of (3.2) to (3.6), for several of which the paper writes the same lambda.

    Attributes
    ----------
    a1, a2 : float
        Of (3.2): the minority's spread, and the distance between the classes.
    b1, b2 : float
        Of (3.3): L_clu, and the penalty on squared weights.
    c : float
        Of (3.4): decoded rows.
    e : float
        Of (3.5): decoded rows.
    f1, f2 : float
        Of (3.6): looking real, and being of the right class.
    """

    a1: float
    a2: float
    b1: float
    b2: float
    c: float
    e: float
    f1: float
    f2: float


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: Algorithm 1's counters, which the paper leaves open.

    Attributes
    ----------
    batch_size : int
        Rows of each class, and of Z_syn, in a step.
    steps : int
        Steps of the first phase.
    learning_rate : float
        Adam's in the first phase.
    rounds : int
        Rounds of the second phase.
    inner : tuple of int
        Steps of D, C and G in a round.
    rates : tuple of float
        Adam's for D, C and G.
    """

    batch_size: int
    steps: int
    learning_rate: float
    rounds: int
    inner: tuple[int, int, int]
    rates: tuple[float, float, float]


@dataclass(frozen=True)
class Plan:
    """What a fit is told.

    Attributes
    ----------
    reduction : {"coordinate_mean", "sum"}
        Whether L_rec and L_clu are divided by the number of coordinates.
    separation : {"squared", "hinge"}
        The last term of (3.2).
    balanced : bool
        Whether the two classes of the real rows count alike in (3.4), as they do not in the paper.
    """

    architecture: Architecture
    weights: Weights
    schedule: Schedule
    reduction: str
    separation: str
    balanced: bool = False

    @property
    def margin(self) -> float | None:
        """Return how far apart the hinge wants the class means: the radius of the latent cube, 2 sqrt(l)."""
        return 2 * self.architecture.latent**0.5 if self.separation == "hinge" else None

    def per_coordinate(self, width: int) -> float:
        """Return what a squared norm over ``width`` coordinates is multiplied with."""
        return 1 / width if self.reduction == "coordinate_mean" else 1.0
