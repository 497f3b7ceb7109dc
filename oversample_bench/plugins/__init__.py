"""What names stand for: the hooks, the registry, the built-in plugin, plugin files and given objects.

`validation` checks a suite against what is installed, before the first fit.
"""
