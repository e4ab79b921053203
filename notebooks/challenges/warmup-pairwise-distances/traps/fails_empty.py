# trap: wrong
# fails: edge only
# why: scales by the largest number first: no rows raise
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    top = np.abs(X).max() or 1.0
    Z = X / top
    sq = (Z * Z).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * Z @ Z.T, 0)) * top
