# trap: wrong
# fails: edge, basic
# why: computes in float32 and hands out float64
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=np.float32)
    sq = (X * X).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * X @ X.T, 0)).astype(float)
