# trap: wrong
# fails: contract
# why: a list of lists, not an array
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    if not len(X):
        return np.empty((0, 0))
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0)).tolist()
