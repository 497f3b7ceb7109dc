"""Finds data sets, thins them to a ratio, splits them and scales them on the training rows."""
