# why: each row times itself, as a stack of small matrix products
import numpy as np


def row_energy(X: np.ndarray) -> np.ndarray:
    """Sum of squares of each row of X, shape (n,), float64."""
    X = np.asarray(X, dtype=np.float64)
    return (X[:, None, :] @ X[:, :, None])[:, 0, 0]
