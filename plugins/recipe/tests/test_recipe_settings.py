import numpy as np
import pytest

from oversample_bench_recipe.settings import DEFAULT, Grid, tried

GRID = Grid((8, 32, 128, 512), (0.0, 0.1), (0.0, 0.05), (0.0, 0.05, 0.1), (64, 256))


def test_the_grid_has_96_settings():
    """All combinations of four batch sizes, two smoothings, two optimisers, three noises and two widths."""
    assert 96 == len(set(GRID.settings()))


@pytest.mark.parametrize("budget", [1, 12, 1000])
def test_a_budget_buys_different_settings_the_default_first(budget):
    """The default is always among what is tried; nothing is tried twice, and no more than there is."""
    found = tried(GRID, budget, np.random.RandomState(0))

    assert DEFAULT == found[0]
    assert min(budget, 96) == len(found) == len(set(found))
    assert set(found) <= set(GRID.settings())


def test_the_draw_follows_its_generator():
    """The same seed draws the same settings, another one others."""
    first, again, other = (tried(GRID, 12, np.random.RandomState(seed)) for seed in (0, 0, 1))

    assert first == again
    assert first != other


def test_a_grid_without_the_default_starts_at_its_own_first_values():
    """A suite that fixes a part of the setting fixes it in the default as well."""
    fixed = Grid((512,), (0.0,), (0.05, 0.0), (0.2, 0.1), (256,))

    default = fixed.default()

    assert (512, 0.0, 0.0, 0.2, 256) == (
        default.batch_size, default.smoothing, default.rho, default.noise, default.width,
    )  # fmt: skip
