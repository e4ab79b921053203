# trap: wrong
# fails: basic, property
# why: lengths of the columns
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=0)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
