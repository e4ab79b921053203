# trap: wrong
# fails: contract only
# why: works on a reshaped view and scales it in place
import numpy as np


def pairwise_distances(X):
    flat = np.asarray(X, dtype=float).reshape(len(X), -1)
    top = max(abs(flat).max(initial=0), 1e-300)
    flat /= top
    sq = (flat * flat).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * flat @ flat.T, 0)) * top
