# trap: weak
# why: np.apply_along_axis calls Python once for each row
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    if len(E) == 0:
        return np.empty((0, 0))
    norm = np.apply_along_axis(lambda row: np.sqrt((row * row).sum()), 1, E)[:, None]
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
