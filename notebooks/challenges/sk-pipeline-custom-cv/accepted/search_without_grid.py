# why: limits from sorted values kept as two dicts of state, where for clip, and a grid search of one point for the folds
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class QuantileClipper(BaseEstimator, TransformerMixin):
    """Moves values beyond two quantiles of their column to the nearer quantile."""

    def __init__(self, low=0.01, high=0.99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        if self.low >= self.high:
            raise ValueError("low must be smaller than high")
        ordered = np.sort(np.array(X, dtype=float), axis=0)  # NaN goes to the end
        last = (~np.isnan(ordered)).sum(axis=0) - 1
        self.lower_ = self._at(ordered, self.low * last, last)
        self.upper_ = self._at(ordered, self.high * last, last)
        return self

    @staticmethod
    def _at(ordered, place, last):
        columns = np.arange(ordered.shape[1])
        below = place.astype(int)
        left, right = ordered[below, columns], ordered[np.minimum(below + 1, last), columns]
        return left + (place - below) * (right - left)

    def transform(self, X):
        X = np.array(X, dtype=float)
        X = np.where(X < self.lower_, self.lower_, X)
        return np.where(X > self.upper_, self.upper_, X)


def build(num, cat):
    """One branch for each column."""
    branches = [
        (f"num_{name}", Pipeline([("clip", QuantileClipper()), ("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), [name])
        for name in num
    ]
    branches += [(f"cat_{name}", OneHotEncoder(handle_unknown="ignore"), [name]) for name in cat]
    return Pipeline([("branches", ColumnTransformer(branches)), ("classify", LogisticRegression(max_iter=1000))])


def evaluate(pipe, X, y, cv):
    """Accuracy of each fold."""
    search = GridSearchCV(pipe, {}, cv=cv, scoring="accuracy", refit=False).fit(X, pd.Series(y).to_numpy())
    results = search.cv_results_
    folds = [results[f"split{k}_test_score"][0] for k in range(search.n_splits_)]
    return {"mean": results["mean_test_score"][0], "std": results["std_test_score"][0], "folds": np.array(folds)}
