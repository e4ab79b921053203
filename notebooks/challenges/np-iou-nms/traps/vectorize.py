# trap: weak
# why: np.vectorize is a loop with a nice name
import numpy as np


def _iou(a, b):
    w = min(float(a[2]), float(b[2])) - max(float(a[0]), float(b[0]))
    h = min(float(a[3]), float(b[3])) - max(float(a[1]), float(b[1]))
    if w <= 0 or h <= 0:
        return 0.0
    area_a = (float(a[2]) - float(a[0])) * (float(a[3]) - float(a[1]))
    area_b = (float(b[2]) - float(b[0])) * (float(b[3]) - float(b[1]))
    return w * h / (area_a + area_b - w * h)


_pairs = np.vectorize(_iou, signature="(k),(k)->()", otypes=[float])


def iou_matrix(A, B):
    if len(A) == 0 or len(B) == 0:
        return np.zeros((len(A), len(B)))
    return _pairs(A[:, None, :], B[None, :, :])


def nms(boxes, scores, thr):
    rest = np.argsort(-scores, kind="stable")
    kept = []
    while rest.size:
        best, rest = rest[0], rest[1:]
        kept.append(best)
        rest = rest[iou_matrix(boxes[[best]], boxes[rest])[0] <= thr]
    return np.array(kept, dtype=int)
