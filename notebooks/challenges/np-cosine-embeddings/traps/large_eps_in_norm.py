# trap: wrong
# fails: basic, property
# why: adds 1e-3 to each length
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    U = E / (np.linalg.norm(E, axis=1, keepdims=True) + 1e-3)
    return np.clip(U @ U.T, -1, 1)
