# trap: wrong
# fails: basic, property
# why: the factor 2 before the dot product is missing
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - X @ X.T, 0))
