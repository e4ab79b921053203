# trap: wrong
# fails: basic, property
# why: forgets to divide
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    return E @ E.T
