import numpy as np


def pairwise_distances(X):
    """Euclidean distance between every pair of rows of X."""
    raise NotImplementedError("your answer goes here")
