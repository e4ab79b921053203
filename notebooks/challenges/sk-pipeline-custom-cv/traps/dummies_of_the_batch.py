# trap: wrong
# fails: edge
# why: get_dummies makes the columns of the batch, not those of the training rows
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


class QuantileClipper(BaseEstimator, TransformerMixin):
    def __init__(self, low=0.01, high=0.99):
        self.low = low
        self.high = high

    def fit(self, X, y=None):
        if self.low >= self.high:
            raise ValueError("low must be below high")
        self.limits_ = np.nanquantile(np.asarray(X, dtype=float), [self.low, self.high], axis=0)
        return self

    def transform(self, X):
        return np.clip(np.asarray(X, dtype=float), *self.limits_)


def build(num, cat):
    numeric = make_pipeline(QuantileClipper(), SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("num", numeric, num), ("cat", FunctionTransformer(pd.get_dummies), cat)])
    return Pipeline([("columns", columns), ("model", LogisticRegression(max_iter=1000))])


def evaluate(pipe, X, y, cv):
    folds = cross_validate(pipe, X, y, cv=cv)["test_score"]
    return {"folds": folds, "mean": folds.mean(), "std": folds.std()}
