# trap: weak
# why: builds the (n, n, d) array of differences
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    return np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2))
