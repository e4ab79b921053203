# trap: wrong
# fails: basic
# why: takes positions for labels of the index
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


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
    columns = ColumnTransformer([("num", numeric, num), ("cat", OneHotEncoder(handle_unknown="ignore"), cat)])
    return Pipeline([("columns", columns), ("model", LogisticRegression(max_iter=1000))])


def evaluate(pipe, X, y, cv):
    y = np.asarray(y)
    folds = []
    for train, test in check_cv(cv, y, classifier=True).split(X, y):
        model = clone(pipe).fit(X.loc[train], y[train])
        folds.append(model.score(X.loc[test], y[test]))
    return {"folds": folds, "mean": np.mean(folds), "std": np.std(folds)}
