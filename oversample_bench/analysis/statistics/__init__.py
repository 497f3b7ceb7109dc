"""What can be said about methods from a matrix of scores: tests, intervals and what they cannot see.

A matrix is a frame with one row a data set (or block) and one named column a method; higher is better. None
of these modules reads a store, writes text for a report (`reach.warning` aside) or makes a generator: what is
drawn at random comes from one that is passed in. Only `cases.cases` takes a matrix in which scores are
missing; every other function refuses one.
"""
