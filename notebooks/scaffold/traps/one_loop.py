# trap: weak
# why: a Python loop over the rows
import numpy as np


def row_energy(X):
    return np.array([float(row @ row) for row in np.asarray(X, dtype=np.float64)])
