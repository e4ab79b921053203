import numpy as np
import pandas as pd
from assay import basic, contract, edge, growth, prop, public, speed
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

NAME = "OOFTargetEncoder"


def key(level):
    """The level as a dictionary key: all NaN are one."""
    return ("missing",) if isinstance(level, float) and level != level else level


def code(levels, y, m):
    """The definition in plain dictionaries: codes and prior."""
    sums, counts = {}, {}
    for level, target in zip(map(key, levels), y):
        sums[level] = sums.get(level, 0.0) + float(target)
        counts[level] = counts.get(level, 0) + 1
    prior = sum(sums.values()) / len(levels)
    return {level: (sums[level] + m * prior) / (counts[level] + m) for level in sums}, prior


def full(X, y, new, col="c", m=10):
    """What transform makes of new after all rows of X were learned."""
    codes, prior = code(list(X[col]), list(y), m)
    return new.assign(**{col: np.array([codes.get(key(level), prior) for level in new[col]], dtype=float)})


def out_of_fold(X, y, col="c", m=10, n_splits=5, seed=0):
    """What fit_transform makes of X."""
    levels, y, out = list(X[col]), list(y), np.empty(len(X))
    for others, fold in KFold(n_splits, shuffle=True, random_state=seed).split(np.zeros(len(X))):
        codes, prior = code([levels[i] for i in others], [y[i] for i in others], m)
        out[fold] = [codes.get(key(levels[i]), prior) for i in fold]
    return X.assign(**{col: out})


def draw(t, n=60, levels=8):
    """A table with a column of levels between two others, and targets that depend on the level."""
    c = t.rng.integers(0, levels, size=n)
    X = pd.DataFrame({"a": t.rng.normal(size=n), "c": [f"k{i:03}" for i in c], "b": t.rng.integers(0, 9, size=n)})
    return X, 3 + 0.4 * c + t.rng.normal(size=n)


def compare(t, got, want):
    t.frame(got, want, index="strict", column_order="strict", rtol=1e-9, atol=1e-9)


def fitted(t, X, y, new, **parameters):
    """Requests: fit with these parameters, then transform new."""
    encoder = yield t.new(NAME, "c", **parameters)
    encoder = yield t.method(encoder, "fit", X, y, _keep=True)
    return (yield t.method(encoder, "transform", new))


def encoded(t, X, y, **parameters):
    """Requests: fit_transform with these parameters."""
    encoder = yield t.new(NAME, "c", **parameters)
    return (yield t.method(encoder, "fit_transform", X, y))


def towns():
    return pd.DataFrame({"city": ["riga", "oslo", "riga", "bern", "riga"], "size": [3, 1, 2, 5, 4]}), [1, 0, 1, 1, 0]


@public("The worked example: fit and transform.")
def example(t):
    X, y = towns()
    encoder = yield t.new(NAME, "city", m=2, n_splits=5)
    encoder = yield t.method(encoder, "fit", X, y, _keep=True)
    got = yield t.method(encoder, "transform", pd.DataFrame({"city": ["oslo", "lima", "riga"], "size": [7, 8, 9]}))
    compare(t, got, pd.DataFrame({"city": [0.4, 0.6, 0.64], "size": [7, 8, 9]}))


@public("The worked example: fit_transform leaves out one row at a time.")
def example_out_of_fold(t):
    X, y = towns()
    encoder = yield t.new(NAME, "city", m=2, n_splits=5)
    got = yield t.method(encoder, "fit_transform", X, y)
    compare(t, got, pd.DataFrame({"city": [0.5, 0.75, 0.5, 0.5, 0.875], "size": [3, 1, 2, 5, 4]}))


@basic("transform: (sum of its y + m * prior) / (its number of rows + m), from all rows that fit saw.")
def all_rows(t):
    X, y = draw(t)
    new, _ = draw(t, 25)
    got = yield from fitted(t, X, y, new, m=4)
    compare(t, got, full(X, y, new, m=4))


@basic("fit_transform encodes each test fold from all other rows.")
def other_rows(t):
    X, y = draw(t)
    got = yield from encoded(t, X, y, m=3, n_splits=4, seed=11)
    compare(t, got, out_of_fold(X, y, m=3, n_splits=4, seed=11))


@basic("m is 10, n_splits 5 and seed 0 when nothing is said; y may be 0 and 1.")
def defaults(t):
    X, y = draw(t, 50)
    y = (y > np.median(y)).astype(int)
    got = yield from encoded(t, X, y)
    compare(t, got, out_of_fold(X, y))


