# trap: wrong
# fails: edge
# why: no clamp before the square root: equal rows give NaN
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.sqrt(sq[:, None] + sq[None, :] - 2 * X @ X.T)
