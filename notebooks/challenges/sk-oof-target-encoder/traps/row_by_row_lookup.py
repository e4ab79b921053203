# trap: weak
# why: a Python loop over rows looks up each code
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import KFold


class OOFTargetEncoder(BaseEstimator, TransformerMixin):
    """Replaces a column by smoothed means of the target; training rows are encoded out of fold.

    Args:
        col: the column to encode.
        m: weight of the prior, in rows.
        n_splits: number of folds of fit_transform.
        seed: seed of the folds.
    """

    def __init__(self, col: str, m: float = 10, n_splits: int = 5, seed: int = 0):
        self.col = col
        self.m = m
        self.n_splits = n_splits
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "OOFTargetEncoder":
        """Learn the code of each level from all rows."""
        self.codes_, self.prior_ = self._learn(X[self.col], y)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Replace the levels by their codes, unknown ones by the prior."""
        return X.assign(**{self.col: self._encode(X[self.col], self.codes_, self.prior_)})

    def fit_transform(self, X: pd.DataFrame, y: np.ndarray) -> pd.DataFrame:
        """Learn from all rows, and encode each row from the rows of the other folds."""
        y = np.asarray(y)
        out = np.empty(len(X))
        folds = KFold(self.n_splits, shuffle=True, random_state=self.seed)
        for others, fold in folds.split(X):
            learned = self._learn(X[self.col].iloc[others], y[others])
            out[fold] = self._encode(X[self.col].iloc[fold], *learned)
        self.fit(X, y)
        return X.assign(**{self.col: out})

    def _learn(self, levels: pd.Series, y: np.ndarray) -> tuple[pd.Series, float]:
        """Code of each level, and the prior."""
        target = pd.Series(np.asarray(y))
        prior = target.mean()
        groups = target.groupby(levels.to_numpy(dtype=object), dropna=False)
        return (groups.sum() + self.m * prior) / (groups.count() + self.m), prior

    @staticmethod
    def _encode(levels: pd.Series, codes: pd.Series, prior: float) -> np.ndarray:
        """Code of each row."""
        known = codes.to_dict()
        missing = next((code for level, code in known.items() if level != level), prior)
        out = []
        for level in levels:
            if level != level:
                out.append(missing)
            else:
                out.append(known.get(level, prior))
        return np.array(out, dtype=float)
