# trap: wrong
# fails: basic
# why: adds along the columns
import numpy as np


def row_energy(X):
    X = np.asarray(X, dtype=np.float64)
    return (X * X).sum(axis=0)
