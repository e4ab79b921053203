# trap: wrong
# fails: basic, property
# why: no axis: one norm for the whole array
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E) or 1.0
    U = E / norm
    return np.clip(U @ U.T, -1, 1)
