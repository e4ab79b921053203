# trap: wrong
# fails: basic, property
# why: computes in float32
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=np.float32)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip(U @ U.T, -1, 1).astype(float)
