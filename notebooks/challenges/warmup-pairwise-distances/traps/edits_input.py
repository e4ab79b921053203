# trap: wrong
# fails: contract only
# why: centres X in place: the caller's data change, and read-only input raises
import numpy as np


def pairwise_distances(X):
    if X.dtype.kind != "f":
        X = X.astype(float)
    if len(X):
        X -= X.mean(axis=0)
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
