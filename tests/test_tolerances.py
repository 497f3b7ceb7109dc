"""How far numbers may be apart: a tolerance with which everything is equal is none."""

import pytest
from click.testing import CliRunner

from oversample_bench.cli import bench


@pytest.mark.parametrize("command", [["diff", ".", "."], ["verify", "."]])
@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_a_tolerance_is_a_finite_number(command, value):
    """With nan no comparison is ever false, so that each check would pass."""
    done = CliRunner().invoke(bench, [*command, "--tolerance", value])

    assert done.exit_code != 0
    assert "--tolerance" in done.output
