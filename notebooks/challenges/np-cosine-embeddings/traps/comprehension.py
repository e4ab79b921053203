# trap: weak
# why: the loop over rows as a comprehension
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.array([np.linalg.norm(row) for row in E]).reshape(-1, 1)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
