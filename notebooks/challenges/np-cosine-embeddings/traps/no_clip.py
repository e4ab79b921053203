# trap: wrong
# fails: edge only
# why: equal rows come out as 1.0000000000000002
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return U @ U.T
