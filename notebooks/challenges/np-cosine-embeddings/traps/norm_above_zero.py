# trap: wrong
# fails: edge only
# why: divides where the length is above 0: a NaN is not, and becomes 0
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    U = np.divide(E, norm, out=np.zeros_like(E), where=norm > 0)
    return np.clip(U @ U.T, -1, 1)
