import numpy as np


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X.

    Args:
        X: array of shape (n, d).

    Returns:
        Array of shape (n, n).
    """
    X = np.asarray(X, dtype=float)
    squared = (X**2).sum(axis=1)
    gram = squared[:, None] + squared[None, :] - 2 * X @ X.T
    return np.sqrt(np.maximum(gram, 0.0))
