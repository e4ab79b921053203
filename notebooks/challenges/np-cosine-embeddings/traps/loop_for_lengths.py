# trap: weak
# why: a Python loop over rows for the lengths alone
import numpy as np


def cosine_similarity_matrix(E):
    U = np.array(E, dtype=float)
    for i in range(len(U)):
        length = np.linalg.norm(U[i])
        if length != 0:
            U[i] = U[i] / length
    return np.clip(U @ U.T, -1, 1)
