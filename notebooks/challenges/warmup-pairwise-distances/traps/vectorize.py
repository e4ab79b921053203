# trap: weak
# why: np.vectorize is a loop with a nice name
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    n = len(X)
    if n == 0:
        return np.empty((0, 0))
    one = np.vectorize(lambda i, j: np.sqrt(((X[i] - X[j]) ** 2).sum()), otypes=[float])
    i, j = np.indices((n, n))
    return one(i, j)
