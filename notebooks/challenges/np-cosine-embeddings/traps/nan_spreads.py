# trap: wrong
# fails: edge only
# why: scales by the largest number first: one NaN spoils everything
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    E = E / (np.max(np.abs(E), initial=0) or 1.0)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
