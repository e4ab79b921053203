# why: nms visits one box after the other and asks the boxes kept so far; a tiny number guards the division
import numpy as np


def iou_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """IoU of every box of A with every box of B, shape (n, m)."""
    A = np.asarray(A, dtype=float)[:, np.newaxis]
    B = np.asarray(B, dtype=float)[np.newaxis]
    x = np.clip(np.minimum(A[..., 2], B[..., 2]) - np.maximum(A[..., 0], B[..., 0]), 0, None)
    y = np.clip(np.minimum(A[..., 3], B[..., 3]) - np.maximum(A[..., 1], B[..., 1]), 0, None)
    area = lambda b: (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])  # noqa: E731
    return x * y / np.maximum(area(A) + area(B) - x * y, np.finfo(float).tiny)


def nms(boxes: np.ndarray, scores: np.ndarray, thr: float) -> np.ndarray:
    """Indices of the kept boxes, best score first."""
    kept = []
    for i in sorted(range(len(scores)), key=lambda i: -scores[i]):
        if not kept or iou_matrix(boxes[i : i + 1], boxes[kept]).max() <= thr:
            kept.append(i)
    return np.array(kept, dtype=np.int64)
