# trap: weak
# why: one Python loop over rows
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    D = np.zeros((len(X), len(X)))
    for i in range(len(X)):
        D[i] = np.sqrt(((X - X[i]) ** 2).sum(axis=1))
    return D
