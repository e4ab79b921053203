# Every test names its class and the sentence of the statement that it guards. A test without such a sentence asks for
# what nobody was told. Each yield calls the candidate's function and gives its result. A @prop or @contract test compares
# it with the right value, whatever else it asks for: it must not count for an answer that is wrong everywhere.
import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed


@public("The worked example.")
def example(t):
    energy = yield t.call("row_energy", np.array([[3, 4], [1, 0], [2, 2]]))
    t.close(energy, np.array([25.0, 1.0, 8.0]))


@basic("One sum of squares for each row.")
def ordinary(t):
    X = t.rng.normal(size=(20, 7))
    energy = yield t.call("row_energy", X)
    t.close(energy, np.array([float(row @ row) for row in X]))


@edge("No rows give an empty array.")
def no_rows(t):
    energy = yield t.call("row_energy", np.empty((0, 3)))
    t.shape(energy, (0,))


@prop("Doubling X makes each sum four times as large.", repeat=20)
def doubled(t):
    X = t.rng.normal(size=t.rng.integers(1, 9, size=2))
    once = yield t.call("row_energy", X)
    twice = yield t.call("row_energy", 2 * X)
    t.close(once, t.reference.row_energy(X))
    t.close(twice, 4 * np.asarray(once))


@contract("X is not changed.")
def input_unchanged(t):
    X = t.rng.normal(size=(6, 4))
    seen = yield t.call("row_energy", X, _observe=True)
    t.equal(seen.args[0], X)
    t.close(seen.result, t.reference.row_energy(X))


@contract("The result is a float64 array, also when X holds integers.")
def float64(t):
    X = t.rng.integers(-5, 5, size=(6, 4))
    energy = yield t.call("row_energy", X)
    t.dtype(energy, "float64")
    t.close(energy, t.reference.row_energy(X))


@growth("rows", sizes=(40, 160), closed=True)
def rows(t, n):
    return t.call("row_energy", t.rng.normal(size=(n, 4)))


@speed(limit=4.0)
def large(t):
    return t.call("row_energy", t.rng.normal(size=(10000, 50)))
