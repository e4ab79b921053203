# trap: weak
# why: a Python loop over the columns
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    total = np.zeros((len(X), len(X)))
    for k in range(X.shape[1]):
        column = X[:, k]
        total += (column[:, None] - column[None, :]) ** 2
    return np.sqrt(total)
