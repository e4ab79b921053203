import numpy as np
import pandas as pd
from assay import basic, contract, edge, prop, public
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

NUM, CAT = ["income", "age", "visits"], ["city", "plan"]


def limits(X, low=0.01, high=0.99):
    """Quantiles of each column by hand: sort what is there, interpolate between neighbours."""
    out = []
    for column in np.asarray(X, dtype=float).T:
        there = np.sort(column[~np.isnan(column)])
        places = np.array([low, high]) * (len(there) - 1)
        below = np.floor(places).astype(int)
        above = np.minimum(below + 1, len(there) - 1)
        out.append(there[below] + (places - below) * (there[above] - there[below]))
    return np.array(out).reshape(-1, 2).T


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
        levels = sorted(set(train[name]))
        parts.append(np.array([[float(x == level) for level in levels] for x in new[name]]))
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
    rows = t.rng.permutation(n)[:4]
    X.loc[rows, "visits"] = [60.0, 45.0, 50.0, 70.0]
    X.loc[t.rng.permutation(n)[:3], "age"] = [-200.0, 400.0, 300.0]
    return X, y


def separated(t, n, column="income"):
    """Rows whose label is the sign of one column, far from the border."""
    sign = np.resize([-1.0, 1.0], n)
    X, _ = draw(t, max(n, 30))
    X = X.iloc[:n].reset_index(drop=True).drop(columns=["age", "visits"])
    X[column] = sign * t.rng.uniform(1, 2, size=n)
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


def example_data():
    return np.array([[1, 10], [2, 20], [3, np.nan], [100, 40]]), np.array([[0, 100], [50, np.nan], [2, 18]])


# --- the clipper


@public("The worked example.")
def example(t):
    X, new = example_data()
    clipper = yield t.new("QuantileClipper", low=0.25, high=0.75)
    fitted = yield t.method(clipper, "fit", X, _keep=True)
    got = yield t.method(fitted, "transform", new)
    t.close(array(t, got, (3, 2)), np.array([[1.75, 30], [27.25, np.nan], [2, 18]]), rtol=0, atol=1e-9)


@public("evaluate gives folds, mean and std.")
def example_folds(t):
    X, y = separated(t, 24)
    pipe = yield t.keep("build", ["income"], ["city"])
    got = yield t.call("evaluate", pipe, X, y, 3)
    check_folds(t, got, X[["income", "city"]], y, list(StratifiedKFold(3).split(X, y)))


@basic("QuantileClipper learns the quantiles low and high of each column.")
def each_column(t):
    X = t.rng.normal(size=(40, 4)) * [1, 10, 100, 0.01] + [0, 50, -300, 7]
    new = t.rng.normal(size=(25, 4)) * [3, 30, 300, 0.03] + [0, 50, -300, 7]
    clipper = yield t.new("QuantileClipper", low=0.1, high=0.8)
    fitted = yield t.method(clipper, "fit", X, _keep=True)
    got = yield t.method(fitted, "transform", new)
    t.close(array(t, got, (25, 4)), clipped(X, new, 0.1, 0.8), rtol=1e-9, atol=1e-9)


@basic("low is 0.01 and high 0.99 when nothing is said.")
def defaults(t):
    X = t.rng.normal(size=(70, 2))
    clipper = yield t.new("QuantileClipper")
    got = yield t.method(clipper, "fit_transform", X)
    t.close(array(t, got, (70, 2)), clipped(X, X), rtol=1e-9, atol=1e-9)


@basic("QuantileClipper takes DataFrames, of integers too.")
def table_of_integers(t):
    X = pd.DataFrame(t.rng.integers(-50, 50, size=(30, 3)), columns=["a", "b", "c"])
    clipper = yield t.new("QuantileClipper", 0.2, 0.75)
    fitted = yield t.method(clipper, "fit", X, _keep=True)
    got = yield t.method(fitted, "transform", X * 2)
    t.close(array(t, got, (30, 3)), clipped(X, X * 2, 0.2, 0.75), rtol=1e-9, atol=1e-9)


@edge("Quantiles ignore NaN; NaN stays.")
def missing_numbers(t):
    X, new = t.rng.normal(size=(30, 3)), 3 * t.rng.normal(size=(12, 3))
    X[t.rng.permutation(30)[:9], 1] = np.nan
    new[t.rng.permutation(12)[:3], 0] = new[t.rng.permutation(12)[:4], 1] = np.nan
    clipper = yield t.new("QuantileClipper", low=0.1, high=0.9)
    fitted = yield t.method(clipper, "fit", X, _keep=True)
    got = yield t.method(fitted, "transform", new)
    t.close(array(t, got, (12, 3)), clipped(X, new, 0.1, 0.9), rtol=1e-9, atol=1e-9)


