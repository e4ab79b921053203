# trap: weak
# why: the double loop as a comprehension is still a double loop
import numpy as np


def pairwise_distances(X):
    X = np.asarray(X, dtype=float)
    n = len(X)
    return np.array([[np.linalg.norm(a - b) for b in X] for a in X], dtype=float).reshape(n, n)
