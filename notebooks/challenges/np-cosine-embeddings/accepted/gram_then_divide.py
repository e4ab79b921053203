# why: divides the Gram matrix by the outer product of the lengths, where that is not 0
import numpy as np


def cosine_similarity_matrix(E: np.ndarray) -> np.ndarray:
    """Cosine similarity of all rows of E, shape (n, n)."""
    E = np.array(E, dtype=float)
    lengths = np.sqrt(np.einsum("ij,ij->i", E, E))
    both = np.outer(lengths, lengths)
    out = np.zeros_like(both)
    np.divide(E @ E.T, both, out=out, where=both != 0)
    return out.clip(-1, 1)
