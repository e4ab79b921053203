# trap: wrong
# fails: edge only
# why: no rows give an empty vector, not a (0, 0) array
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    if len(E) == 0:
        return np.array([])
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
