import numpy as np


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X."""
    ...
