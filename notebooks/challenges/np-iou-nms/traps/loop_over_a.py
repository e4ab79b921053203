# trap: weak
# why: one Python loop over the boxes of A
import numpy as np


def iou_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    area_b = (B[:, 2:] - B[:, :2]).prod(axis=1)
    out = np.zeros((len(A), len(B)))
    for i, a in enumerate(A):
        side = (np.minimum(a[2:], B[:, 2:]) - np.maximum(a[:2], B[:, :2])).clip(min=0)
        shared = side.prod(axis=1)
        covered = (a[2:] - a[:2]).prod() + area_b - shared
        np.divide(shared, covered, out=out[i], where=covered > 0)
    return out


def nms(boxes, scores, thr):
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=int)
