# trap: weak
# why: builds the (n, n, d) array of products
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = E / np.where(norm == 0, 1, norm)
    return np.clip((U[:, None, :] * U[None, :, :]).sum(axis=2), -1, 1)
