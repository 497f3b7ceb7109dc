"""One trial, from rows to scores: split, preprocess, resample, audit, fit, score; each with its limits.

`stages` puts them in order. Nothing here raises for a method's fault: a failure is a value.
"""
