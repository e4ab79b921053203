import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

NUM, CAT = ["income", "age", "visits"], ["city", "plan"]


def limits(X, low=0.01, high=0.99):
    """Quantiles of each column, of what is there."""
    columns = np.asarray(X, dtype=float).T
    return np.array([np.quantile(c[~np.isnan(c)], [low, high]) for c in columns]).reshape(-1, 2).T


def clipped(train, new, low=0.01, high=0.99):
    """What the clipper makes of new after it has seen train."""
    lower, upper = limits(train, low, high)
    new = np.asarray(new, dtype=float)
    return np.where(new < lower, lower, np.where(new > upper, upper, new))


def numbers(train, new):
    """The model's columns for new, with everything learned from train."""
    parts = []
    for name in [c for c in NUM if c in train]:
        a, b = (clipped(train[[name]], X[[name]])[:, 0] for X in (train, new))
        middle = np.median(a[~np.isnan(a)])
        a, b = np.where(np.isnan(a), middle, a), np.where(np.isnan(b), middle, b)
        parts.append(((b - a.mean()) / (a.std() or 1.0))[:, None])
    for name in [c for c in CAT if c in train]:
        parts.append(np.array([[float(x == level) for level in sorted(set(train[name]))] for x in new[name]]))
    return np.hstack(parts)


def model(train, y):
    return LogisticRegression(max_iter=1000).fit(numbers(train, train), np.asarray(y))


def accuracies(X, y, splits):
    """Accuracy of each fold by the definition."""
    y = np.asarray(y)
    out = []
    for train, test in splits:
        fitted = model(X.iloc[train], y[train])
        out.append(float((fitted.predict(numbers(X.iloc[train], X.iloc[test])) == y[test]).mean()))
    return out


def draw(t, n=90):
    """Customers, with outliers and NaN in the numbers, and labels that follow three of the columns."""
    X = pd.DataFrame({
        "city": t.rng.choice(["oslo", "bern", "riga"], size=n),
        "income": t.rng.lognormal(0, 1.2, size=n) * 0.05,
        "plan": t.rng.choice(["basic", "plus"], size=n),
        "age": t.rng.normal(45, 12, size=n),
        "visits": t.rng.poisson(4, size=n).astype(float),
    })
    score = X["age"] / 12 + 2 * (X["city"] == "riga") - 20 * X["income"] + t.rng.normal(0, 0.7, size=n)
    y = np.where(score > score.median(), "stays", "goes")
    X.loc[t.rng.permutation(n)[:8], "age"] = np.nan
    X.loc[t.rng.permutation(n)[:20], "visits"] = np.nan
    X.loc[t.rng.permutation(n)[:4], "visits"] = [60.0, 45.0, 50.0, 70.0]
    X.loc[t.rng.permutation(n)[:3], "age"] = [-200.0, 400.0, 300.0]
    return X, y


def separated(t, n):
    """Rows whose label is the sign of income, far from the border."""
    sign = np.resize([-1.0, 1.0], n)
    X, _ = draw(t, max(n, 30))
    X = X.iloc[:n].reset_index(drop=True).drop(columns=["age", "visits"])
    X["income"] = sign * t.rng.uniform(1, 2, size=n)
    return X, np.where(sign > 0, "up", "down")


def check_folds(t, got, X, y, splits):
    """Accuracies may differ by one row; mean and std must be those of the folds."""
    want = accuracies(X, y, splits)
    t.check(isinstance(got, dict) and set(got) == {"folds", "mean", "std"}, "expected a dict with folds, mean and std")
    folds = np.asarray(got["folds"], dtype=float)
    t.shape(folds, (len(want),), what="folds")
    for k, (a, b) in enumerate(zip(folds, want)):
        t.close(a, b, rtol=0, atol=1.01 / len(splits[k][1]), what=f"folds[{k}]")
    t.close(got["mean"], float(folds.mean()), rtol=0, atol=1e-9, what="mean")
    t.close(got["std"], float(np.sqrt(((folds - folds.mean()) ** 2).mean())), rtol=0, atol=1e-9, what="std")


def array(t, A, shape):
    """What transform gave, array or DataFrame, as numbers."""
    t.shape(A, shape)
    A = np.asarray(A)
    t.check(A.dtype.kind in "fiu", "transform does not give numbers")
    return A.astype(float)


