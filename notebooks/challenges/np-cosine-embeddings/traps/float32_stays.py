# trap: wrong
# fails: edge only
# why: only integers are turned into float64; float32 embeddings keep seven digits
import numpy as np


def cosine_similarity_matrix(E):
    if E.dtype.kind != "f":
        E = E.astype(np.float64)
    lengths = np.linalg.norm(E, axis=1, keepdims=True)
    unit = E / np.where(lengths == 0, 1, lengths)
    return np.clip(unit @ unit.T, -1, 1)
