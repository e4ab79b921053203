# trap: wrong
# fails: edge only
# why: leaves rows of zeros out: the result has another shape
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    E = E[np.linalg.norm(E, axis=1) != 0]
    U = E / np.linalg.norm(E, axis=1, keepdims=True)
    return np.clip(U @ U.T, -1, 1)
