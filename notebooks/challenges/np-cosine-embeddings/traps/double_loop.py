# trap: weak
# why: two Python loops over rows
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    n = len(E)
    S = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            length = np.linalg.norm(E[i]) * np.linalg.norm(E[j])
            if length != 0:
                S[i, j] = np.clip(E[i] @ E[j] / length, -1, 1)
    return S
