# trap: wrong
# fails: basic, property
# why: centres each row: that is correlation
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    E = E - E.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
