# trap: wrong
# fails: property only
# why: adds 1e-12 to each length: short rows are no longer of length 1
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    U = E / (np.linalg.norm(E, axis=1, keepdims=True) + 1e-12)
    return np.clip(U @ U.T, -1, 1)