def transformed(t, X, new, *limits, **named):
    """Requests: fit a clipper to X, then transform new."""
    clipper = yield t.new("QuantileClipper", *limits, **named)
    clipper = yield t.method(clipper, "fit", X, _keep=True)
    got = yield t.method(clipper, "transform", new)
    return array(t, got, np.shape(new))


def classified(t, num, cat, X, y, new):
    """Requests: fit what build gives, ask for the probabilities of new rows, and compare them with the model's."""
    pipe = yield t.keep("build", num, cat)
    yield t.method(pipe, "fit", X, y, _keep=True)
    P = yield t.method(pipe, "predict_proba", new)
    part = X[num + cat]
    t.close(P, model(part, y).predict_proba(numbers(part, new)), rtol=0, atol=0.01)


def evaluated(t, num, cat, X, y, cv):
    """Requests: evaluate what build gives, and compare with the accuracies by the definition."""
    pipe = yield t.keep("build", num, cat)
    got = yield t.call("evaluate", pipe, X, y, cv)
    splits = list(StratifiedKFold(cv).split(X, y)) if isinstance(cv, int) else cv
    check_folds(t, got, X[num + cat], y, splits)


@public("The worked example.")
def example(t):
    X = np.array([[1, 10], [2, 20], [3, np.nan], [100, 40]])
    got = yield from transformed(t, X, np.array([[0, 100], [50, np.nan], [2, 18]]), low=0.25, high=0.75)
    t.close(got, np.array([[1.75, 30], [27.25, np.nan], [2, 18]]), rtol=0, atol=1e-9)


@public("evaluate gives folds, mean and std.")
def example_folds(t):
    X, y = separated(t, 24)
    yield from evaluated(t, ["income"], ["city"], X, y, 3)


@basic("QuantileClipper learns the quantiles low and high of each column.")
def each_column(t):
    X = t.rng.normal(size=(40, 4)) * [1, 10, 100, 0.01] + [0, 50, -300, 7]
    new = t.rng.normal(size=(25, 4)) * [3, 30, 300, 0.03] + [0, 50, -300, 7]
    got = yield from transformed(t, X, new, low=0.1, high=0.8)
    t.close(got, clipped(X, new, 0.1, 0.8), rtol=1e-9, atol=1e-9)


@basic("QuantileClipper takes DataFrames, of integers too.")
def table_of_integers(t):
    X = pd.DataFrame(t.rng.integers(-50, 50, size=(30, 3)))
    got = yield from transformed(t, X, X * 2, 0.2, 0.75)
    t.close(got, clipped(X, X * 2, 0.2, 0.75), rtol=1e-9, atol=1e-9)


@edge("Quantiles ignore NaN; NaN stays.")
def missing_numbers(t):
    X, new = t.rng.normal(size=(30, 3)), 3 * t.rng.normal(size=(12, 3))
    X[t.rng.permutation(30)[:9], 1] = np.nan
    new[t.rng.permutation(12)[:3], 0] = new[t.rng.permutation(12)[:4], 1] = np.nan
    got = yield from transformed(t, X, new, low=0.1, high=0.9)
    t.close(got, clipped(X, new, 0.1, 0.9), rtol=1e-9, atol=1e-9)


@edge("A column with one value everywhere has that value as both limits; one row is enough to learn from.")
def constant_column(t):
    got = yield from transformed(t, np.array([[4.5, -2.0]]), np.array([[9.0, -3.0], [4.5, np.nan]]))
    t.close(got, np.array([[4.5, -2.0], [4.5, np.nan]]), rtol=0, atol=1e-9)


@edge("low >= high is a ValueError in fit, not before.")
def limits_in_order(t):
    X = t.rng.normal(size=(10, 2))
    for low, high in ((0.9, 0.1), (0.5, 0.5)):
        clipper = yield t.new("QuantileClipper", low=low, high=high)
        yield t.raises(ValueError, t.method(clipper, "fit", X))


@prop("transform uses what fit learned: one row alone is that row of the batch.", repeat=28)
def row_by_row(t):
    n, d = int(t.rng.integers(3, 40)), int(t.rng.integers(1, 6))
    low, high = t.rng.uniform(0, 0.4), t.rng.uniform(0.6, 1)
    X, new = t.rng.normal(size=(n, d)), t.rng.normal(size=(5, d)) * 2
    clipper = yield t.new("QuantileClipper", low=low, high=high)
    fitted = yield t.method(clipper, "fit", X, _keep=True)
    batch = yield t.method(fitted, "transform", new)
    want = clipped(X, new, low, high)
    t.close(array(t, batch, (5, d)), want, rtol=1e-9, atol=1e-9)
    one = yield t.method(fitted, "transform", new[3:4])
    t.close(array(t, one, (1, d)), want[3:4], rtol=1e-9, atol=1e-9)


