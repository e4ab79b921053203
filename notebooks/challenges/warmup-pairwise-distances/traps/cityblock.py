# trap: wrong
# fails: basic, property
# why: sums absolute differences: right along one axis, and on the example's first sides alone
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    return np.abs(X[:, None, :] - X[None, :, :]).sum(axis=2)