@edge("A column with one value everywhere has that value as both limits; one row is enough to learn from.")
def constant_column(t):
    clipper = yield t.new("QuantileClipper")
    fitted = yield t.method(clipper, "fit", np.array([[4.5, -2.0]]), _keep=True)
    got = yield t.method(fitted, "transform", np.array([[9.0, -3.0], [4.5, np.nan]]))
    t.close(array(t, got, (2, 2)), np.array([[4.5, -2.0], [4.5, np.nan]]), rtol=0, atol=1e-9)


@edge("low >= high is a ValueError in fit, not before.")
def limits_in_order(t):
    X = t.rng.normal(size=(10, 2))
    for low, high in ((0.9, 0.1), (0.5, 0.5)):
        clipper = yield t.new("QuantileClipper", low=low, high=high)
        yield t.raises(ValueError, t.method(clipper, "fit", X))


@prop("transform uses what fit learned: one row alone is that row of the batch.", repeat=10)
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


@prop("Columns do not influence each other, nor does the order of the rows.", repeat=6)
def moved_columns(t):
    X, new = t.rng.normal(size=(25, 4)), t.rng.normal(size=(9, 4)) * 2
    scale, move = t.rng.uniform(0.5, 40, size=4), t.rng.normal(size=4) * 100
    clipper = yield t.new("QuantileClipper", low=0.15, high=0.85)
    fitted = yield t.method(clipper, "fit", (X * scale + move)[t.rng.permutation(25)], _keep=True)
    got = yield t.method(fitted, "transform", new * scale + move)
    t.close(array(t, got, (9, 4)), clipped(X, new, 0.15, 0.85) * scale + move, rtol=1e-8, atol=1e-8)


# --- the pipeline


def probabilities(t, num, cat, X, y, new):
    """Requests that fit a pipeline and ask for the probabilities of new rows; yields from it give the answer."""
    pipe = yield t.keep("build", num, cat)
    yield t.method(pipe, "fit", X, y, _keep=True)
    P = yield t.method(pipe, "predict_proba", new)
    return P


@basic("build: numbers are clipped, filled with the median and standardised, levels one-hot, then logistic regression.")
def whole_pipeline(t):
    X, y = draw(t)
    new, _ = draw(t, 30)
    P = yield from probabilities(t, NUM, CAT, X, y, new)
    t.close(P, model(X, y).predict_proba(numbers(X, new)), rtol=0, atol=0.01)


@basic("build clips with its defaults before it fills and standardises.")
def only_numbers(t):
    X, y = draw(t, 80)
    X["age"] = t.rng.normal(40, 3, size=80)
    X.loc[t.rng.permutation(80)[:50], "visits"] = np.nan
    there = X.index[X["visits"].notna()]
    X.loc[there, "visits"] = t.rng.normal(5, 1, size=len(there))
    X.loc[there[:2], "visits"] = [12.0, 7.0]
    y = np.where(X["visits"].fillna(3.5) + t.rng.normal(0, 0.5, size=80) > 4.6, "b", "a")
    P = yield from probabilities(t, ["visits", "age"], [], X, y, X)
    part = X[["visits", "age"]]
    t.close(P, model(part, y).predict_proba(numbers(part, part)), rtol=0, atol=0.01)


@basic("The labels may be strings, and more than two.")
def three_labels(t):
    X, _ = draw(t, 90)
    age = X["age"].fillna(45)
    y = np.where(age < 39, "young", np.where(age < 50, "middle", "old"))
    P = yield from probabilities(t, NUM, CAT, X, y, X)
    t.close(P, model(X, y).predict_proba(numbers(X, X)), rtol=0, atol=0.01)


@edge("Unknown levels are all 0.")
def unknown_level(t):
    X, y = draw(t)
    new, _ = draw(t, 12)
    new["city"] = np.where(np.arange(12) % 2 == 0, "lima", new["city"])
    P = yield from probabilities(t, NUM, CAT, X, y, new)
    t.close(P, model(X, y).predict_proba(numbers(X, new)), rtol=0, atol=0.01)


@edge("Columns are found by name, and other columns are ignored.")
def other_columns(t):
    X, y = draw(t)
    new, _ = draw(t, 12)
    X["target_copy"] = (y == "stays").astype(float)
    new = new[["visits", "age", "plan", "income", "city"]].assign(target_copy=t.rng.integers(0, 2, size=12).astype(float))
    P = yield from probabilities(t, NUM, CAT, X, y, new)
    t.close(P, model(X, y).predict_proba(numbers(X, new)), rtol=0, atol=0.01)


