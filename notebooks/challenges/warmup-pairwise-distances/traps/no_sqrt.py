# trap: wrong
# fails: basic, property
# why: forgets the square root
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0)
