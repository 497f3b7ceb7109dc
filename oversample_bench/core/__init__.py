"""Values and rules that everything else stands on: specs and their digests, seeds, outcomes, errors.

Imports nothing of the other packages but `oversample_bench.api`.
"""
