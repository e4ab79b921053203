# trap: wrong
# fails: edge only
# why: the result takes the dtype of E: integers cut the similarities off
import numpy as np


def cosine_similarity_matrix(E):
    Z = np.asarray(E, dtype=float)
    norm = np.linalg.norm(Z, axis=1, keepdims=True)
    U = Z / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1).astype(E.dtype)