@basic("fit_transform also learns from all rows, for transform.")
def both(t):
    X, y = draw(t)
    new, _ = draw(t, 25)
    encoder = yield t.new(NAME, "c", m=2)
    yield t.method(encoder, "fit_transform", X, y, _keep=True)
    got = yield t.method(encoder, "transform", new)
    compare(t, got, full(X, y, new, m=2))
    same_rows = yield t.method(encoder, "transform", X)
    compare(t, same_rows, full(X, y, X, m=2))


@edge("A level that is not among the rows gets prior, NaN too.")
def unknown_levels(t):
    X, y = draw(t)
    new, _ = draw(t, 20, levels=16)
    new.loc[3, "c"], new.loc[[1, 5], "c"] = "new", np.nan
    got = yield from fitted(t, X, y, new)
    compare(t, got, full(X, y, new))


@edge("A level that is not among the rows gets prior: levels of a single row, out of fold.")
def single_rows(t):
    X, y = draw(t, 30)
    X.loc[t.rng.permutation(30)[:8], "c"] = [f"only{i}" for i in range(8)]
    got = yield from encoded(t, X, y, m=5)
    compare(t, got, out_of_fold(X, y, m=5))


@edge("NaN is a level like others.")
def missing_level(t):
    X, y = draw(t)
    rows = t.rng.permutation(60)[:14]
    X.loc[rows, "c"] = np.nan
    y[rows] += 8
    got = yield from encoded(t, X, y)
    compare(t, got, out_of_fold(X, y))
    got = yield from fitted(t, X, y, X.iloc[::2])
    compare(t, got, full(X, y, X.iloc[::2]))


@edge("NaN is a level of its own, not the text 'nan'.")
def text_that_looks_missing(t):
    X, y = draw(t)
    rows = t.rng.permutation(60)
    X.loc[rows[:10], "c"], X.loc[rows[10:20], "c"] = np.nan, "nan"
    y[rows[:10]] += 9
    got = yield from fitted(t, X, y, X)
    compare(t, got, full(X, y, X))


@edge("m may be 0.")
def no_smoothing(t):
    X, y = draw(t, 40)
    X.loc[t.rng.permutation(40)[:5], "c"] = [f"only{i}" for i in range(5)]
    got = yield from encoded(t, X, y, m=0)
    compare(t, got, out_of_fold(X, y, m=0))
    got = yield from fitted(t, X, y, X, m=0)
    compare(t, got, full(X, y, X, m=0))


@edge("Levels may be numbers.")
def numbers_as_levels(t):
    X, y = draw(t)
    X["c"] = t.rng.integers(-4, 5, size=60)
    got = yield from encoded(t, X, y)
    compare(t, got, out_of_fold(X, y))
    got = yield from fitted(t, X, y, X)
    compare(t, got, full(X, y, X))


@edge("y is matched by position, whatever its index; the result has the index of X, equal labels too.")
def any_index(t):
    X, y = draw(t)
    for index in (t.rng.permutation(60) + 7, t.rng.integers(0, 9, size=60)):
        X.index = index
        got = yield from encoded(t, X, pd.Series(y))
        compare(t, got, out_of_fold(X, y))
        got = yield from fitted(t, X, pd.Series(y, index=np.arange(60)[::-1]), X)
        compare(t, got, full(X, y, X))


@edge("transform takes tables without rows.")
def no_rows(t):
    X, y = draw(t)
    got = yield from fitted(t, X, y, X.iloc[:0])
    t.check(isinstance(got, pd.DataFrame) and got.shape == (0, 3) and list(got.columns) == ["a", "c", "b"],
            "expected a DataFrame without rows, with the columns of X")


@edge("More splits than rows: ValueError. As many as rows is fine.")
def many_splits(t):
    X, y = draw(t, 6, levels=2)
    encoder = yield t.new(NAME, "c", n_splits=7)
    yield t.raises(ValueError, t.method(encoder, "fit_transform", X, y))
    got = yield from encoded(t, X, y, n_splits=6)
    compare(t, got, out_of_fold(X, y, n_splits=6))


@prop("The definition holds for any table.", repeat=14)
def any_table(t):
    n, n_splits, seed = int(t.rng.integers(6, 60)), int(t.rng.integers(2, 7)), int(t.rng.integers(1000))
    m = float(t.rng.choice([0.5, 1, 7, 30]))
    X, y = draw(t, n, levels=int(t.rng.integers(1, 20)))
    got = yield from encoded(t, X, y, m=m, n_splits=n_splits, seed=seed)
    compare(t, got, out_of_fold(X, y, m=m, n_splits=n_splits, seed=seed))
    got = yield from fitted(t, X, y, X, m=m)
    compare(t, got, full(X, y, X, m=m))