@basic("build: numbers are clipped, filled with the median and standardised, levels one-hot, then logistic regression.")
def whole_pipeline(t):
    X, y = draw(t)
    yield from classified(t, NUM, CAT, X, y, draw(t, 30)[0])
    model_at_the_end = yield t.method((yield t.keep("build", NUM, CAT)), "__getitem__", -1, _keep=True)
    t.equal((yield t.attr(model_at_the_end, "max_iter")), 1000, what="max_iter of the last step")


@basic("build clips with its defaults before it fills and standardises.")
def only_numbers(t):
    X, y = draw(t, 80)
    X["age"] = t.rng.normal(40, 3, size=80)
    X.loc[t.rng.permutation(80)[:50], "visits"] = np.nan
    there = X.index[X["visits"].notna()]
    X.loc[there, "visits"] = t.rng.normal(5, 1, size=len(there))
    X.loc[there[:2], "visits"] = [12.0, 7.0]
    y = np.where(X["visits"].fillna(3.5) + t.rng.normal(0, 0.5, size=80) > 4.6, "b", "a")
    yield from classified(t, ["visits", "age"], [], X, y, X)


@basic("The labels may be strings, and more than two.")
def three_labels(t):
    X, _ = draw(t, 90)
    age = X["age"].fillna(45)
    y = np.where(age < 39, "young", np.where(age < 50, "middle", "old"))
    yield from classified(t, NUM, CAT, X, y, X)


@edge("Unknown levels are all 0.")
def unknown_level(t):
    X, y = draw(t)
    new, _ = draw(t, 12)
    new["city"] = np.where(np.arange(12) % 2 == 0, "lima", new["city"])
    yield from classified(t, NUM, CAT, X, y, new)


@edge("Columns are found by name, and other columns are ignored.")
def other_columns(t):
    X, y = draw(t)
    new, _ = draw(t, 12)
    X["target_copy"] = (y == "stays").astype(float)
    new = new[["visits", "age", "plan", "income", "city"]].assign(target_copy=t.rng.integers(0, 2, size=12).astype(float))
    yield from classified(t, NUM, CAT, X, y, new)


@edge("Either list may be empty: only categories.")
def only_categories(t):
    X, y = draw(t)
    yield from classified(t, [], CAT, X, y, X)


@edge("A row's probabilities do not depend on the rows beside it.")
def alone(t):
    X, y = draw(t, 60)
    new = draw(t, 30)[0].iloc[:9]
    pipe = yield t.keep("build", NUM, CAT)
    yield t.method(pipe, "fit", X, y, _keep=True)
    P = yield t.method(pipe, "predict_proba", new)
    one = yield t.method(pipe, "predict_proba", new.iloc[[2]])
    t.close(P, model(X, y).predict_proba(numbers(X, new)), rtol=0, atol=0.01)
    t.close(one, np.asarray(P)[[2]], rtol=0, atol=1e-9)


@basic("cv is a number of stratified folds, unshuffled; std divides by their number.")
def stratified_folds(t):
    X, y = separated(t, 60)
    order = np.argsort(y, kind="stable")
    X, y = X.iloc[order].reset_index(drop=True), y[order]  # all of one label first
    for first in (0, 30):  # the first ten of each label get labels at odds with the column
        X.loc[first:first + 9, "income"] *= -1
    yield from evaluated(t, ["income"], ["city", "plan"], X, y, 3)


@basic("cv may be a list of (train, test) positions, whatever the index of X and y.")
def given_positions(t):
    X, y = separated(t, 60)
    X.loc[40:, "income"] *= -1
    order = t.rng.permutation(40)
    uneven = np.r_[np.arange(0, 20, 2), 41, 43, 45]
    splits = [(order[:25], order[25:]), (order[15:], np.arange(40, 60)), (np.arange(20, 40), uneven)]
    X.index = t.rng.permutation(60)
    yield from evaluated(t, ["income"], ["city"], X, pd.Series(y, index=X.index), splits)