@edge("Either list may be empty: only categories.")
def only_categories(t):
    X, y = draw(t)
    P = yield from probabilities(t, [], CAT, X, y, X)
    part = X[CAT]
    t.close(P, model(part, y).predict_proba(numbers(part, part)), rtol=0, atol=0.01)


@prop("A row's probabilities do not depend on the rows beside it.")
def alone(t):
    X, y = draw(t, 60)
    new, _ = draw(t, 30)
    new = new.iloc[:9]
    pipe = yield t.keep("build", NUM, CAT)
    yield t.method(pipe, "fit", X, y, _keep=True)
    P = yield t.method(pipe, "predict_proba", new)
    order = t.rng.permutation(9)[:4]
    part = yield t.method(pipe, "predict_proba", new.iloc[order])
    one = yield t.method(pipe, "predict_proba", new.iloc[[2]])
    t.close(P, model(X, y).predict_proba(numbers(X, new)), rtol=0, atol=0.01)
    t.close(part, np.asarray(P)[order], rtol=0, atol=1e-9)
    t.close(one, np.asarray(P)[[2]], rtol=0, atol=1e-9)


# --- the folds


@basic("cv is a number of stratified folds, unshuffled; std divides by their number.")
def stratified_folds(t):
    X, y = separated(t, 60)
    order = np.argsort(y, kind="stable")  # all of one label first
    X, y = X.iloc[order].reset_index(drop=True), y[order]
    for first in (0, 30):  # the first ten of each label get labels at odds with the column
        X.loc[first:first + 9, "income"] *= -1
    pipe = yield t.keep("build", ["income"], ["city", "plan"])
    got = yield t.call("evaluate", pipe, X, y, 3)
    check_folds(t, got, X[["income", "city", "plan"]], y, list(StratifiedKFold(3).split(X, y)))


@basic("cv may be a list of (train, test) positions.")
def given_positions(t):
    X, y = separated(t, 60)
    X.loc[40:, "income"] *= -1
    order = t.rng.permutation(40)
    uneven = np.r_[np.arange(0, 20, 2), 41, 43, 45]
    splits = [(order[:25], order[25:]), (order[15:], np.arange(40, 60)), (np.arange(20, 40), uneven)]
    pipe = yield t.keep("build", ["income"], ["city"])
    got = yield t.call("evaluate", pipe, X, y, splits)
    check_folds(t, got, X[["income", "city"]], y, splits)


@edge("A fold learns from its training rows only: its test rows have another scale.")
def poisoned_fold(t):
    X, y = separated(t, 100)
    keep = np.r_[np.arange(0, 40), np.arange(41, 60, 2)]  # more of one label than of the other
    test = np.arange(60, 100)
    X.loc[test[8:], "income"] *= 1000
    X.loc[t.rng.choice(keep, size=8, replace=False), "income"] = np.nan
    splits = [(keep, test), (keep[8:], keep[:8])]
    pipe = yield t.keep("build", ["income"], ["city"])
    got = yield t.call("evaluate", pipe, X, y, splits)
    check_folds(t, got, X[["income", "city"]], y, splits)


@edge("A fold learns from its training rows only: gaps are filled with their median.")
def filled_from_training_rows(t):
    X, y = separated(t, 108)
    train, test = np.arange(48), np.arange(48, 108)
    X["visits"] = 1000.0
    X.loc[train, "visits"] = np.where(y[:48] == "up", np.nan, np.resize([3.0, 3.0, 5.0, 5.0], 48))
    X.loc[t.rng.choice(train[::2], size=6, replace=False), "income"] *= -1
    X.loc[t.rng.choice(train[1::2], size=6, replace=False), "income"] *= -1
    pipe = yield t.keep("build", ["income", "visits"], [])
    got = yield t.call("evaluate", pipe, X, y, [(train, test)])
    check_folds(t, got, X[["income", "visits"]], y, [(train, test)])


@edge("A fold learns from its training rows only: a level that only its test rows have is unknown.")
def level_in_test_only(t):
    X, y = separated(t, 48)
    X.loc[32:, "city"] = "lima"
    splits = [(np.arange(32), np.arange(32, 48)), (np.arange(16, 48), np.arange(16))]
    pipe = yield t.keep("build", ["income"], ["city"])
    got = yield t.call("evaluate", pipe, X, y, splits)
    check_folds(t, got, X[["income", "city"]], y, splits)


