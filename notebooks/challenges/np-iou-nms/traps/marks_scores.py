# trap: wrong
# fails: contract only
# why: marks visited boxes in the caller's scores
import numpy as np


def iou_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    low = np.maximum(A[:, None, :2], B[None, :, :2])
    high = np.minimum(A[:, None, 2:], B[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    area_a = (A[:, 2:] - A[:, :2]).prod(axis=1)
    area_b = (B[:, 2:] - B[:, :2]).prod(axis=1)
    covered = area_a[:, None] + area_b[None, :] - shared
    return np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)


def nms(boxes, scores, thr):
    kept = []
    while (scores > -np.inf).any():
        best = scores.argmax()
        kept.append(best)
        gone = iou_matrix(boxes[[best]], boxes)[0] > thr
        scores[gone] = -np.inf
        scores[best] = -np.inf
    return np.array(kept, dtype=int)
