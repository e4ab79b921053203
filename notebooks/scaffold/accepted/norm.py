# why: the norm, squared
import numpy as np


def row_energy(X: np.ndarray) -> np.ndarray:
    """Sum of squares of each row of X, shape (n,), float64."""
    return np.linalg.norm(np.asarray(X, dtype=np.float64), axis=1) ** 2
