# trap: wrong
# fails: edge only
# why: nan_to_num on the result hides missing values with the zeros
import numpy as np


def cosine_similarity_matrix(E):
    E = np.asarray(E, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        U = E / np.linalg.norm(E, axis=1, keepdims=True)
    return np.clip(np.nan_to_num(U @ U.T), -1, 1)
