# trap: wrong
# fails: contract only
# why: works on a view and scales it in place
import numpy as np


def pairwise_distances(X):
    view = np.asarray(X, dtype=float)[:]
    top = max(abs(view).max(initial=0), 1e-300)
    view /= top
    sq = (view * view).sum(axis=1)
    return np.sqrt(np.maximum(sq[:, None] + sq[None, :] - 2 * view @ view.T, 0)) * top
