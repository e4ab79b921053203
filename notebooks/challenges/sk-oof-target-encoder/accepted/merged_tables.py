# why: one merge of fold, level and code, with another instance for each fold
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.model_selection import KFold, cross_val_predict


class OOFTargetEncoder(BaseEstimator, TransformerMixin):
    """Encodes a column by smoothed target means, training rows by cross-fitting."""

    def __init__(self, col, m=10, n_splits=5, seed=0):
        self.col = col
        self.m = m
        self.n_splits = n_splits
        self.seed = seed

    def fit(self, X, y):
        data = pd.DataFrame({"level": X[self.col].to_numpy(dtype=object), "y": np.asarray(y, dtype=float)})
        self.prior_ = data["y"].mean()
        stats = data.groupby("level", dropna=False, as_index=False)["y"].agg(["sum", "count"])
        if "level" not in stats:
            stats = stats.reset_index()
        stats["code"] = (stats["sum"] + self.m * self.prior_) / (stats["count"] + self.m)
        self.table_ = stats[["level", "code"]].astype({"level": object})
        return self

    def predict(self, X):
        """Codes of the rows of X, as cross_val_predict wants them."""
        levels = pd.DataFrame({"level": X[self.col].to_numpy(dtype=object)}, dtype=object)
        return levels.merge(self.table_, how="left", on="level")["code"].fillna(self.prior_).to_numpy(dtype=float)

    def transform(self, X):
        out = X.copy()
        out[self.col] = self.predict(X)
        return out

    def fit_transform(self, X, y):
        y = np.asarray(y, dtype=float)
        folds = KFold(self.n_splits, shuffle=True, random_state=self.seed)
        codes = cross_val_predict(clone(self), X, y, cv=folds)
        self.fit(X, y)
        return X.assign(**{self.col: codes})
