# trap: wrong
# fails: basic, property
# why: micro F1 in place of macro
import numpy as np


def report(y, pred, labels=None):
    classes = np.union1d(y, pred) if labels is None else np.asarray(labels)
    c = len(classes)
    rows, columns = _codes(y, classes), _codes(pred, classes)
    matrix = np.bincount(rows * c + columns, minlength=c * c).reshape(c, c)
    hits, predicted, true = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall = _ratio(hits, predicted), _ratio(hits, true)
    f1 = _ratio(2 * precision * recall, precision + recall)
    macro = float(hits.sum() / max(len(y), 1))
    return {"matrix": matrix, "precision": precision, "recall": recall, "macro_f1": macro}


def _codes(values, classes):
    order = np.argsort(classes)
    at = order[np.searchsorted(classes, values, sorter=order).clip(max=len(classes) - 1)]
    if (classes[at] != values).any():
        raise ValueError("unknown label")
    return at


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
