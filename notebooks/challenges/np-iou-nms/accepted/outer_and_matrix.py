# why: ufunc.outer for each corner, 0/0 let happen and replaced, and the whole matrix before the loop of nms
import numpy as np


def iou_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """IoU of every box of A with every box of B, shape (n, m)."""
    ax1, ay1, ax2, ay2 = np.asarray(A).astype(float).T
    bx1, by1, bx2, by2 = np.asarray(B).astype(float).T
    w = np.minimum.outer(ax2, bx2) - np.maximum.outer(ax1, bx1)
    h = np.minimum.outer(ay2, by2) - np.maximum.outer(ay1, by1)
    shared = np.where((w > 0) & (h > 0), w * h, 0.0)
    covered = np.add.outer((ax2 - ax1) * (ay2 - ay1), (bx2 - bx1) * (by2 - by1)) - shared
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(shared / covered, nan=0.0)


def nms(boxes: np.ndarray, scores: np.ndarray, thr: float) -> np.ndarray:
    """Indices of the kept boxes, best score first."""
    clash = iou_matrix(boxes, boxes) > thr
    alive = np.ones(len(boxes), dtype=bool)
    kept = []
    for i in np.lexsort((np.arange(len(boxes)), -scores)):
        if alive[i]:
            kept.append(i)
            alive &= ~clash[i]
    return np.asarray(kept, dtype=int)
