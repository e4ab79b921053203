# why: categories and a table of pandas
from __future__ import annotations

import numpy as np
import pandas as pd


def report(y: np.ndarray, pred: np.ndarray, labels: list | None = None) -> dict:
    """Confusion matrix, precision, recall and macro F1."""
    if labels is None:
        labels = np.unique(np.concatenate([y, pred])).tolist()
    elif not np.isin(np.concatenate([y, pred]), labels).all():
        raise ValueError("a value is not among the labels")
    true = pd.Series(np.array(y)).astype(pd.CategoricalDtype(labels))
    told = pd.Series(np.array(pred)).astype(pd.CategoricalDtype(labels))
    table = pd.DataFrame({"true": true, "told": told}).groupby(["true", "told"], observed=False).size()
    matrix = table.to_numpy().reshape(len(labels), len(labels))
    hits = pd.Series(matrix.diagonal())
    predicted, actual = pd.Series(matrix.sum(axis=0)), pd.Series(matrix.sum(axis=1))
    f1 = (2 * hits / (predicted + actual)).fillna(0)
    return {
        "matrix": matrix,
        "precision": (hits / predicted).fillna(0).to_numpy(dtype=float),
        "recall": (hits / actual).fillna(0).to_numpy(dtype=float),
        "macro_f1": float(f1.mean()) if len(labels) else 0.0,
    }
