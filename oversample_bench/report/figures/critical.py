"""Critical-difference diagrams: mean ranks over data sets, and what Nemenyi's test tells apart.

After J. Demšar, "Statistical comparisons of classifiers over multiple data sets", JMLR 7, 2006, 1-30, section
3.2.2. Data sets are the blocks; one with a missing score is left out, and nothing is imputed.
"""

from __future__ import annotations

from functools import partial
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import pandas as pd

from oversample_bench.analysis.blocks import matrix, panels
from oversample_bench.analysis.results import Results
from oversample_bench.analysis.statistics.friedman import friedman
from oversample_bench.analysis.statistics.nemenyi import critical_difference, groups
from oversample_bench.analysis.statistics.rank_cases import cases
from oversample_bench.report.figures import naming, style
from oversample_bench.report.figures.drawing import Absent, Drawing, Made
from oversample_bench.report.figures.palette import Look, looks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST_METHODS = 3  # two are compared by a test of two
FEWEST_SETS = 5  # with fewer, six methods had to differ by more than half of all ranks
ALPHA = 0.05
MOST_TICKS, STEPS = 16, (1, 2, 5, 10, 20, 50, 100, 1000)
LINE, BAR, TOP = 0.3, 0.16, 0.95  # inches: a line of names, a bar, what is above the axis with the title
SIDE = 0.03  # of the scale: even the first and the last rank lead a line to their names
BAR_STEP = 0.55  # bars apart, in lines of names


