# trap: weak
# why: two Python loops over classes, each with a pass over all samples
import numpy as np


def report(y, pred, labels=None):
    classes = np.union1d(y, pred) if labels is None else np.asarray(labels)
    c = len(classes)
    if not np.isin(np.append(y, pred), classes).all():
        raise ValueError("unknown label")
    matrix = np.zeros((c, c), dtype=int)
    for i, a in enumerate(classes):
        for j, b in enumerate(classes):
            matrix[i, j] = np.sum((y == a) & (pred == b))
    hits, predicted, true = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall = _ratio(hits, predicted), _ratio(hits, true)
    f1 = _ratio(2 * precision * recall, precision + recall)
    macro = float(f1.mean()) if c else 0.0
    return {"matrix": matrix, "precision": precision, "recall": recall, "macro_f1": macro}


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
