# trap: wrong
# fails: property only
# why: adds 1e-14 inside the root against NaN: small data get a distance to themselves
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0) + 1e-14)
