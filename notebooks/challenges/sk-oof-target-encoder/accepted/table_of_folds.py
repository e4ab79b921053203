# why: one pivot of sums by level and fold; out of fold is the level's total minus its own fold, for all rows at once
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold

MISSING = object()


class OOFTargetEncoder(BaseEstimator, TransformerMixin):
    """Target encoder with out-of-fold codes for the rows it is fitted on."""

    def __init__(self, col, m=10, n_splits=5, seed=0):
        self.col = col
        self.m = m
        self.n_splits = n_splits
        self.seed = seed

    def _levels(self, X):
        column = X[self.col].astype(object)
        return column.where(column.notna(), MISSING).to_numpy(dtype=object)

    def _code(self, total, rows, prior):
        smoothed = (total + self.m * prior) / np.where(rows + self.m > 0, rows + self.m, 1)
        return np.where(rows > 0, smoothed, prior)

    def fit(self, X, y):
        y = np.asarray(y, dtype=float)
        stats = pd.DataFrame({"y": y}).groupby(self._levels(X), sort=False)["y"].agg(["sum", "size"])
        self.prior_ = float(np.mean(y))
        self.codes_ = dict(zip(stats.index, self._code(stats["sum"].to_numpy(), stats["size"].to_numpy(), self.prior_)))
        return self

    def transform(self, X):
        codes = pd.Series(self._levels(X), index=X.index, dtype=object).map(self.codes_).astype(float)
        return X.assign(**{self.col: codes.fillna(self.prior_).to_numpy()})

    def fit_transform(self, X, y):
        y = np.asarray(y, dtype=float)
        fold = np.empty(len(y), dtype=int)
        for k, (_, test) in enumerate(KFold(self.n_splits, shuffle=True, random_state=self.seed).split(y)):
            fold[test] = k
        table = pd.DataFrame({"level": pd.factorize(self._levels(X))[0], "fold": fold, "y": y})
        by_level = table.groupby("level")["y"]
        by_both = table.groupby(["level", "fold"])["y"]
        by_fold = table.groupby("fold")["y"]
        prior = (y.sum() - by_fold.transform("sum")) / (len(y) - by_fold.transform("size"))
        rows = by_level.transform("size") - by_both.transform("size")
        out = self._code(by_level.transform("sum") - by_both.transform("sum"), rows, prior)
        self.fit(X, y)
        return X.assign(**{self.col: out})