@edge("A fold learns from its training rows only: its test rows have another scale.")
def poisoned_fold(t):
    X, y = separated(t, 100)
    keep = np.r_[np.arange(0, 40), np.arange(41, 60, 2)]  # more of one label than of the other
    test = np.arange(60, 100)
    X.loc[test[8:], "income"] *= 1000
    X.loc[t.rng.choice(keep, size=8, replace=False), "income"] = np.nan
    splits = [(keep, test), (keep[8:], keep[:8])]
    yield from evaluated(t, ["income"], ["city"], X, y, splits)


@edge("A fold learns from its training rows only: gaps are filled with their median.")
def filled_from_training_rows(t):
    X, y = separated(t, 108)
    train, test = np.arange(48), np.arange(48, 108)
    X["visits"] = 1000.0
    X.loc[train, "visits"] = np.where(y[:48] == "up", np.nan, np.resize([3.0, 3.0, 5.0, 5.0], 48))
    X.loc[t.rng.choice(train[::2], size=6, replace=False), "income"] *= -1
    X.loc[t.rng.choice(train[1::2], size=6, replace=False), "income"] *= -1
    yield from evaluated(t, ["income", "visits"], [], X, y, [(train, test)])


@contract("Parameters can be set later; they are kept as they were given.")
def late_parameters(t):
    X = t.rng.normal(size=(30, 2))
    clipper = yield t.new("QuantileClipper", low=0.3, high=0.7)
    yield t.method(clipper, "set_params", low=0.05, high=0.6, _keep=True)
    got = yield t.method(clipper, "fit_transform", X)
    t.close(array(t, got, (30, 2)), clipped(X, X, 0.05, 0.6), rtol=1e-9, atol=1e-9)
    given = yield t.method(clipper, "get_params")
    t.equal(given, {"low": 0.05, "high": 0.6}, what="get_params() after fit")


@contract("A new fit forgets the old one, also with another number of columns; other clippers keep theirs.")
def fitted_again(t):
    X, Z = t.rng.normal(size=(30, 2)), 5 + t.rng.normal(size=(20, 3))
    one = yield t.new("QuantileClipper", low=0.2, high=0.8)
    two = yield t.new("QuantileClipper", low=0.1, high=0.7)
    yield t.method(one, "fit", X, _keep=True)
    yield t.method(two, "fit", X * 3, _keep=True)
    got = yield t.method(one, "transform", X)
    t.close(array(t, got, (30, 2)), clipped(X, X, 0.2, 0.8), rtol=1e-9, atol=1e-9)
    yield t.method(one, "fit", Z, _keep=True)
    got = yield t.method(one, "transform", Z)
    t.close(array(t, got, (20, 3)), clipped(Z, Z, 0.2, 0.8), rtol=1e-9, atol=1e-9)


@contract("It works with clone: the copy has the parameters, 0.01 and 0.99 by default.")
def cloned(t):
    X = t.rng.normal(size=(30, 2))
    clipper = yield t.new("QuantileClipper")
    yield t.method(clipper, "fit", X, _keep=True)
    copy = yield t.library("sklearn.base", "clone", clipper)
    given = yield t.method(copy, "get_params")
    t.equal(given, {"low": 0.01, "high": 0.99}, what="get_params() of the copy")
    got = yield t.method(copy, "fit_transform", 2 * X)
    t.close(array(t, got, (30, 2)), clipped(2 * X, 2 * X), rtol=1e-9, atol=1e-9)


@contract("It works in Pipeline and GridSearchCV, which set its parameters.")
def searched(t):
    x = np.r_[np.linspace(-9, 9, 54), 400.0, 500, 600, -400, -500, -600]
    X, y = x[:, None], ((x > 4) & (x < 10)).astype(int)
    splits = [(rows[:40], rows[40:]) for rows in (t.rng.permutation(60), t.rng.permutation(60))]
    steps = [(yield t.new("QuantileClipper")), (yield t.library("sklearn.linear_model", "LogisticRegression"))]
    pipe = yield t.library("sklearn.pipeline", "make_pipeline", *steps)
    highs = [0.6, 0.8, 1.0]
    search = yield t.library("sklearn.model_selection", "GridSearchCV", pipe, {"quantileclipper__high": highs}, cv=splits)
    yield t.method(search, "fit", X, y, _keep=True)
    results = yield t.attr(search, "cv_results_", _keep=True)
    scores = yield t.method(results, "get", "mean_test_score")
    want = [np.mean([graded(X, y, high, *split) for split in splits]) for high in highs]
    t.close(scores, np.array(want), rtol=0, atol=0.026, what="the mean scores for high of 0.6, 0.8 and 1")
    best = yield t.attr(search, "best_params_")
    chosen = yield t.attr(search, "best_estimator_", _keep=True)
    clipper = yield t.method(chosen, "__getitem__", 0, _keep=True)
    new = t.rng.uniform(-700, 700, size=(20, 1))
    got = yield t.method(clipper, "transform", new)
    t.close(array(t, got, (20, 1)), clipped(X, new, high=best["quantileclipper__high"]), rtol=1e-9, atol=1e-9)


