import numpy as np


def cosine_similarity_matrix(E: np.ndarray) -> np.ndarray:
    """Cosine similarity between every pair of rows of E.

    A row of zeros has similarity 0 with every row. A NaN stays in its row and column.

    Args:
        E: embeddings, shape (n, d), any real dtype.

    Returns:
        Similarities, shape (n, n), float64, within [-1, 1].

    Example:
        >>> cosine_similarity_matrix(np.array([[3, 4], [0, 0]]))
        array([[1., 0.],
               [0., 0.]])
    """
    E = np.asarray(E, dtype=np.float64)
    lengths = np.linalg.norm(E, axis=1, keepdims=True)
    unit = E / np.where(lengths == 0, 1, lengths)
    # Rounding may leave equal rows just above 1.
    return np.clip(unit @ unit.T, -1, 1)
