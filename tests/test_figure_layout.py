"""What a reader of a figure can read: no text over another, none cut that has room, nothing off the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from oversample_bench.report.figures.fitting import panel_title

from oversample_bench.analysis.results import Results
from oversample_bench.analysis.score_cells import cells
from oversample_bench.report.figures import (
    Drawing,
    costs,
    critical,
    difference_plots,
    fidelity_plots,
    heat,
    naming,
    ratio_curves,
    style,
)
from tests.test_figures import HOSTILE, Cell, broad, gallery, stored

LONG = tuple(f"borderline_smote_variant_{at}_with_long_label" for at in range(4))
LONG_METRIC = "balanced_error_rate_of_the_minority"


@contextmanager
def laid_out(drawing: Drawing) -> Iterator[Figure]:
    """Give the figure as it is before it is saved, its ticks brought up to date."""
    with style.styled():
        figure = drawing.figure()
        figure.canvas.draw()
        yield figure


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible()]


def shown(texts: Iterator[Text] | list[Text]) -> list[Text]:
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def tick_labels(axes: Axes) -> list[Text]:
    low, high = sorted(axes.get_xlim())
    ticks = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
    return shown([text for tick in ticks for text in (tick.label1, tick.label2)])


def titles(figure: Figure) -> list[str]:
    return [text.get_text() for axes in panels(figure) if (text := panel_title(axes)) is not None]


def collisions(figure: Figure) -> list[tuple[str, str]]:
    """Return the titles, labels of axes and horizontal ticks, and names of legends, that overlap."""
    texts = [
        text for axes in panels(figure) for text in (*tick_labels(axes), axes.xaxis.label, axes.yaxis.label)
    ]
    texts += [title for axes in panels(figure) if (title := panel_title(axes)) is not None]
    texts += [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    extents = [(text.get_text(), text.get_window_extent()) for text in shown(texts)]
    return [(a, b) for (a, first), (b, second) in combinations(extents, 2) if first.overlaps(second)]


def off_the_sheet(figure: Figure) -> list[str]:
    """Return the titles, labels and legends that do not end on the sheet."""
    texts = [text for axes in panels(figure) for text in (axes.xaxis.label, axes.yaxis.label)]
    texts += [title for axes in panels(figure) if (title := panel_title(axes)) is not None]
    texts += [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    extents = [(text.get_text(), text.get_window_extent()) for text in shown(texts)]
    right, top = figure.bbox.width, figure.bbox.height
    return [name for name, one in extents if one.x0 < 0 or one.y0 < 0 or one.x1 > right or one.y1 > top]


def every_kind(folder: Path, methods: tuple[str, ...], classifiers: tuple[str, ...], metric: str) -> Results:
    """Write a store of five sets, one of them at seven ratios, in which scores differ in the third place."""
    ratios = ("0.01", "0.011", "0.012", "0.02", "0.05", "0.1", "0.5")
    places = [*product(["set0"], ratios), *product([f"set{at}" for at in range(1, 5)], ratios[:1])]
    told = [
        Cell(
            [0.5 + 0.0017 * ((3 * at + 2 * m + split) % 7 - 3) for split in range(2)],
            method, *place, classifier, 0.001 * 10**m, 0.02 * m, (0.9, 0.5),
        )
        for (at, place), classifier, (m, method) in product(
            enumerate(places), classifiers, enumerate(methods)
        )
    ]  # fmt: skip
    return stored(folder, told, {metric: metric == "mcc"}, focus=methods[-1])


@pytest.mark.parametrize(
    ("methods", "classifiers", "metric"),
    [
        (("none", "smote", "adasyn"), ("logistic_regression", "adaboost_samme_r", "knn", "mlp"), "mcc"),
        (("none", "smote", *LONG), tuple(f"gradient_boosting_{at}_deep" for at in range(4)), LONG_METRIC),
    ],
)
def test_no_text_lies_over_another_and_all_end_on_the_sheet(
    tmp_path: Path, methods: tuple[str, ...], classifiers: tuple[str, ...], metric: str
) -> None:
    """Titles, labels, ticks and legends of every figure keep apart, with long names and small steps too."""
    drawings = gallery(every_kind(tmp_path, methods, classifiers, metric)).drawings

    for stem, drawing in drawings.items():
        with laid_out(drawing) as figure:
            assert (stem, collisions(figure), off_the_sheet(figure)) == (stem, [], [])
    kinds = ("critical_difference", "gains", "curves", "cost", "heatmap")
    assert list(drawings) == [*(f"{kind}_m0" for kind in kinds), "fidelity"]


@pytest.mark.parametrize("scale", [1e-5, 0.00021, 0.013, 0.107, 3.0])
def test_a_gain_of_any_size_has_ticks_that_can_be_read(tmp_path: Path, scale: float) -> None:
    """In three panels side by side at least two ticks are labelled, a word's gap apart."""
    told = [
        Cell([0.5 + scale * at * (1 + split) for split in range(3)], method)
        for at, method in enumerate(("none", "smote", "glgan"))
    ]
    results = stored(tmp_path, told, focus="glgan")

    (drawing,) = difference_plots.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        for axes in panels(figure):
            extents = sorted((text.get_window_extent() for text in tick_labels(axes)), key=lambda one: one.x0)
            assert len(extents) >= 2
            assert all(left.x1 + 3 <= right.x0 for left, right in pairwise(extents))


