# trap: wrong
# fails: edge only
# why: no guard: a row of zeros gives NaN
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    return np.clip(U @ U.T, -1, 1)
