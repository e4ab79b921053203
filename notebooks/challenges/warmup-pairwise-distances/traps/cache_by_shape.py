# trap: wrong
# fails: contract
# why: remembers the norms of an earlier call by the shape of X
import numpy as np

_norms = {}


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    if X.shape not in _norms:
        _norms[X.shape] = (X * X).sum(axis=1)
    sq = _norms[X.shape]
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
