"""From a store to frames: score cells, ranks, paired comparisons, calibration, published numbers, the gate.

Reads the store and computes; writes no text. `evidence` is all there is of one metric.
"""
