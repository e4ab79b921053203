# trap: wrong
# fails: basic, property
# why: divides by the length of one of the two rows
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    norm = np.linalg.norm(E, axis=1, keepdims=True)
    return (E / np.where(norm == 0, 1, norm)) @ E.T
