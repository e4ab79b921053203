# why: half of the pairs by the library, then unfolded
import numpy as np
from scipy.spatial.distance import pdist, squareform


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X, shape (n, n)."""
    X = np.asarray(X, dtype=np.float64)
    if len(X) < 2:
        return np.zeros((len(X), len(X)))
    return squareform(pdist(X))
