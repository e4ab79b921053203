# trap: wrong
# fails: edge only
# why: the result takes the dtype of X: integers cut the distances off
import numpy as np


def pairwise_distances(X):
    Z = np.asarray(X, dtype=float)
    sq = (Z * Z).sum(axis=1)
    D = np.empty((len(X), len(X)), dtype=X.dtype)
    D[...] = np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * Z @ Z.T, 0))
    return D
