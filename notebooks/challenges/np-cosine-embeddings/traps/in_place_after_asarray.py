# trap: wrong
# fails: contract only
# why: asarray makes no copy of a float array, and the division then writes into the caller's data
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    E /= np.where(norm == 0, 1, norm)
    return np.clip(E @ E.T, -1, 1)
