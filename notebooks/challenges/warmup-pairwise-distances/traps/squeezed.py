# trap: wrong
# fails: edge
# why: squeeze() drops the axis of a single row or column
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float).squeeze()
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