@prop("Random levels tell nothing about random targets, out of fold.")
def noise(t):
    X, _ = draw(t, 2500, levels=1200)
    y = t.rng.normal(size=2500)
    got = yield from encoded(t, X, y, m=1)
    t.frame(got, out_of_fold(X, y, m=1), index="strict", rtol=1e-9, atol=1e-9)
    r = float(np.corrcoef(np.asarray(got["c"], dtype=float), y)[0, 1])
    t.check(abs(r) < 0.12, f"the correlation of the codes with random targets is {r:.2f}")


@prop("Other names for the levels change nothing; targets in another unit give codes in that unit.", repeat=4)
def other_unit(t):
    X, y = draw(t)
    named = X.assign(c="level " + X["c"].str[::-1])
    got = yield from encoded(t, named, 5 * y - 40, m=3)
    want = out_of_fold(X, y, m=3)
    compare(t, got, want.assign(c=5 * want["c"] - 40))
    got = yield from fitted(t, named, 5 * y - 40, named, m=3)
    want = full(X, y, X, m=3)
    compare(t, got, want.assign(c=5 * want["c"] - 40))


@contract("No argument is changed.")
def arguments_unchanged(t):
    X, y = draw(t)
    got, coded = yield from untouched(t, X, y)
    compare(t, got, out_of_fold(X, y))
    compare(t, coded, full(X, y, X))
    X.loc[[4, 9], "c"] = np.nan
    yield from untouched(t, X, y)


def untouched(t, X, y):
    """Requests: what fit_transform, then transform make of X; X and y must be the same afterwards."""
    table, target = (yield t.hold(X)), (yield t.hold(y))
    encoder = yield t.new(NAME, "c")
    got = yield t.method(encoder, "fit_transform", table, target)
    yield t.method(encoder, "fit", table, target, _keep=True)
    coded = yield t.method(encoder, "transform", table)
    after = yield t.fetch(table)
    t.frame(after, X, index="strict", column_order="strict", rtol=0, atol=0, what="X after the calls")
    after = yield t.fetch(target)
    t.equal(after, y, what="y after the calls")
    return got, coded


@contract("No argument is changed: y may be read-only.")
def read_only_targets(t):
    X, y = draw(t)
    frozen = yield t.library("numpy", "broadcast_to", y, y.shape)
    encoder = yield t.new(NAME, "c", m=3)
    got = yield t.method(encoder, "fit_transform", X, frozen)
    compare(t, got, out_of_fold(X, y, m=3))
    yield t.method(encoder, "fit", X, frozen, _keep=True)
    got = yield t.method(encoder, "transform", X)
    compare(t, got, full(X, y, X, m=3))


@contract("Parameters are kept as they were given and can be set later.")
def late_parameters(t):
    X, y = draw(t)
    encoder = yield t.new(NAME, "b", m=1, n_splits=2, seed=1)
    yield t.method(encoder, "set_params", col="c", m=6, n_splits=3, seed=8, _keep=True)
    got = yield t.method(encoder, "fit_transform", X, y)
    compare(t, got, out_of_fold(X, y, m=6, n_splits=3, seed=8))
    got = yield t.method(encoder, "transform", X)
    compare(t, got, full(X, y, X, m=6))
    given = yield t.method(encoder, "get_params")
    t.equal(given, {"col": "c", "m": 6, "n_splits": 3, "seed": 8}, what="get_params() after fit")


@contract("A new fit forgets the old; other encoders keep what they learned.")
def fitted_again(t):
    X, y = draw(t)
    Z, z = draw(t, 30, levels=4)
    encoder = yield t.new(NAME, "c")
    other = yield t.new(NAME, "c")
    yield t.method(encoder, "fit", X, y, _keep=True)
    yield t.method(other, "fit_transform", X, -y, _keep=True)
    got = yield t.method(encoder, "transform", X)
    compare(t, got, full(X, y, X))
    yield t.method(encoder, "fit", Z, z + 50, _keep=True)
    got = yield t.method(encoder, "transform", X)
    compare(t, got, full(Z, z + 50, X))
    got = yield t.method(encoder, "fit_transform", X, y)
    compare(t, got, out_of_fold(X, y))


@contract("It works with clone: the copy has the parameters, and learns anew.")
def cloned(t):
    X, y = draw(t)
    encoder = yield t.new(NAME, "c", m=3, n_splits=4, seed=2)
    yield t.method(encoder, "fit", X, y, _keep=True)
    copy = yield t.library("sklearn.base", "clone", encoder)
    given = yield t.method(copy, "get_params")
    t.equal(given, {"col": "c", "m": 3, "n_splits": 4, "seed": 2}, what="get_params() of the copy")
    got = yield t.method(copy, "fit_transform", X, -y)
    compare(t, got, out_of_fold(X, -y, m=3, n_splits=4, seed=2))
    got = yield t.method(encoder, "transform", X)
    compare(t, got, full(X, y, X, m=3))


