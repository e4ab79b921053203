from __future__ import annotations

import numpy as np


def report(y: np.ndarray, pred: np.ndarray, labels: list | None = None) -> dict:
    """Confusion matrix, precision and recall of each class, and macro F1.

    Args:
        y: true classes, shape (n,).
        pred: predicted classes, shape (n,).
        labels: the c classes in the wanted order; by default all values that occur, sorted.

    Returns:
        Dict of "matrix" (c, c) with the truth in rows, "precision" (c,), "recall" (c,) and "macro_f1".

    Raises:
        ValueError: a value of y or pred is not among the labels.

    Example:
        >>> report(np.array([1, 2, 2]), np.array([1, 1, 2]))["matrix"]
        array([[1, 0],
               [1, 1]])
    """
    both = np.concatenate([y, pred])
    classes = np.unique(both) if labels is None else np.asarray(labels)
    c = len(classes)
    codes = _positions(both, classes)
    pairs = codes[: len(y)] * c + codes[len(y) :]
    matrix = np.bincount(pairs, minlength=c * c).reshape(c, c)

    hits = matrix.diagonal()
    predicted, true = matrix.sum(axis=0), matrix.sum(axis=1)
    f1 = _ratio(2 * hits, predicted + true)
    return {
        "matrix": matrix,
        "precision": _ratio(hits, predicted),
        "recall": _ratio(hits, true),
        "macro_f1": float(f1.mean()) if c else 0.0,
    }


def _positions(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Position of each value in classes, which are different but in any order."""
    order = np.argsort(classes)
    nearest = np.searchsorted(classes, values, sorter=order).clip(max=len(classes) - 1)
    position = order[nearest]
    if (classes[position] != values).any():
        raise ValueError("a value is not among the labels")
    return position


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole, 0 where whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
