"""Decides where stages run, and nothing else: in this process, or on the workers of a Ray cluster.

A runner is a generator: jobs in, events out, in any order of the jobs. Closing it stops the work.
"""
