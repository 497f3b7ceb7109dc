"""Tests of the host; a package, so that no `tests` of an installed distribution stands before it."""
