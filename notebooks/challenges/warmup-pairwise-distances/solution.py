import numpy as np


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distance between every pair of rows of X.

    Uses |a - b|^2 = |a|^2 + |b|^2 - 2 a.b, which needs no (n, n, d) array.

    Args:
        X: points, shape (n, d), any real dtype.

    Returns:
        Distances, shape (n, n), float64.

    Example:
        >>> pairwise_distances(np.array([[0, 0], [3, 4]]))
        array([[0., 5.],
               [5., 0.]])
    """
    X = np.asarray(X, dtype=np.float64)
    squared_norms = (X * X).sum(axis=1)
    squared = squared_norms[:, None] + squared_norms[None, :] - 2 * (X @ X.T)
    # Rounding may leave equal rows just below zero, where the root would be NaN.
    return np.sqrt(np.maximum(squared, 0))
