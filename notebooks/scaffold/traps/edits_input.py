# trap: wrong
# fails: contract only
# why: squares in place
import numpy as np


def row_energy(X):
    X = X if X.dtype == np.float64 else X.astype(np.float64)
    X *= X
    return X.sum(axis=1)
