"""Running suites: the driver, its jobs and its recorder; runners; and what else fits methods anew.

Also verifies, explains and merges the folders of runs, and compares methods on arrays (`compare`).
"""
