# why: exact integers stay integers; the best box that is left is found anew with argmax
import numpy as np


def _wide(boxes):
    """Coordinates in a type whose products do not wrap around."""
    boxes = np.asarray(boxes)
    return boxes.astype(np.int64 if boxes.dtype.kind in "iu" else np.float64)


def iou_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """IoU of every box of A with every box of B, shape (n, m)."""
    A, B = _wide(A), _wide(B)
    w = np.minimum(A[:, 2, None], B[:, 2]) - np.maximum(A[:, 0, None], B[:, 0])
    h = np.minimum(A[:, 3, None], B[:, 3]) - np.maximum(A[:, 1, None], B[:, 1])
    shared = w.clip(0) * h.clip(0)
    size_a = (A[:, 2] - A[:, 0]) * (A[:, 3] - A[:, 1])
    size_b = (B[:, 2] - B[:, 0]) * (B[:, 3] - B[:, 1])
    covered = size_a[:, None] + size_b - shared
    result = np.zeros(shared.shape)
    hit = shared > 0
    result[hit] = shared[hit] / covered[hit]
    return result


def nms(boxes: np.ndarray, scores: np.ndarray, thr: float) -> np.ndarray:
    """Indices of the kept boxes, best score first."""
    left = np.array(scores, dtype=float)
    kept = np.zeros(0, dtype=int)
    while (left > -np.inf).any():
        best = left.argmax()
        kept = np.append(kept, best)
        left[iou_matrix(boxes[best][None], boxes)[0] > thr] = -np.inf
        left[best] = -np.inf
    return kept