def linear():
    """A model without an intercept, which would hide codes that are all off by the same amount."""
    return LinearRegression(fit_intercept=False)


def linear_model(t):
    """The request for such a model beside the encoder."""
    return t.library("sklearn.linear_model", "LinearRegression", fit_intercept=False)


@contract("It works in a Pipeline: the model learns from out-of-fold codes, and predicts from those of all rows.")
def in_a_pipeline(t):
    X, y = draw(t)
    new, _ = draw(t, 25)
    steps = [(yield t.new(NAME, "c", m=2)), (yield linear_model(t))]
    pipe = yield t.library("sklearn.pipeline", "make_pipeline", *steps)
    yield t.method(pipe, "fit", X, y, _keep=True)
    got = yield t.method(pipe, "predict", new)
    t.close(got, linear().fit(out_of_fold(X, y, m=2), y).predict(full(X, y, new, m=2)), rtol=1e-7, atol=1e-7)


@contract("It works in GridSearchCV, which sets its parameters.")
def searched(t):
    X, y = draw(t, 50)
    steps = [(yield t.new(NAME, "c")), (yield linear_model(t))]
    pipe = yield t.library("sklearn.pipeline", "make_pipeline", *steps)
    rows, values = t.rng.permutation(50), [0.5, 200]
    splits = [(rows[:30], rows[30:]), (rows[20:], rows[:20])]
    grid = {f"{NAME.lower()}__m": values}
    search = yield t.library("sklearn.model_selection", "GridSearchCV", pipe, grid, cv=splits, scoring="neg_mean_absolute_error")
    yield t.method(search, "fit", X, y, _keep=True)
    results = yield t.attr(search, "cv_results_", _keep=True)
    got = yield t.method(results, "get", "mean_test_score")
    want = [-np.mean([error(X, y, m, *split) for split in splits]) for m in values]
    t.close(got, np.array(want), rtol=1e-7, atol=1e-7, what="the mean scores for m of 0.5 and 200")


def error(X, y, m, train, test):
    """Mean absolute error on test of a linear model behind an encoder, both fitted to train."""
    A, B = X.iloc[train], X.iloc[test]
    fitted = linear().fit(out_of_fold(A, y[train], m=m), y[train])
    return np.abs(fitted.predict(full(A, y[train], B, m=m)) - y[test]).mean()


@contract("The seed alone decides the folds: the same twice, and others for another seed.")
def seeds(t):
    X, y = draw(t)
    first = yield from encoded(t, X, y, seed=5)
    other = yield from encoded(t, X, y, seed=6)
    again = yield from encoded(t, X, y, seed=5)
    compare(t, first, out_of_fold(X, y, seed=5))
    compare(t, other, out_of_fold(X, y, seed=6))
    t.same(again, first)


@contract("The columns, rows and index of X, in order; only col differs.")
def other_columns(t):
    X, y = draw(t, 20)
    X["when"], X["flag"], X["text"] = pd.Timestamp("2024-05-01"), t.rng.random(20) < 0.5, "x"
    X.loc[[2, 7], "a"] = np.nan
    X = X.sort_values("b", kind="stable")
    y = y[X.index]
    got = yield from encoded(t, X, y)
    compare(t, got, out_of_fold(X, y))
    got = yield from fitted(t, X, y, X.iloc[::-1])
    compare(t, got, full(X, y, X.iloc[::-1]))


@growth("rows", sizes=(60, 240), closed=True)
def learned_rows(t, n):
    encoder = yield t.new(NAME, "c")
    yield t.method(encoder, "fit_transform", *draw(t, n))


def many_levels(t, n):
    """240 rows of n levels."""
    X, y = draw(t, 240)
    return X.assign(c=[f"k{i % n:03}" for i in range(240)]), y


@growth("levels", sizes=(20, 80), closed=True)
def learned_levels(t, n):
    X, y = many_levels(t, n)
    encoder = yield t.new(NAME, "c")
    yield t.method(encoder, "fit_transform", X, y)


@growth("rows", sizes=(60, 240), closed=True)
def encoded_rows(t, n):
    new, _ = draw(t, n, levels=12)
    encoder = yield t.new(NAME, "c")
    yield t.method(encoder, "fit", *draw(t), _keep=True)
    yield t.method(encoder, "transform", new)


@growth("levels", sizes=(20, 80), closed=True)
def encoded_levels(t, n):
    X, y = many_levels(t, n)
    encoder = yield t.new(NAME, "c")
    yield t.method(encoder, "fit", X, y, _keep=True)
    yield t.method(encoder, "transform", X)


@speed(limit=5.0, size="20,000 rows of 2,000 levels")
def quick(t):
    encoder = yield t.new(NAME, "c")
    yield t.method(encoder, "fit_transform", *draw(t, 20000, levels=2000))