def graded(X, y, high, train, test):
    """Accuracy on test of a logistic regression behind a clipper, both fitted to train."""
    fitted = LogisticRegression().fit(clipped(X[train], X[train], high=high), y[train])
    return (fitted.predict(clipped(X[train], X[test], high=high)) == y[test]).mean()


@contract("No argument is changed, be it an array or a table.")
def arguments_unchanged(t):
    A = np.where(t.rng.random((20, 3)) < 0.1, np.nan, t.rng.normal(size=(20, 3)))
    for X in (A, pd.DataFrame(A, columns=["a", "b", "c"])):
        clipper = yield t.new("QuantileClipper", low=0.2, high=0.8)
        held = yield t.hold(X)
        got = yield t.method(clipper, "fit_transform", held)
        t.close(array(t, got, (20, 3)), clipped(X, X, 0.2, 0.8), rtol=1e-9, atol=1e-9)
        after = yield t.fetch(held)
        t.equal(after, X, what="X after fit_transform")


@contract("No argument is changed: read-only arrays will do, and columns that do not lie side by side.")
def other_layouts(t):
    A = np.where(t.rng.random((20, 3)) < 0.1, np.nan, t.rng.normal(size=(20, 3)))
    frozen = yield t.library("numpy", "broadcast_to", A, A.shape)
    turned = yield t.library("numpy", "transpose", A.T.copy())
    backwards = yield t.library("numpy", "flip", A[::-1].copy(), 0)
    for held in (frozen, turned, backwards):
        clipper = yield t.new("QuantileClipper", low=0.2, high=0.8)
        got = yield t.method(clipper, "fit_transform", held)
        t.close(array(t, got, (20, 3)), clipped(A, A, 0.2, 0.8), rtol=1e-9, atol=1e-9)


@contract("evaluate leaves pipe unfitted and X as it was; build gives an unfitted pipeline each time.")
def pipe_unfitted(t):
    X, y = draw(t, 50)
    first = yield t.keep("build", NUM, CAT)
    yield t.method(first, "fit", X, y, _keep=True)
    pipe, held = (yield t.keep("build", ["income"], ["plan"])), (yield t.hold(X))
    got = yield t.call("evaluate", pipe, held, y, 2)
    check_folds(t, got, X[["income", "plan"]], y, list(StratifiedKFold(2).split(X, y)))
    after = yield t.fetch(held)
    t.frame(after, X, index="strict", column_order="strict", rtol=0, atol=0, what="X after evaluate")
    yield t.raises(("NotFittedError", "AttributeError"), t.method(pipe, "predict", X))
    P = yield t.method(first, "predict_proba", X)
    t.close(P, model(X, y).predict_proba(numbers(X, X)), rtol=0, atol=0.01)


@growth("rows", sizes=(40, 160), closed=True)
def learned_rows(t, n):
    clipper = yield t.new("QuantileClipper")
    yield t.method(clipper, "fit", t.rng.normal(size=(n, 3)))


@growth("rows", sizes=(40, 160), closed=True)
def moved_rows(t, n):
    clipper = yield t.new("QuantileClipper")
    yield t.method(clipper, "fit", t.rng.normal(size=(30, 3)), _keep=True)
    yield t.method(clipper, "transform", t.rng.normal(size=(n, 3)))


@growth("rows", sizes=(10, 40), closed=True)
def evaluated_rows(t, n):
    X, y = separated(t, 60)
    pipe = yield t.keep("build", ["income"], [])
    yield t.call("evaluate", pipe, X, y, [(np.arange(20), np.arange(20, 20 + n))])


@speed(limit=4.0, size="fit_transform, 20,000 rows of 10 columns")
def quick(t):
    clipper = yield t.new("QuantileClipper")
    yield t.method(clipper, "fit_transform", t.rng.normal(size=(20000, 10)))
