# trap: wrong
# fails: basic, property
# why: distances between columns
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float).T
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
