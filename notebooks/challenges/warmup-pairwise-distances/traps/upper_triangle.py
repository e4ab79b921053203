# trap: wrong
# fails: basic, property
# why: only the pairs i < j are filled
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.triu(np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0)))
