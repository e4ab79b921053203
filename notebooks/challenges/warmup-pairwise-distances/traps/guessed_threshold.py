# trap: wrong
# fails: property
# why: clamps below a guessed threshold: all distances of small data become 0
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    d2 = sq[:, None] + sq[None, :] - 2 * X @ X.T
    return np.sqrt(np.where(d2 < 1e-2, 0, d2))
