# trap: wrong
# fails: edge, contract
# why: computes in float32: equal rows and far points lose their digits
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=np.float32)
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0))
