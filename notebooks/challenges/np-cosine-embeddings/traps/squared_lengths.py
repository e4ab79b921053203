# trap: wrong
# fails: basic, property
# why: divides by squared lengths
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    sq = (E * E).sum(axis=1, keepdims=True)
    U = E / np.where(sq == 0, 1, sq)
    return np.clip(U @ U.T, -1, 1)
