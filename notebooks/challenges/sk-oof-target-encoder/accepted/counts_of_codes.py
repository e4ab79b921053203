# why: levels as integers by factorize, sums by bincount, out of fold as all rows minus the fold
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold


class OOFTargetEncoder(BaseEstimator, TransformerMixin):
    """Smoothed means of the target by level; out of fold for the training rows.

    Args:
        col: column of levels.
        m: how many rows the prior weighs.
        n_splits: folds.
        seed: seed of the folds.
    """

    def __init__(self, col: str, m: float = 10, n_splits: int = 5, seed: int = 0):
        self.col = col
        self.m = m
        self.n_splits = n_splits
        self.seed = seed

    def _smooth(self, sums: np.ndarray, counts: np.ndarray, prior: float) -> np.ndarray:
        """Codes of the levels; the prior for those without rows."""
        weight = counts + self.m
        return np.divide(sums + self.m * prior, weight, out=np.full(len(sums), float(prior)), where=weight > 0)

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "OOFTargetEncoder":
        """Learn from all rows."""
        y = np.array(y, dtype=float)
        number, self.levels_ = pd.factorize(X[self.col].astype(object), use_na_sentinel=False)
        size = len(self.levels_)
        self.prior_ = y.mean()
        codes = self._smooth(np.bincount(number, y, size), np.bincount(number, minlength=size), self.prior_)
        self.codes_ = np.append(codes, self.prior_)  # the last one is for -1
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Encode with what all rows said."""
        place = pd.Index(self.levels_, dtype=object).get_indexer(pd.Index(X[self.col], dtype=object))
        return self._replaced(X, self.codes_[place])

    def fit_transform(self, X: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
        """Learn from all rows; encode each fold without its own."""
        y = np.array(y, dtype=float)
        folds = list(KFold(self.n_splits, shuffle=True, random_state=self.seed).split(y))
        self.fit(X, y)
        number = pd.factorize(X[self.col].astype(object), use_na_sentinel=False)[0]
        out = np.zeros(len(y))
        for others, fold in folds:
            sums = np.bincount(number[others], y[others], len(self.levels_))
            counts = np.bincount(number[others], minlength=len(self.levels_))
            out[fold] = self._smooth(sums, counts, y[others].mean())[number[fold]]
        return self._replaced(X, out)

    def _replaced(self, X: pd.DataFrame, codes: np.ndarray) -> pd.DataFrame:
        out = X.copy()
        out[self.col] = codes
        return out
