# why: nms without a loop over boxes: a box stays when no better box that stays clashes with it, repeated until nothing changes
import numpy as np


def _side(low_a, high_a, low_b, high_b):
    """Length that the intervals of a (as a column) and b (as a row) share."""
    return np.maximum(0, np.minimum(high_a[:, None], high_b) - np.maximum(low_a[:, None], low_b))


def iou_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """IoU of every box of A with every box of B, shape (n, m)."""
    A, B = np.array(A, dtype=np.float64), np.array(B, dtype=np.float64)
    shared = _side(A[:, 0], A[:, 2], B[:, 0], B[:, 2]) * _side(A[:, 1], A[:, 3], B[:, 1], B[:, 3])
    area_a = np.prod(A[:, 2:] - A[:, :2], axis=1)
    area_b = np.prod(B[:, 2:] - B[:, :2], axis=1)
    covered = area_a[:, np.newaxis] + area_b - shared
    covered[covered == 0] = 1.0
    return shared / covered


def nms(boxes: np.ndarray, scores: np.ndarray, thr: float) -> np.ndarray:
    """Indices of the kept boxes, best score first."""
    order = np.argsort(-scores, kind="mergesort")
    boxes = boxes[order]
    clash = np.triu(iou_matrix(boxes, boxes) > thr, k=1)
    stays = np.ones(len(boxes), dtype=bool)
    while True:
        new = ~(clash & stays[:, None]).any(axis=0)
        if (new == stays).all():
            return order[stays]
        stays = new
