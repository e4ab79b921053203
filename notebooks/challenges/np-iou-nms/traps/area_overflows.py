# trap: wrong
# fails: edge only
# why: sides by float, areas in the type of the boxes: they overflow
import numpy as np


def iou_matrix(A, B):
    areas = [(X[:, 2] - X[:, 0]) * (X[:, 3] - X[:, 1]) for X in (A, B)]
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    low = np.maximum(A[:, None, :2], B[None, :, :2])
    high = np.minimum(A[:, None, 2:], B[None, :, 2:])
    shared = (high - low).clip(min=0).prod(axis=2)
    area_a, area_b = areas
    covered = area_a[:, None] + area_b[None, :] - shared
    return np.divide(shared, covered, out=np.zeros_like(shared), where=covered > 0)


def nms(boxes, scores, thr):
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=int)
