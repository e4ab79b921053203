# why: the library's cosine distance, with the policy for zeros put back
import numpy as np
from scipy.spatial.distance import cdist


def cosine_similarity_matrix(E: np.ndarray) -> np.ndarray:
    """Cosine similarity of all rows of E, shape (n, n)."""
    E = np.asarray(E, dtype=float)
    if len(E) == 0:
        return np.zeros((0, 0))
    similarity = np.clip(1 - cdist(E, E, metric="cosine"), -1, 1)
    empty = ~E.any(axis=1)
    similarity[empty, :] = 0
    similarity[:, empty] = 0
    return similarity
