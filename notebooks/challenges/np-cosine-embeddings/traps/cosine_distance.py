# trap: wrong
# fails: basic, property
# why: 1 minus the similarity
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return 1 - np.clip(U @ U.T, -1, 1)