def frame(results: Results, metric: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return the mean ranks that the diagrams show.

    Parameters
    ----------
    results : Results
        For the order of methods and classifiers.
    metric : str
        What the cells are of.
    found : DataFrame of shape (n_cells, 11)
        The cells, from `oversample_bench.analysis.score_cells.cells`.

    Returns
    -------
    DataFrame of shape (n_panels * n_methods, 8)
        panel, method, ``mean_rank`` (1 is best) over ``n_sets`` data sets while ``n_left_out`` lack a score
        of some method, ``critical_difference`` at 5 %, ``p`` of Iman and Davenport, and ``bars``: the numbers
        of the bars that the method is on, those with the same number being not told apart. Panels with
        fewer than `FEWEST_SETS` data sets are left out.
    """
    parts = [_ranks(panel.title, matrix(results, metric, found, panel)) for panel in panels(results)]
    columns = [
        "panel", "method", "mean_rank", "n_sets", "n_left_out", "critical_difference", "p", "bars",
    ]  # fmt: skip
    told = [part for part in parts if not part.empty]
    return pd.concat(told, ignore_index=True)[columns] if told else pd.DataFrame(columns=columns)


def _ranks(title: str, scores: pd.DataFrame) -> pd.DataFrame:
    held = cases(scores)
    n_sets, n_methods = held.complete.shape
    if n_sets < FEWEST_SETS or n_methods < FEWEST_METHODS:
        return pd.DataFrame()
    tested = friedman(held.complete)
    critical = critical_difference(n_methods, n_sets, ALPHA)
    bars = groups(tested.mean_ranks, critical)
    on = {name: ", ".join(str(at) for at, bar in enumerate(bars, 1) if name in bar) for name in scores}
    ranks = pd.Series(tested.mean_ranks, name="mean_rank").rename_axis("method").reset_index()
    return ranks.assign(
        panel=title,
        n_sets=n_sets,
        n_left_out=len(held.left_out) + len(held.empty),
        critical_difference=critical,
        p=tested.f_p,
        bars=ranks["method"].map(on),
    )


def drawings(results: Results, metric: str, found: pd.DataFrame) -> Made:
    """Return the diagram of one metric, a panel a classifier, or why there is none."""
    n_methods, n_sets = len(results.names("method")), len(results.names("dataset"))
    if n_methods < FEWEST_METHODS:
        return Absent(_too_few(FEWEST_METHODS, n_methods, "method"))
    if n_sets < FEWEST_SETS:
        return Absent(_too_few(FEWEST_SETS, n_sets, "data set"))
    told = frame(results, metric, found)
    if told.empty:
        return Absent(
            f"Mean ranks are compared from {FEWEST_SETS} data sets on in which every method has all its "
            "scores, and no classifier has as many."
        )
    each = int(told.groupby("panel").size().iloc[0])
    height = sum(_height(part) for _, part in told.groupby("panel", sort=False))
    paint = partial(_paint, told=told, all_looks=looks(results.names("method")))
    title = (
        f"{naming.label(metric)}: mean ranks of {each} methods over {style.extent(told['n_sets'])} data sets"
    )
    return (Drawing(title, _caption(results, metric, told), told, height, paint),)


def _too_few(fewest: int, found: int, noun: str) -> str:
    """Say how many there must be for mean ranks, and how many there are."""
    count = f"is {found}" if found == 1 else f"are {found}"
    return f"Mean ranks are compared from {fewest} {noun}s on, and there {count}."


def _averaged(results: Results) -> str:
    pooled = len(panels(results)[0].classifiers) > 1
    more = ["ratios"] * (len(results.names("ratio")) > 1) + ["classifiers"] * pooled
    if not more:
        return "splits"
    return f"splits, {' and '.join(more)} (less those with which no method is whole)"


def _caption(results: Results, metric: str, told: pd.DataFrame) -> str:
    text = (
        f"Mean ranks by {metric}, 1 is best; each data set is ranked by its mean over {_averaged(results)}. "
        "A bar joins methods that Nemenyi's test does not tell apart at 5 %; CD is the least difference that "
        "it does (Demšar 2006). p is that of Iman and Davenport for no difference at all: where it is above "
        "0.05, take all methods as joined."
    )
    ones = told.drop_duplicates("panel")
    short = ones[ones["n_left_out"] > 0]
    if not short.empty:
        counts = ", ".join(f"{row.n_left_out} with {row.panel}" for row in short.itertuples())
        text += f" Data sets left out because some method lacks a score: {counts}."
    lost = [panel.title for panel in panels(results) if panel.title not in set(ones["panel"])]
    if lost:
        text += f" Fewer than {FEWEST_SETS} data sets are whole with {', '.join(lost)}."
    return text


def _height(part: pd.DataFrame) -> float:
    return TOP + LINE * 0.6 * ceil(len(part) / 2) + BAR * _n_bars(part)


def _n_bars(part: pd.DataFrame) -> int:
    return max((int(at) for bars in part["bars"] for at in bars.split(", ") if at), default=0)


def _paint(figure: Figure, told: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    parts = [part for _, part in told.groupby("panel", sort=False)]
    grid = figure.subplots(
        len(parts), 1, squeeze=False, gridspec_kw={"height_ratios": [_height(part) for part in parts]}
    )
    for axes, part in zip(grid[:, 0], parts, strict=True):
        _panel(axes, part.sort_values("mean_rank", kind="stable"), all_looks)


def _panel(axes: Axes, part: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    """Paint one diagram; the unit of y is a line of names, downwards."""
    first = part.iloc[0]
    low, high = _range(part, first["critical_difference"])
    p = "p < 0.001" if first["p"] < 0.001 else f"p = {first['p']:.3f}"
    style.title(axes, f"{first['panel']}: n = {first['n_sets']} data sets, {p}")
    bottom = BAR_STEP * (_n_bars(part) + 1) + ceil(len(part) / 2)
    room = SIDE * (high - low)
    axes.set(xlim=(low - room, high + room), ylim=(bottom, -1.2), yticks=[])
    axes.xaxis.tick_top()
    step = next(step for step in STEPS if high - low <= MOST_TICKS * step)
    axes.set_xticks([rank for rank in range(low, high + 1) if rank % step == 0])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.spines["top"].set(visible=True, position=("data", 0.0), bounds=(low, high))
    axes.tick_params(axis="x", direction="out", length=3, pad=1)
    _scale(axes, low, first["critical_difference"])
    _bars(axes, part)
    _names(axes, part, all_looks)


def _range(part: pd.DataFrame, critical: float) -> tuple[int, int]:
    """Return the whole ranks between which all methods and the critical difference have room."""
    low = floor(part["mean_rank"].min())
    return low, max(ceil(part["mean_rank"].max()), low + ceil(critical), low + 1)


def _scale(axes: Axes, low: float, critical: float) -> None:
    axes.errorbar(
        low + critical / 2, -0.95, xerr=critical / 2, color="black", capsize=2.5, elinewidth=1, capthick=1
    )
    axes.text(
        low + critical, -0.95, f"  CD = {critical:.2f}", ha="left", va="center", fontsize=7, color="black"
    )


def _bars(axes: Axes, part: pd.DataFrame) -> None:
    for at in range(1, _n_bars(part) + 1):
        own = part[[str(at) in bars.split(", ") for bars in part["bars"]]]
        ends = [own["mean_rank"].min() - 0.03, own["mean_rank"].max() + 0.03]
        axes.plot(ends, [BAR_STEP * at] * 2, color="black", linewidth=2.6, solid_capstyle="butt")


def _names(axes: Axes, part: pd.DataFrame, all_looks: dict[str, Look]) -> None:
    """Lead a line from each rank to its name: the better half to the left, the others to the right."""
    start = BAR_STEP * (_n_bars(part) + 1)
    rows: list[Any] = list(part.itertuples())
    half = ceil(len(rows) / 2)
    names = dict(zip(all_looks, naming.labels(list(all_looks)), strict=True))
    left, right = axes.get_xlim()
    for at, row in enumerate(rows):
        is_left = at < half
        y = start + (at if is_left else len(rows) - 1 - at) + 0.4
        end, look = (left if is_left else right), all_looks[row.method]
        axes.plot(
            [row.mean_rank, row.mean_rank, end], [0, y, y], color=look.colour, linewidth=0.9, clip_on=False
        )
        axes.plot(row.mean_rank, 0, color=look.colour, marker=look.marker, clip_on=False, zorder=3)
        axes.annotate(
            f"{names[row.method]} ({row.mean_rank:.2f})",
            (end, y),
            (-4 if is_left else 4, 0),
            textcoords="offset points",
            ha="right" if is_left else "left",
            va="center",
            annotation_clip=False,
        )