@edge("Folds are positions, whatever the index of X and y.")
def any_index(t):
    X, y = separated(t, 45)
    X.loc[36:, "income"] *= -1
    X.index = t.rng.permutation(45)
    splits = [(np.arange(30), np.arange(30, 45)), (np.arange(15, 45), np.arange(15))]
    pipe = yield t.keep("build", ["income"], ["city"])
    got = yield t.call("evaluate", pipe, X, pd.Series(y, index=X.index), splits)
    check_folds(t, got, X[["income", "city"]], y, splits)


# --- what must stay as it was


@contract("Parameters can be set later; they are kept as they were given.")
def late_parameters(t):
    X = t.rng.normal(size=(30, 2))
    clipper = yield t.new("QuantileClipper", low=0.3, high=0.7)
    given = yield t.method(clipper, "get_params")
    t.equal(given, {"low": 0.3, "high": 0.7}, what="get_params()")
    yield t.method(clipper, "set_params", low=0.05, high=0.6, _keep=True)
    got = yield t.method(clipper, "fit_transform", X)
    t.close(array(t, got, (30, 2)), clipped(X, X, 0.05, 0.6), rtol=1e-9, atol=1e-9)
    given = yield t.method(clipper, "get_params")
    t.equal(given, {"low": 0.05, "high": 0.6}, what="get_params() after fit")


@contract("A new fit forgets the old one, also with another number of columns.")
def fitted_again(t):
    X, Z = t.rng.normal(size=(30, 2)), 5 + t.rng.normal(size=(20, 3))
    clipper = yield t.new("QuantileClipper", low=0.2, high=0.8)
    yield t.method(clipper, "fit", X, _keep=True)
    yield t.method(clipper, "fit", Z, _keep=True)
    got = yield t.method(clipper, "transform", Z)
    t.close(array(t, got, (20, 3)), clipped(Z, Z, 0.2, 0.8), rtol=1e-9, atol=1e-9)


@contract("Two clippers do not share what they learned.")
def two_clippers(t):
    X = t.rng.normal(size=(30, 2))
    one = yield t.new("QuantileClipper", low=0.2, high=0.8)
    two = yield t.new("QuantileClipper", low=0.1, high=0.7)
    yield t.method(one, "fit", X, _keep=True)
    yield t.method(two, "fit", X * 3, _keep=True)
    got = yield t.method(one, "transform", X)
    t.close(array(t, got, (30, 2)), clipped(X, X, 0.2, 0.8), rtol=1e-9, atol=1e-9)


@contract("No argument is changed: an array.")
def array_unchanged(t):
    X = t.rng.normal(size=(20, 3))
    X[4, 1] = np.nan
    clipper = yield t.new("QuantileClipper", low=0.2, high=0.8)
    held = yield t.hold(X)
    yield t.method(clipper, "fit", held, _keep=True)
    yield t.method(clipper, "transform", held, _keep=True)
    after = yield t.fetch(held)
    t.equal(after, X, what="the array after fit and transform")


@contract("No argument is changed: a table.")
def table_unchanged(t):
    X = pd.DataFrame(t.rng.normal(size=(20, 3)), columns=["a", "b", "c"])
    clipper = yield t.new("QuantileClipper", low=0.2, high=0.8)
    held = yield t.hold(X)
    yield t.method(clipper, "fit_transform", held, _keep=True)
    after = yield t.fetch(held)
    t.frame(after, X, index="strict", column_order="strict", rtol=0, atol=0, what="the table after fit_transform")


@contract("evaluate leaves pipe unfitted and its other arguments as they were.")
def pipe_unfitted(t):
    X, y = separated(t, 30)
    X.loc[[3, 8], "income"] = np.nan
    pipe = yield t.keep("build", ["income"], ["city"])
    seen = yield t.call("evaluate", pipe, X, y, 2)
    t.check(isinstance(seen, dict), "expected a dict with folds, mean and std")
    held = yield t.hold(X)
    again = yield t.call("evaluate", pipe, held, y, 2)
    t.same(seen, again)
    after = yield t.fetch(held)
    t.frame(after, X, index="strict", column_order="strict", rtol=0, atol=0, what="X after evaluate")
    yield t.raises(("NotFittedError", "AttributeError"), t.method(pipe, "predict", X))


@contract("build gives an unfitted pipeline each time; the earlier ones stay as they are.")
def fresh_pipelines(t):
    X, y = draw(t, 50)
    first = yield t.keep("build", NUM, CAT)
    yield t.method(first, "fit", X, y, _keep=True)
    seen = yield t.keep("build", ["income"], ["plan"])
    yield t.raises(("NotFittedError", "AttributeError"), t.method(seen, "predict", X))
    P = yield t.method(first, "predict_proba", X)
    t.close(P, model(X, y).predict_proba(numbers(X, X)), rtol=0, atol=0.01)
