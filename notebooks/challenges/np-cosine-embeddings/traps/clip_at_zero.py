# trap: wrong
# fails: basic, property
# why: clips to [0, 1]: opposite rows look unrelated
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, 0, 1)
