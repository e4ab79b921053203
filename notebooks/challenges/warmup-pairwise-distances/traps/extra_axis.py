# trap: wrong
# fails: basic, edge, property
# why: keepdims left in: shape (n, n, 1)
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    return np.sqrt(((X[:, None] - X[None, :]) ** 2).sum(axis=2, keepdims=True))