def test_titles_of_panels_are_whole_where_there_is_room(tmp_path: Path) -> None:
    """Names of classifiers that fit their panels are not cut in any figure."""
    names = ("logistic_regression", "adaboost_samme_r", "random_forest")
    results = every_kind(tmp_path, ("none", "smote", "adasyn"), names, "mcc")
    drawings = gallery(results).drawings

    for stem in ("heatmap_m0", "gains_m0", "cost_m0", "critical_difference_m0"):
        with laid_out(drawings[stem]) as figure:
            assert [title.split(":")[0] for title in titles(figure)] == list(names), stem


def test_a_title_that_does_not_fit_keeps_both_ends_and_its_panel_its_width(tmp_path: Path) -> None:
    """A name of 120 letters is cut to its panel, which is as wide as one with a short name."""
    long = f"begin{'_middle' * 16}_end"
    told = [
        Cell([0.3, 0.5], method, f"set{at}", classifier=classifier)
        for at, method, classifier in product(range(3), ("none", "smote"), (long, "knn"))
    ]
    results = stored(tmp_path, told)

    (drawing,) = heat.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        first, second = panels(figure)[:2]
        cut = titles(figure)[0]
        assert "…" in cut
        assert (cut[:5], cut[-3:]) == ("begin", "end")
        assert len(cut) > 20
        assert first.bbox.width == pytest.approx(second.bbox.width, rel=0.01)


def test_what_all_panels_share_stands_in_the_title_of_the_figure(tmp_path: Path) -> None:
    """Curves of one set name it once, and their panels the classifiers alone; the metric is at the axis."""
    told = [
        Cell([0.4, 0.6], method, "usps 2/8", ratio, classifier)
        for method, ratio, classifier in product(
            ("none", "smote"), ("0.01", "0.1"), ("adaboost_samme_r", "mlp")
        )
    ]
    results = stored(tmp_path, told)

    (drawing,) = ratio_curves.drawings(results, "mcc", cells(results, "mcc"))

    assert "mcc on usps 2/8 against" in drawing.title
    with laid_out(drawing) as figure:
        assert titles(figure) == ["adaboost_samme_r", "mlp"]
        assert figure.axes[0].get_ylabel() == "mcc"


def test_the_title_of_gains_tells_how_many_sets_there_are_scores_of(tmp_path: Path) -> None:
    """Where all methods lack the same sets the title says so once; an odd n stands inside its panel."""
    told = [
        Cell([0.5 + 0.1 * m + 0.01 * at if at < 3 else None], method, f"set{at}")
        for at, (m, method) in product(range(5), enumerate(("none", "smote", "adasyn")))
    ]
    odd = [
        replace(cell, scores=[None]) if (cell.method, cell.dataset) == ("adasyn", "set0") else cell
        for cell in told
    ]
    same, differing = (stored(tmp_path / name, cells_) for name, cells_ in (("a", told), ("b", odd)))

    (plain,) = difference_plots.drawings(same, "mcc", cells(same, "mcc"))
    (marked,) = difference_plots.drawings(differing, "mcc", cells(differing, "mcc"))

    assert "mean and 95 % interval over 3 of 5 data sets" in plain.title
    assert "over 2 to 3 of 5 data sets" in marked.title
    with laid_out(plain) as figure:
        assert {text.get_text() for axes in panels(figure) for text in axes.texts} == {"reference"}
    with laid_out(marked) as figure:
        notes = [(axes, text) for axes in panels(figure) for text in axes.texts]
        assert "n = 2 of 5" in {text.get_text() for _, text in notes}
        assert all(text.get_window_extent().x1 <= axes.bbox.x1 for axes, text in notes)


