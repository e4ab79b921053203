# trap: weak
# why: evaluate asks for the prediction of one row at a time
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class QuantileClipper(BaseEstimator, TransformerMixin):
    """Clips each column to quantiles that it learned.

    Args:
        low: lower quantile, between 0 and 1.
        high: upper quantile, above low.
    """

    def __init__(self, low: float = 0.01, high: float = 0.99):
        self.low = low
        self.high = high

    def fit(self, X: pd.DataFrame | np.ndarray, y: object = None) -> "QuantileClipper":
        """Learn the limits of each column, NaN aside."""
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low} and {self.high}")
        self.limits_ = np.nanquantile(np.asarray(X, dtype=float), [self.low, self.high], axis=0)
        return self

    def transform(self, X: pd.DataFrame | np.ndarray) -> np.ndarray:
        """Move values beyond the limits to the nearer one; NaN stays."""
        return np.clip(np.asarray(X, dtype=float), *self.limits_)


def build(num: list[str], cat: list[str]) -> Pipeline:
    """Pipeline that preprocesses the columns and classifies.

    Args:
        num: names of numeric columns: clipped, imputed, standardised.
        cat: names of categorical columns: one-hot, unknown levels all 0.

    Returns:
        The unfitted pipeline, ending in a logistic regression.
    """
    numeric = make_pipeline(QuantileClipper(), SimpleImputer(strategy="median"), StandardScaler())
    columns = ColumnTransformer([("num", numeric, num), ("cat", OneHotEncoder(handle_unknown="ignore"), cat)])
    return Pipeline([("columns", columns), ("model", LogisticRegression(max_iter=1000))])


def evaluate(pipe: Pipeline, X: pd.DataFrame, y: pd.Series, cv: int | list) -> dict:
    """Cross-validated accuracy.

    Args:
        pipe: unfitted pipeline; its copies are fitted, one for each fold.
        X: the rows.
        y: their labels.
        cv: number of stratified folds, or (train, test) positions.

    Returns:
        folds (accuracy of each fold), mean, std.
    """
    y = np.asarray(y)
    folds = []
    for train, test in check_cv(cv, y, classifier=True).split(X, y):
        model = clone(pipe).fit(X.iloc[train], y[train])
        hits = 0
        for i in test:
            if model.predict(X.iloc[[i]])[0] == y[i]:
                hits += 1
        folds.append(hits / len(test))
    folds = np.array(folds)
    return {"folds": folds, "mean": folds.mean(), "std": folds.std()}
