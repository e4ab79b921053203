# trap: wrong
# fails: contract, edge
# why: writes a tiny number into rows of zeros, in the caller's array, and makes them similar to themselves
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1)
    E[norm == 0] = 1e-12
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    return np.clip(U @ U.T, -1, 1)