def test_small_costs_are_told_apart(tmp_path: Path) -> None:
    """Where no memory is near 1 MiB the axis ends at the largest one, from 0 and with ticks between."""
    told = [
        Cell([0.5, 0.6], method, name, mib=mib)
        for name in "AB"
        for method, mib in (("none", 0.0), ("smote", 0.02), ("adasyn", 0.04))
    ]
    results = stored(tmp_path, told)

    (drawing,) = costs.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        memory = figure.axes[1]
        assert memory.get_xlim()[1] < 0.05
        assert len(tick_labels(memory)) >= 3


def test_one_row_of_costs_is_named_with_its_fits(tmp_path: Path) -> None:
    """A single data set stands in the title, and n is the number of fits and not one."""
    results = stored(tmp_path, [Cell([0.5, 0.6, 0.7], method, "usps 2/8") for method in ("none", "smote")])

    (drawing,) = costs.drawings(results, "mcc", cells(results, "mcc"))

    assert drawing.title == "mcc against the cost of a fit, means over 3 fits on usps 2/8"


def test_bars_of_fidelity_end_where_shares_do(tmp_path: Path) -> None:
    """A deviation that reaches beyond 0 or 1 is drawn as far as these, and marks on the edge are whole."""
    told = [Cell([0.5], "none", "A", "0.1")]
    told += [
        Cell([0.5], "smote", name, "0.1", shares=shares)
        for name, shares in (("A", (1.0, 0.0)), ("B", (0.7, 0.3)))
    ]
    results = stored(tmp_path, told)

    (drawing,) = fidelity_plots.drawings(results)

    with laid_out(drawing) as figure:
        axes = figure.axes[0]
        corners = np.concatenate([path.vertices for lines in axes.collections for path in lines.get_paths()])
        assert (corners.min(), corners.max()) == (0.0, 1.0)
        assert not axes.lines[0].get_clip_on()


def test_a_heat_map_writes_numbers_where_they_fit(tmp_path: Path) -> None:
    """Numbers lie inside their cells, with nine methods and three classifiers too; of 48 none is written."""
    few, many = (
        stored(
            tmp_path / str(n),
            [
                Cell([0.81, 0.79], f"m{m}", f"set{at}", classifier=c)
                for at, m, c in product(range(3), range(n), ("a", "b", "c") if n < 10 else ("a",))
            ],
        )
        for n in (9, 48)
    )

    (small,), (large,) = (heat.drawings(one, "mcc", cells(one, "mcc")) for one in (few, many))

    with laid_out(small) as figure:
        axes = figure.axes[0]
        numbers = shown(list(axes.texts))
        assert len(numbers) == 27
        assert all(text.get_window_extent().width < axes.bbox.width / 9 for text in numbers)
    with laid_out(large) as figure:
        assert not shown(list(figure.axes[0].texts))


def test_more_methods_than_a_heat_map_has_columns_go_over_to_further_pages(tmp_path: Path) -> None:
    """Sixty methods take two pages, each cell is on one of them, and the names of the columns keep apart."""
    names = [f"sv_method_{at}" for at in range(60)]
    results = stored(tmp_path, [Cell([0.5, 0.6], name, data) for name in names for data in "AB"])

    pages = heat.drawings(results, "mcc", cells(results, "mcc"))

    assert isinstance(pages, tuple)
    assert [len(page.numbers) for page in pages] == [96, 24]
    assert "(1 of 2)" in pages[0].title
    with laid_out(pages[0]) as figure:
        assert not collisions(figure)


def test_colours_do_not_make_much_of_little(tmp_path: Path) -> None:
    """Scores that agree in two places have nearly one colour."""
    told = [Cell([0.5 + 0.0001 * m], name, data) for m, name in enumerate(("none", "smote")) for data in "AB"]
    results = stored(tmp_path, told)

    (drawing,) = heat.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        low, high = figure.axes[0].collections[0].get_clim()
        assert high - low == pytest.approx(heat.NARROWEST)


