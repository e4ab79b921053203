# trap: wrong
# fails: edge only
# why: np.divide with where but without out: boxes without area get whatever the memory held
import numpy as np


def iou_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    low = np.maximum(A[:, None, :2], B[None, :, :2])
    high = np.minimum(A[:, None, 2:], B[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    area_a = (A[:, 2:] - A[:, :2]).prod(axis=1)
    area_b = (B[:, 2:] - B[:, :2]).prod(axis=1)
    covered = area_a[:, None] + area_b[None, :] - shared
    return np.divide(shared, covered, where=covered > 0)


def nms(boxes, scores, thr):
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=int)
