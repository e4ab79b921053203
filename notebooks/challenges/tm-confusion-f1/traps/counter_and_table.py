# trap: weak
# why: the standard library counts the pairs, but loops over classes fill the table, cell by cell
from __future__ import annotations

from collections import Counter

import numpy as np


def report(y: np.ndarray, pred: np.ndarray, labels: list | None = None) -> dict:
    """Confusion matrix, precision, recall and macro F1."""
    counts = Counter(zip(y.tolist(), pred.tolist()))
    seen = {label for pair in counts for label in pair}
    classes = sorted(seen) if labels is None else labels
    if not seen <= set(classes):
        raise ValueError(f"not among the labels: {seen - set(classes)}")
    table = [[counts[a, b] for b in classes] for a in classes]
    matrix = np.array(table, dtype=int).reshape(len(classes), len(classes))
    hits, predicted, true = np.diag(matrix), matrix.sum(axis=0), matrix.sum(axis=1)
    zeros = np.zeros(len(classes))
    f1 = np.divide(2 * hits, predicted + true, out=zeros.copy(), where=predicted + true > 0)
    return {
        "matrix": matrix,
        "precision": np.divide(hits, predicted, out=zeros.copy(), where=predicted > 0),
        "recall": np.divide(hits, true, out=zeros.copy(), where=true > 0),
        "macro_f1": float(f1.mean()) if len(classes) else 0.0,
    }
