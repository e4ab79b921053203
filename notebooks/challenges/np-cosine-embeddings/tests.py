import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed

NAME = "cosine_similarity_matrix"


def formula(E):
    """The formula written out, with the policies for zeros and NaN set by hand."""
    E = np.asarray(E, dtype=np.float64)
    dots = (E[:, None, :] * E[None, :, :]).sum(axis=2)
    lengths = np.sqrt((E * E).sum(axis=1))
    zero, bad = lengths == 0, np.isnan(E).any(axis=1)
    lengths[zero | bad] = 1.0
    S = np.clip(dots / lengths[:, None] / lengths[None, :], -1, 1)
    S[zero, :] = S[:, zero] = 0.0
    S[bad, :] = S[:, bad] = np.nan
    return S


def compare(t, E, S):
    t.shape(S, (len(E), len(E)))
    t.close(S, formula(E), rtol=0, atol=1e-9)


@public("The worked example.")
def example(t):
    S = yield t.call(NAME, np.array([[3, 4], [4, 3], [0, 0], [-3, -4]]))
    t.close(S, np.array([[1, 0.96, 0, -1], [0.96, 1, 0, -0.96], [0, 0, 0, 0], [-1, -0.96, 0, 1]]), rtol=0, atol=1e-9)


@basic("Entry (i, j) is the dot product of rows i and j divided by both lengths.")
def by_hand(t):
    S = yield t.call(NAME, np.array([[1.0, 2.0, 2.0], [2.0, 0.0, 0.0], [0.0, -3.0, 4.0], [6.0, 2.0, -3.0]]))
    a, b, c = 2 / 15, 4 / 21, 6 / 7
    d = -18 / 35
    t.close(S, np.array([[1, 1 / 3, a, b], [1 / 3, 1, 0, c], [a, 0, 1, d], [b, c, d, 1]]), rtol=0, atol=1e-9)


@basic("Entry (i, j) is the dot product divided by both lengths: more rows than columns.")
def tall(t):
    E = t.rng.normal(size=(40, 3))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@basic("Entry (i, j) is the dot product divided by both lengths: more columns than rows.")
def wide(t):
    E = t.rng.normal(size=(5, 30))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@basic("Both lengths count: rows of different lengths.")
def lengths(t):
    E = t.rng.normal(size=(30, 8)) * t.rng.uniform(0.2, 20, size=(30, 1))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("A row of zeros has similarity 0 with every row, itself included.")
def zero_rows(t):
    E = t.rng.normal(size=(12, 5))
    E[t.rng.permutation(12)[:3]] = 0
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("A row of zeros has similarity 0 with every row: nothing but zeros.")
def all_zeros(t):
    E = np.zeros((4, 3))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("A row with a NaN gives NaN in its own row and column, and nowhere else.")
def nan_rows(t):
    E = t.rng.normal(size=(12, 5))
    rows = t.rng.permutation(12)[:2]
    E[rows[0], t.rng.integers(5)] = np.nan
    E[rows[1]] = np.nan
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("No rows give a (0, 0) array.")
def no_rows(t):
    S = yield t.call(NAME, np.empty((0, 4)))
    t.shape(S, (0, 0))


@edge("One embedding is fine: a (1, 1) array of 1.")
def one_row(t):
    E = t.rng.normal(size=(1, 6))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("One column is fine: every similarity is 1 or -1.")
def one_column(t):
    E = t.rng.uniform(0.5, 3, size=(9, 1)) * t.rng.choice([-1, 1], size=(9, 1))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@edge("The result is a float64 array, also when E holds integers.")
def integers(t):
    E = t.rng.integers(1, 20, size=(15, 6)) * t.rng.choice([-1, 1], size=(15, 6))
    S = yield t.call(NAME, E)
    compare(t, E, S)
    t.dtype(S, "float64")


