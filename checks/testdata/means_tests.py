import numpy as np
from assay import basic, edge, prop, public


@public("The worked example.")
def example(t):
    got = yield t.call("solve", np.array([[1.0, 2.0], [3.0, 6.0]]))
    t.close(got, [2.0, 4.0])


@basic("The mean of every column.")
def tall(t):
    X = t.rng.normal(size=(20, 3))
    got = yield t.call("solve", X)
    t.close(got, t.reference.solve(X))


@basic("The mean of every column.")
def wide(t):
    X = t.rng.normal(size=(3, 8))
    got = yield t.call("solve", X)
    t.close(got, t.reference.solve(X))


@edge("One row is its own mean.")
def one(t):
    X = t.rng.normal(size=(1, 4))
    got = yield t.call("solve", X)
    t.close(got, X[0])


@prop("The mean of every column.", repeat=3)
def many(t):
    X = t.rng.normal(size=(5, 5))
    got = yield t.call("solve", X)
    t.close(got, t.reference.solve(X))
