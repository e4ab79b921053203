# trap: wrong
# fails: contract
# why: remembers the lengths of an earlier call by the shape of E
import numpy as np

_lengths = {}


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = _lengths.setdefault(E.shape, np.linalg.norm(E, axis=1, keepdims=True))
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1)