@edge("The result is a float64 array, also when E holds float32.")
def single_precision(t):
    E = t.rng.normal(size=(15, 6)).astype(np.float32)
    S = yield t.call(NAME, E)
    compare(t, E, S)
    t.dtype(S, "float64")


@edge("No value is outside of [-1, 1].")
def within_bounds(t):
    E = t.rng.normal(size=(60, 24))
    E = np.concatenate([E, -3.7 * E])
    S = yield t.call(NAME, E)
    compare(t, E, S)
    worst = float(np.abs(S).max())
    t.check(worst <= 1, f"a value is {worst!r}, beyond 1")


@prop("Entry (i, j) is the cosine of the angle, whatever the shape of E.", repeat=16)
def any_shape(t):
    n, d = t.rng.integers(1, 30, size=2)
    E = t.rng.normal(size=(n, d))
    S = yield t.call(NAME, E)
    compare(t, E, S)


@prop("Rows may be 10,000 times longer or shorter than others.", repeat=8)
def rescaled(t):
    E = t.rng.normal(size=(14, 6))
    factors = 10 ** t.rng.uniform(-4, 4, size=(14, 1))
    factors[:4] = [[1e-4], [1e4], [1e-4], [1e4]]
    S = yield t.call(NAME, E * factors)
    t.shape(S, (14, 14))
    t.close(S, formula(E), rtol=0, atol=1e-9)


@prop("Putting the rows in another order does the same to the similarities.", repeat=8)
def shuffled(t):
    E = t.rng.normal(size=(14, 6))
    order = t.rng.permutation(14)
    S = yield t.call(NAME, E)
    R = yield t.call(NAME, E[order])
    compare(t, E, S)
    t.close(R, np.asarray(S)[np.ix_(order, order)], rtol=0, atol=2e-9)


@prop("Turning all embeddings changes no angle.", repeat=8)
def turned(t):
    E = t.rng.normal(size=(14, 6))
    turn, _ = np.linalg.qr(t.rng.normal(size=(6, 6)))
    S = yield t.call(NAME, E)
    R = yield t.call(NAME, E @ turn)
    compare(t, E, S)
    t.close(R, S, rtol=0, atol=2e-9)


@contract("E is not changed.")
def input_unchanged(t):
    E = t.rng.normal(size=(10, 4))
    seen = yield t.call(NAME, E, _observe=True)
    compare(t, E, seen.result)
    t.equal(seen.args[0], E)
    E[3] = 0  # tempts answers to patch it; what it is similar to is no matter of this case
    seen = yield t.call(NAME, E, _observe=True)
    t.equal(seen.args[0], E)


@contract("E may be read-only.")
def read_only(t):
    E = t.rng.normal(size=(10, 4))
    S = yield t.call(NAME, E, _readonly=True)
    compare(t, E, S)


@contract("E may be a view with strides.")
def strided(t):
    E = t.rng.normal(size=(11, 5))
    S = yield t.call(NAME, E, _layout="strided")
    compare(t, E, S)


@contract("Earlier calls change nothing.")
def no_memory(t):
    E = t.rng.normal(size=(12, 5))
    F = t.rng.normal(size=(12, 5)) * 3
    first = yield t.call(NAME, E)
    other = yield t.call(NAME, F)
    again = yield t.call(NAME, E)
    compare(t, E, first)
    compare(t, F, other)
    t.same(first, again)


@contract("The result is a float64 array.")
def float64_array(t):
    E = t.rng.normal(size=(6, 3))
    S = yield t.call(NAME, E)
    compare(t, E, S)
    t.check(isinstance(S, np.ndarray), "the result is not a NumPy array")
    t.dtype(S, "float64")


@growth("rows", sizes=(40, 160), closed=True)
def rows(t, n):
    return t.call(NAME, t.rng.normal(size=(n, 8)))


@speed(limit=4.0, size="1,000 rows of 128")
def large(t):
    return t.call(NAME, t.rng.normal(size=(1000, 128)))
