# trap: weak
# why: one Python loop over the boxes of B
import numpy as np


def iou_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    area_a = (A[:, 2:] - A[:, :2]).prod(axis=1)
    columns = []
    for b in B:
        side = (np.minimum(A[:, 2:], b[2:]) - np.maximum(A[:, :2], b[:2])).clip(min=0)
        shared = side.prod(axis=1)
        covered = area_a + (b[2:] - b[:2]).prod() - shared
        columns.append(np.divide(shared, covered, out=np.zeros(len(A)), where=covered > 0))
    return np.array(columns, dtype=float).reshape(len(B), len(A)).T.copy()


def nms(boxes, scores, thr):
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=int)
