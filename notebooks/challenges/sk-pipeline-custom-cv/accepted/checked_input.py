# why: scikit-learn's own checks of the input, a loop over the few columns, cross_val_score, levels by FeatureUnion of selectors
import inspect
import statistics

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_array, check_is_fitted


FINITE = "ensure_all_finite" if "ensure_all_finite" in inspect.signature(check_array).parameters else "force_all_finite"


def _numbers(X):
    """Floats in two dimensions, NaN allowed; the keyword has had two names."""
    return check_array(X, dtype=float, **{FINITE: "allow-nan"})


class QuantileClipper(BaseEstimator, TransformerMixin):
    """Clips each column to two of its quantiles.

    Args:
        low: share of values below the lower limit.
        high: share of values below the upper limit.
    """

    def __init__(self, low=0.01, high=0.99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        """Learn a pair of limits for each column."""
        if self.high <= self.low:
            raise ValueError(f"{self.low=} is not below {self.high=}")
        columns = [column[~np.isnan(column)] for column in _numbers(X).T]
        self.limits_ = np.array([np.percentile(column, [100 * self.low, 100 * self.high]) for column in columns])
        return self

    def transform(self, X):
        """Clip with the learned limits."""
        check_is_fitted(self)
        return np.minimum(np.maximum(_numbers(X), self.limits_[:, 0]), self.limits_[:, 1])


def build(num, cat):
    """Pipeline for the columns num and cat."""
    steps = []
    if num:
        chain = [("clip", QuantileClipper()), ("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
        steps.append(("numbers", Pipeline([("only", ColumnTransformer([("keep", "passthrough", num)])), *chain])))
    if cat:
        levels = OneHotEncoder(handle_unknown="ignore")
        steps.append(("levels", ColumnTransformer([("levels", levels, cat)])))
    return Pipeline([("columns", FeatureUnion(steps)), ("model", LogisticRegression(max_iter=1000))])


def evaluate(pipe, X, y, cv):
    """Mean and deviation of the folds' accuracies."""
    folds = cross_val_score(pipe, X, y, cv=cv, scoring="accuracy").tolist()
    return {"folds": folds, "mean": statistics.fmean(folds), "std": statistics.pstdev(folds)}
