import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed


def direct(X):
    """The definition, written out: differences, not the identity that answers use."""
    X = np.asarray(X, dtype=np.float64)
    return np.sqrt(((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2))


def tolerance(X):
    """1e-6 of the largest row norm, as stated."""
    X = np.asarray(X, dtype=np.float64)
    return 1e-6 * np.sqrt((X * X).sum(axis=1)).max(initial=1e-300)


def compare(t, X, D):
    t.shape(D, (len(X), len(X)))
    t.close(D, direct(X), rtol=0, atol=tolerance(X))


@public("The worked example: (0, 0), (3, 4) and (1, 0).")
def example(t):
    D = yield t.call("pairwise_distances", np.array([[0, 0], [3, 4], [1, 0]]))
    root = np.sqrt(20.0)
    t.close(D, np.array([[0, 5, 1], [5, 0, root], [1, root, 0]]), rtol=0, atol=5e-6)


@basic("Entry (i, j) is the Euclidean distance between row i and row j.")
def by_hand(t):
    X = np.array([[1.0, 2.0, 2.0], [0.0, 0.0, 0.0], [1.0, 2.0, 14.0], [-2.0, 6.0, 2.0]])
    D = yield t.call("pairwise_distances", X)
    a, b, c = np.sqrt(201.0), np.sqrt(44.0), np.sqrt(169.0)
    t.close(
        D,
        np.array([[0, 3, 12, 5], [3, 0, a, b], [12, a, 0, c], [5, b, c, 0]]),
        rtol=0,
        atol=tolerance(X),
    )


@basic("Entry (i, j) is the Euclidean distance between row i and row j: more rows than columns.")
def tall(t):
    X = t.rng.normal(size=(40, 3))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@basic("Entry (i, j) is the Euclidean distance between row i and row j: more columns than rows.")
def wide(t):
    X = t.rng.normal(size=(5, 30))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@basic("Entry (i, j) is the Euclidean distance between row i and row j: many rows and columns.")
def ordinary(t):
    X = t.rng.normal(size=(90, 24)) * t.rng.uniform(0.5, 20, size=24)
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@edge("Equal rows have distance 0, never NaN.")
def equal_rows(t):
    X = t.rng.normal(size=(40, 12))
    X = np.concatenate([X, X])[t.rng.permutation(80)]
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@edge("Equal rows have distance 0: all of them at once.")
def one_point_many_times(t):
    X = np.tile(t.rng.normal(size=12), (9, 1))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@edge("No rows give a (0, 0) array.")
def no_rows(t):
    D = yield t.call("pairwise_distances", np.empty((0, 4)))
    t.shape(D, (0, 0))


@edge("One row is fine: a (1, 1) array of 0.")
def one_row(t):
    X = t.rng.normal(size=(1, 6))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@edge("One column is fine.")
def one_column(t):
    X = t.rng.normal(size=(12, 1))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@edge("The result is a float64 array, also for integers.")
def integers(t):
    X = t.rng.integers(-20, 20, size=(15, 5))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)
    t.dtype(D, "float64")


@edge("The result is a float64 array, also for integers like uint8.")
def narrow_integers(t):
    X = t.rng.integers(0, 256, size=(15, 5)).astype(np.uint8)
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)
    t.dtype(D, "float64")


@edge("The points may lie far from the origin.")
def far_away(t):
    X = t.rng.normal(size=(25, 12)) + 1e3
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@prop("Entry (i, j) is the Euclidean distance, whatever the shape of X.", repeat=16)
def any_shape(t):
    n, d = t.rng.integers((2, 1), 30)  # one row alone would let an answer of zeros pass
    X = t.rng.normal(size=(n, d)) * 10 ** t.rng.uniform(-2, 2)
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@prop("Putting the rows in another order does the same to the distances.", repeat=6)
def shuffled(t):
    X = t.rng.normal(size=(14, 6))
    order = t.rng.permutation(14)
    D = yield t.call("pairwise_distances", X)
    E = yield t.call("pairwise_distances", X[order])
    compare(t, X, D)
    t.close(E, np.asarray(D)[np.ix_(order, order)], rtol=0, atol=2 * tolerance(X))


@prop("Moving all points by the same vector changes no distance.", repeat=6)
def moved(t):
    X = t.rng.normal(size=(14, 6))
    Y = X + t.rng.normal(size=6) * 10
    D = yield t.call("pairwise_distances", X)
    E = yield t.call("pairwise_distances", Y)
    compare(t, X, D)
    t.close(E, D, rtol=0, atol=2 * tolerance(Y))


@prop("Turning the points changes no distance.", repeat=6)
def turned(t):
    X = t.rng.normal(size=(14, 6))
    turn, _ = np.linalg.qr(t.rng.normal(size=(6, 6)))
    D = yield t.call("pairwise_distances", X)
    E = yield t.call("pairwise_distances", X @ turn)
    compare(t, X, D)
    t.close(E, D, rtol=0, atol=2 * tolerance(X))


@prop("Distances are right at any scale: they count relative to the largest row norm.", repeat=6)
def scaled(t):
    scale = 10 ** t.rng.uniform(-6, -3)
    X = t.rng.normal(size=(14, 6)) * scale
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)


@contract("X is not changed.")
def input_unchanged(t):
    X = t.rng.normal(size=(10, 4))
    seen = yield t.call("pairwise_distances", X, _observe=True)
    compare(t, X, seen.result)
    t.equal(seen.args[0], X)


@contract("X may be read-only.")
def read_only(t):
    X = t.rng.normal(size=(10, 4))
    D = yield t.call("pairwise_distances", X, _readonly=True)
    compare(t, X, D)


@contract("X may be a view with strides.")
def strided(t):
    X = t.rng.normal(size=(11, 5))
    D = yield t.call("pairwise_distances", X, _layout="strided")
    compare(t, X, D)


@contract("The same X gives the same answer, whatever was computed before.")
def no_memory(t):
    X = t.rng.normal(size=(12, 5))
    Y = t.rng.normal(size=(12, 5))
    first = yield t.call("pairwise_distances", X)
    other = yield t.call("pairwise_distances", Y)
    again = yield t.call("pairwise_distances", X)
    compare(t, X, first)
    compare(t, Y, other)
    t.same(first, again)


@contract("The result is a float64 array.")
def float64_array(t):
    X = t.rng.normal(size=(6, 3))
    D = yield t.call("pairwise_distances", X)
    compare(t, X, D)
    t.check(isinstance(D, np.ndarray), "the result is not a NumPy array")
    t.dtype(D, "float64")


@growth("rows", sizes=(40, 160), closed=True)
def rows(t, n):
    return t.call("pairwise_distances", t.rng.normal(size=(n, 8)))


@growth("features", sizes=(40, 160), closed=True)
def features(t, n):
    return t.call("pairwise_distances", t.rng.normal(size=(20, n)))


@speed(limit=4.0, size="1,000 rows of 64")
def large(t):
    return t.call("pairwise_distances", t.rng.normal(size=(1000, 64)))
