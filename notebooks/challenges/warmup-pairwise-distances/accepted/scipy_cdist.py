# why: the library call; no algebra of its own
import numpy as np
from scipy.spatial.distance import cdist


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X, shape (n, n)."""
    X = np.asarray(X, dtype=float)
    return cdist(X, X)
