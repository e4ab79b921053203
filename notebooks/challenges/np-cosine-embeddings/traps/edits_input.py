# trap: wrong
# fails: contract, edge
# why: divides in place: the caller's data change, integers and read-only arrays raise
import numpy as np


def cosine_similarity_matrix(E):
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    norm[norm == 0] = 1
    E /= norm
    return np.clip(E @ E.T, -1, 1)
