import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed


def naive(X):
    X = np.asarray(X, dtype=float)
    return np.array([[np.sqrt(((a - b) ** 2).sum()) for b in X] for a in X]).reshape(len(X), len(X))


@public("The worked example of the statement.")
def example(t):
    D = yield t.call("pairwise_distances", np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]]))
    t.close(D, [[0, 5, 1], [5, 0, np.sqrt(20)], [1, np.sqrt(20), 0]], rtol=1e-9, atol=1e-9)


@basic("Entry (i, j) is the Euclidean distance of rows i and j.")
def tall(t):
    X = t.rng.normal(size=(20, 12))
    D = yield t.call("pairwise_distances", X)
    t.close(D, naive(X), rtol=1e-7, atol=1e-6)


@basic("Entry (i, j) is the Euclidean distance of rows i and j.")
def wide(t):
    X = t.rng.normal(size=(3, 40))
    D = yield t.call("pairwise_distances", X)
    t.close(D, naive(X), rtol=1e-7, atol=1e-6)


@basic("The result has one row and one column for every row of X.")
def integers(t):
    X = t.rng.integers(0, 9, size=(11, 4))
    D = yield t.call("pairwise_distances", X)
    t.shape(D, (11, 11))
    t.close(D, naive(X), rtol=1e-7, atol=1e-6)


@edge("Equal rows have distance 0, never NaN.")
def duplicates(t):
    X = np.repeat(t.rng.normal(size=(6, 16)) * 100, 3, axis=0)
    D = yield t.call("pairwise_distances", X)
    t.check(not np.isnan(D).any(), "there are NaN among the distances of equal rows")
    t.close(D, naive(X), rtol=1e-6, atol=1e-3)


@edge("No rows give an empty (0, 0) array.")
def empty(t):
    D = yield t.call("pairwise_distances", np.zeros((0, 3)))
    t.shape(D, (0, 0))


@edge("One row gives [[0]].")
def one_row(t):
    D = yield t.call("pairwise_distances", t.rng.normal(size=(1, 3)))
    t.close(D, [[0.0]], atol=1e-6)


@prop("Distances are the same in both directions and 0 on the diagonal.", repeat=10)
def symmetric(t):
    X = t.rng.normal(size=(int(t.rng.integers(2, 30)), 5))
    D = yield t.call("pairwise_distances", X)
    t.close(D, naive(X), rtol=1e-6, atol=1e-6)
    t.close(D, np.asarray(D).T, atol=1e-6)


@prop("Moving every point by the same vector changes nothing.", repeat=10)
def moved(t):
    X = t.rng.normal(size=(9, 6))
    first = yield t.call("pairwise_distances", X)
    second = yield t.call("pairwise_distances", X + 3.0)
    t.close(second, first, rtol=1e-5, atol=1e-5)


@contract("The input is not changed.")
def unchanged(t):
    X = t.rng.normal(size=(7, 3))
    seen = yield t.call("pairwise_distances", X, _observe=True)
    t.same(seen.args[0], X, what="the input after the call", other="the input before")


@contract("Read-only and strided input works.")
def layouts(t):
    X = t.rng.normal(size=(7, 3))
    for layout in ("strided", "F"):
        D = yield t.call("pairwise_distances", X, _readonly=True, _layout=layout)
        t.close(D, naive(X), rtol=1e-6, atol=1e-6)


@contract("The result is an array of floats.")
def floats(t):
    D = yield t.call("pairwise_distances", t.rng.integers(0, 5, size=(4, 3)))
    t.shape(D, (4, 4))
    t.dtype(D, "float64")


@growth("rows", sizes=(20, 80), closed=True)
def rows(t, n):
    return t.call("pairwise_distances", t.rng.normal(size=(n, 6)))


@growth("features", sizes=(20, 80), closed=True)
def features(t, n):
    return t.call("pairwise_distances", t.rng.normal(size=(10, n)))


@speed(limit=4.0, size="400 rows")
def big(t):
    return t.call("pairwise_distances", t.rng.normal(size=(400, 32)))
