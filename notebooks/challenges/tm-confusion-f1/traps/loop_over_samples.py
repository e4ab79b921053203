# trap: weak
# why: a Python loop over the samples
import numpy as np


def report(y, pred, labels=None):
    classes = np.union1d(y, pred) if labels is None else np.asarray(labels)
    c = len(classes)
    at = {label: i for i, label in enumerate(classes.tolist())}
    if not set(y.tolist()) | set(pred.tolist()) <= set(at):
        raise ValueError("unknown label")
    matrix = np.zeros((c, c), dtype=int)
    for a, b in zip(y.tolist(), pred.tolist()):
        matrix[at[a], at[b]] += 1
    hits, predicted, true = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    precision, recall = _ratio(hits, predicted), _ratio(hits, true)
    f1 = _ratio(2 * precision * recall, precision + recall)
    macro = float(f1.mean()) if c else 0.0
    return {"matrix": matrix, "precision": precision, "recall": recall, "macro_f1": macro}


def _ratio(part, whole):
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
