import numpy as np


def iou_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """IoU (shared area over covered area) of every box of A with every box of B.

    Args:
        A: boxes (x1, y1, x2, y2), shape (n, 4), any real dtype.
        B: boxes, shape (m, 4).

    Returns:
        Shape (n, m), float64; 0 where boxes do not overlap or have no area.

    Example:
        >>> iou_matrix(np.array([[0, 0, 4, 4]]), np.array([[0, 0, 4, 2], [4, 0, 8, 4]]))
        array([[0.5, 0. ]])
    """
    A = np.asarray(A, dtype=np.float64)  # unsigned corners would wrap around below zero
    B = np.asarray(B, dtype=np.float64)
    low = np.maximum(A[:, None, :2], B[None, :, :2])
    high = np.minimum(A[:, None, 2:], B[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    covered = _areas(A)[:, None] + _areas(B)[None, :] - shared
    return np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)


def nms(boxes: np.ndarray, scores: np.ndarray, thr: float) -> np.ndarray:
    """Greedy suppression: keep a box unless it overlaps a kept one by more than thr.

    Args:
        boxes: shape (n, 4).
        scores: shape (n,); the best is visited first, equal ones by lower index.
        thr: largest IoU that two kept boxes may have.

    Returns:
        Indices of the kept boxes in order of visit, shape (k,).
    """
    rest = np.argsort(-np.asarray(scores), kind="stable")
    kept = []
    while rest.size:  # one round for each kept box: the next choice depends on this one
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=np.intp)


def _areas(boxes: np.ndarray) -> np.ndarray:
    """Area of each box."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
