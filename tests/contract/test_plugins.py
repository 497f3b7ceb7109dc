"""Every plugin that is installed here loads, and loads quickly."""

from importlib.metadata import entry_points

import pytest

from oversample_bench.api import ENTRY_POINT_GROUP
from oversample_bench.plugins.registry import load_registry
from oversample_bench.testing import frameworks_loaded_by

INSTALLED = {point.module for point in entry_points(group=ENTRY_POINT_GROUP)}
MODULES = sorted(INSTALLED | {"oversample_bench.plugins.builtin"})


@pytest.mark.parametrize("plugin", load_registry().plugins, ids=lambda plugin: plugin.name)
def test_no_plugin_is_broken(plugin) -> None:
    """A plugin of this machine is ok, or says what to install."""
    assert plugin.state != "broken", plugin.reason


@pytest.mark.parametrize("module", MODULES)
def test_a_list_of_plugins_waits_for_no_framework(module) -> None:
    """Importing the module with a plugin's hooks imports no framework."""
    assert frameworks_loaded_by(module) == []
