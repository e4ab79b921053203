# trap: wrong
# fails: basic, property
# why: norms along axis 0: one per column, not one per row
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=0)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