def test_sixty_methods_leave_room_for_their_panels(tmp_path: Path) -> None:
    """A legend of sixty names makes the figure higher, and covers nothing of it."""
    told = [Cell([0.5 + 0.001 * at], f"m{at}", data, seconds=1.0 + at) for at in range(60) for data in "AB"]
    results = stored(tmp_path, told)

    (drawing,) = costs.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        (legend,) = figure.legends
        assert figure.axes[0].bbox.height > style.DPI
        assert legend.get_window_extent().y1 <= figure.axes[0].xaxis.label.get_window_extent().y0
        assert not off_the_sheet(figure)


def test_the_scale_of_many_ranks_has_round_ticks(tmp_path: Path) -> None:
    """With forty methods the ranks at the axis are multiples of a step, and their labels keep apart."""
    told = [
        Cell([((7 * at + 11 * data) % 40) / 40], f"m{at}", f"set{data}")
        for at in range(40)
        for data in range(5)
    ]
    results = stored(tmp_path, told)

    (drawing,) = critical.drawings(results, "mcc", cells(results, "mcc"))

    with laid_out(drawing) as figure:
        ranks = [int(text.get_text()) for text in tick_labels(figure.axes[0])]
        assert all(rank % 2 == 0 for rank in ranks)
        assert len(ranks) <= critical.MOST_TICKS + 1
        assert not collisions(figure)


@pytest.mark.parametrize(("n_sets", "words"), [(1, "and there is 1."), (2, "and there are 2.")])
def test_too_few_sets_are_told_in_a_sentence(tmp_path: Path, n_sets: int, words: str) -> None:
    """How many data sets there are agrees with its verb."""
    told = [Cell([0.5, 0.6], name, f"set{at}") for name in ("none", "b", "c") for at in range(n_sets)]
    results = stored(tmp_path, told)

    absent = critical.drawings(results, "mcc", cells(results, "mcc"))

    assert absent == critical.Absent(f"Mean ranks are compared from 5 data sets on, {words}")


def test_one_reason_for_several_figures_is_told_once(tmp_path: Path) -> None:
    """Figures of several metrics that are absent for one reason stand in one line, each in one line only."""
    shown_ = gallery(stored(tmp_path, [Cell([0.5, 0.6])], {"mcc": True, "f1": True}))

    reasons = shown_.reasons()

    assert ["curves_m0", "curves_m1"] in reasons.values()
    assert sorted(stem for stems in reasons.values() for stem in stems) == sorted(shown_.absent)
    assert not any("`" in reason for reason in reasons)


def test_names_that_differ_in_their_middles_are_told_apart() -> None:
    """Long names show the letters in which they differ; a name that stands alone shows its ends."""
    found = naming.labels(["none", *LONG], 24)

    assert found[0] == "none"
    assert len(set(found)) == len(found)
    assert all(str(at) in name for at, name in enumerate(found[1:]))
    assert naming.labels(LONG[:1], 24) == [naming.label(LONG[0], 24)]


@given(
    st.lists(st.one_of(st.text(max_size=40), st.sampled_from((*HOSTILE, *LONG))), max_size=8),
    st.integers(6, 40),
)
def test_labels_fit_and_short_names_are_left_alone(names: list[str], most: int) -> None:
    """Each label is one line of at most so many letters, and that of a short name is the name."""
    found = naming.labels(names, most)

    assert len(found) == len(names)
    assert all(len(one) <= most and not set(one) & set("\n\r\t\x00") for one in found)
    assert all(
        one == naming.label(name, most) for name, one in zip(names, found, strict=True) if len(name) <= most
    )


def test_every_figure_of_a_broad_store_is_well_laid_out(tmp_path: Path) -> None:
    """Gaps, failed trials and metrics that fall leave no text over another."""
    for stem, drawing in gallery(broad(tmp_path)).drawings.items():
        with laid_out(drawing) as figure:
            assert (stem, collisions(figure), off_the_sheet(figure)) == (stem, [], [])


def test_a_title_of_wide_letters_ends_on_the_page(tmp_path: Path) -> None:
    """The title of a figure is never cut by the edge: with names in capitals it is set smaller."""
    told = [
        Cell([0.5, 0.6], "none", "M" * 40, ratio, name) for ratio in ("0.1", "0.2") for name in ("a", "b")
    ]
    results = stored(tmp_path, told, {"W" * 40: True})

    (drawing,) = ratio_curves.drawings(results, "W" * 40, cells(results, "W" * 40))

    with laid_out(drawing) as figure:
        assert not off_the_sheet(figure)
