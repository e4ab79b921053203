# trap: wrong
# fails: basic
# why: fit does not return self
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold


class OOFTargetEncoder(BaseEstimator, TransformerMixin):
    def __init__(self, col, m=10, n_splits=5, seed=0):
        self.col = col
        self.m = m
        self.n_splits = n_splits
        self.seed = seed

    def fit(self, X, y):
        self.codes_, self.prior_ = self._learn(X[self.col], y)

    def transform(self, X):
        return X.assign(**{self.col: self._encode(X[self.col], self.codes_, self.prior_)})

    def fit_transform(self, X, y):
        y = np.asarray(y, dtype=float)
        out = np.empty(len(X))
        folds = KFold(self.n_splits, shuffle=True, random_state=self.seed)
        for others, fold in folds.split(X):
            learned = self._learn(X[self.col].iloc[others], y[others])
            out[fold] = self._encode(X[self.col].iloc[fold], *learned)
        self.fit(X, y)
        return X.assign(**{self.col: out})

    def _learn(self, levels, y):
        target = pd.Series(np.asarray(y, dtype=float))
        prior = target.mean()
        groups = target.groupby(levels.to_numpy(dtype=object), dropna=False)
        return (groups.sum() + self.m * prior) / (groups.count() + self.m), prior

    @staticmethod
    def _encode(levels, codes, prior):
        place = codes.index.get_indexer(levels.to_numpy(dtype=object))
        return np.where(place < 0, prior, codes.to_numpy()[place])
