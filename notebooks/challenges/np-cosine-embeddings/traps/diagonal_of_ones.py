# trap: wrong
# fails: edge only
# why: sets the diagonal to 1: wrong for zeros and for NaN
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    S = np.clip(U @ U.T, -1, 1)
    np.fill_diagonal(S, 1.0)
    return S
