# why: np.divide with where, one side of the product transposed by hand
import numpy as np


def _unit_rows(E: np.ndarray) -> np.ndarray:
    """Rows of length 1; rows of zeros stay zeros."""
    lengths = np.sqrt(np.square(E).sum(axis=1))[:, np.newaxis]
    return np.divide(E, lengths, out=np.zeros(E.shape), where=lengths != 0)


def cosine_similarity_matrix(E: np.ndarray) -> np.ndarray:
    """Cosine similarity of all rows of E, shape (n, n)."""
    unit = _unit_rows(np.asarray(E, dtype=np.float64))
    return np.minimum(np.maximum(np.dot(unit, unit.transpose()), -1.0), 1.0)
