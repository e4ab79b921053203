# why: positions by a pandas index, counts by np.add.at
from __future__ import annotations

import numpy as np
import pandas as pd


def report(y: np.ndarray, pred: np.ndarray, labels: list | None = None) -> dict:
    """Confusion matrix, precision, recall and macro F1."""
    if labels is None:
        labels = np.unique(np.append(y, pred))
    index = pd.Index(labels)
    rows, columns = index.get_indexer(y), index.get_indexer(pred)
    if (rows < 0).any() or (columns < 0).any():
        raise ValueError("labels do not cover the data")
    matrix = np.zeros((len(index), len(index)), dtype=np.int64)
    np.add.at(matrix, (rows, columns), 1)
    hits = np.diag(matrix).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.nan_to_num(hits / matrix.sum(0))
        recall = np.nan_to_num(hits / matrix.sum(1))
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    return {
        "matrix": matrix,
        "precision": precision,
        "recall": recall,
        "macro_f1": float(np.mean(f1)) if len(f1) else 0.0,
    }
