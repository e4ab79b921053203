# trap: wrong
# fails: edge only
# why: works in the dtype of X: the squares of uint8 wrap around
import numpy as np


def pairwise_distances(X):
    sq = (X * X).sum(axis=1)
    squared = sq[:, None] + sq[None, :] - 2.0 * (X @ X.T)
    return np.sqrt(np.maximum(squared, 0))
