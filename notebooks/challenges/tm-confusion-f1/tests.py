import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed

NAMES = np.array(["owl", "ant", "elk", "zebu", "cat", "bee", "fox"])
KEYS = {"matrix", "precision", "recall", "macro_f1"}


def ratio(part, whole):
    return part / whole if whole else 0.0


def count(y, pred, labels=None):
    """The rules of the statement, one sample after the other."""
    y, pred = y.tolist(), pred.tolist()
    labels = sorted(set(y) | set(pred)) if labels is None else labels
    at = {label: i for i, label in enumerate(labels)}
    c = len(labels)
    matrix = np.zeros((c, c), dtype=int)
    for a, b in zip(y, pred):
        matrix[at[a], at[b]] += 1
    precision = [ratio(matrix[i, i], matrix[:, i].sum()) for i in range(c)]
    recall = [ratio(matrix[i, i], matrix[i].sum()) for i in range(c)]
    f1 = [ratio(2 * p * r, p + r) for p, r in zip(precision, recall)]
    return {
        "matrix": matrix,
        "precision": np.array(precision, dtype=float),
        "recall": np.array(recall, dtype=float),
        "macro_f1": float(np.mean(f1)) if c else 0.0,
    }


def compare(t, got, expected):
    t.check(isinstance(got, dict), "the result is not a dict")
    t.check(set(got) == KEYS, f"the result has the keys {sorted(map(str, got))}, expected {sorted(KEYS)}")
    c = len(expected["precision"])
    t.shape(got["matrix"], (c, c), "the matrix")
    t.equal(got["matrix"], expected["matrix"], "the matrix")
    for key in ("precision", "recall"):
        t.shape(got[key], (c,), key)
        t.close(got[key], expected[key], rtol=0, atol=1e-9, what=key)
    t.close(got["macro_f1"], expected["macro_f1"], rtol=0, atol=1e-9, what="macro_f1")


def numbers(rng, n, c):
    """Truth and prediction that agree about half of the time, over the classes 0, 3, 6..."""
    y = rng.integers(0, c, size=n) * 3
    return y, np.where(rng.random(n) < 0.5, y, rng.integers(0, c, size=n) * 3)


def words(rng, n):
    """The same over NAMES, each of them true and predicted at least once when n >= 14."""
    y = np.resize(np.arange(len(NAMES)), n)
    pred = np.where(np.arange(n) % 3 == 0, y, rng.integers(0, len(NAMES), size=n))
    pred[-len(NAMES) :] = np.arange(len(NAMES))
    order = rng.permutation(n)
    return NAMES[y[order]], NAMES[pred[order]]


@public("The worked example: dogs, cats and a bee.")
def example(t):
    y = np.array(["dog", "cat", "dog", "bee", "cat"])
    pred = np.array(["cat", "cat", "dog", "dog", "cat"])
    got = yield t.call("report", y, pred, labels=["dog", "cat", "bee"])
    expected = {
        "matrix": np.array([[1, 1, 0], [0, 2, 0], [1, 0, 0]]),
        "precision": np.array([1 / 2, 2 / 3, 0.0]),
        "recall": np.array([1 / 2, 1.0, 0.0]),
        "macro_f1": 1.3 / 3,
    }
    compare(t, got, expected)


@basic("Entry (i, j) counts the samples of class i that were predicted as class j; ratios by hand.")
def by_hand(t):
    y = np.array([7, 7, 7, 7, 2, 2, 5, 5, 5, 5])
    pred = np.array([7, 7, 2, 5, 2, 5, 5, 5, 5, 7])
    got = yield t.call("report", y, pred)
    expected = {
        "matrix": np.array([[1, 1, 0], [0, 3, 1], [1, 1, 2]]),
        "precision": np.array([1 / 2, 3 / 5, 2 / 3]),
        "recall": np.array([1 / 2, 3 / 4, 1 / 2]),
        "macro_f1": (1 / 2 + 2 / 3 + 4 / 7) / 3,
    }
    compare(t, got, expected)


@basic("Classes come in the order of labels: strings.")
def strings_in_order(t):
    y, pred = words(t.rng, 60)
    labels = NAMES[t.rng.permutation(len(NAMES))].tolist()
    if labels == sorted(labels):
        labels.reverse()
    got = yield t.call("report", y, pred, labels=labels)
    compare(t, got, count(y, pred, labels))


@basic("Classes come in the order of labels: integers.")
def integers_in_order(t):
    y, pred = numbers(t.rng, 80, 5)
    got = yield t.call("report", y, pred, labels=[12, 0, 9, 3, 6])
    compare(t, got, count(y, pred, [12, 0, 9, 3, 6]))


@basic("Without labels, the classes are the sorted values in y or pred.")
def sorted_values(t):
    y, pred = words(t.rng, 70)
    got = yield t.call("report", y, pred)
    compare(t, got, count(y, pred))


@edge("A class that is never predicted, and one that is never true, count as 0 in the mean.")
def never(t):
    y = np.array(["b", "a", "b", "b", "a", "c"])
    pred = np.array(["b", "d", "b", "a", "a", "d"])
    got = yield t.call("report", y, pred, labels=["d", "c", "b", "a"])
    expected = {
        "matrix": np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 2, 1], [1, 0, 0, 1]]),
        "precision": np.array([0, 0, 1, 1 / 2]),
        "recall": np.array([0, 0, 2 / 3, 1 / 2]),
        "macro_f1": (0 + 0 + 4 / 5 + 1 / 2) / 4,
    }
    compare(t, got, expected)


@edge("All classes of labels count, also one that does not occur at all.")
def unused_label(t):
    y, pred = numbers(t.rng, 40, 3)
    labels = [100, 3, 0, -5, 6]
    got = yield t.call("report", y, pred, labels=labels)
    compare(t, got, count(y, pred, labels))


@edge("All classes of labels count: the last ones do not occur.")
def unused_last(t):
    y, pred = numbers(t.rng, 40, 3)
    labels = [0, 3, 6, 9, 12]
    got = yield t.call("report", y, pred, labels=labels)
    compare(t, got, count(y, pred, labels))


@edge("Without labels: values that occur only in y, or only in pred.")
def only_in_one(t):
    y = np.array([4, 4, -1, 8, 4, 8])
    pred = np.array([4, 30, 4, 8, 6, 4])
    got = yield t.call("report", y, pred)
    compare(t, got, count(y, pred))


@edge("A value outside of labels raises ValueError: in y.")
def unknown_truth(t):
    y, pred = np.array([3, 1, 2, 1]), np.array([1, 1, 2, 2])
    yield t.raises(ValueError, "report", y, pred, labels=[2, 1])


@edge("A value outside of labels raises ValueError: in pred, between and beyond the labels.")
def unknown_prediction(t):
    y = np.array([30, 10, 10])
    for value in (20, 0, 99):
        yield t.raises(ValueError, "report", y, np.array([30, value, 10]), labels=[30, 10])


@edge("A value outside of labels raises ValueError: strings.")
def unknown_string(t):
    y, pred = np.array(["cat", "dog"]), np.array(["cat", "cow"])
    yield t.raises(ValueError, "report", y, pred, labels=["dog", "cat"])


@edge("There may be no samples: with labels all counts are 0.")
def no_samples(t):
    none = np.array([], dtype=np.int64)
    got = yield t.call("report", none, none, labels=[5, 1, 3])
    compare(t, got, count(none, none, [5, 1, 3]))


@edge("There may be no samples: without classes macro_f1 is 0.")
def no_classes(t):
    none = np.array([], dtype=np.int64)
    got = yield t.call("report", none, none)
    compare(t, got, count(none, none))


@edge("One sample, and one class.")
def one(t):
    got = yield t.call("report", np.array(["a"]), np.array(["b"]))
    compare(t, got, count(np.array(["a"]), np.array(["b"])))
    got = yield t.call("report", np.array([9, 9, 9]), np.array([9, 9, 9]))
    compare(t, got, count(np.array([9, 9, 9]), np.array([9, 9, 9])))


@edge("Strings of different lengths are different classes.")
def lengths(t):
    y, pred = np.array(["a", "b", "a"]), np.array(["a", "abc", "ab"])
    got = yield t.call("report", y, pred, labels=["b", "abc", "a", "ab", "abcd"])
    compare(t, got, count(y, pred, ["b", "abc", "a", "ab", "abcd"]))


@prop("The rules hold for any number of samples and classes.", repeat=14)
def any_size(t):
    n, c = int(t.rng.integers(1, 60)), int(t.rng.integers(1, 9))
    y, pred = numbers(t.rng, n, c)
    got = yield t.call("report", y, pred)
    compare(t, got, count(y, pred))


@prop("The rules hold for any order of labels.", repeat=10)
def any_order(t):
    y, pred = numbers(t.rng, 50, 6)
    labels = (t.rng.permutation(6) * 3).tolist()
    got = yield t.call("report", y, pred, labels=labels)
    compare(t, got, count(y, pred, labels))


@prop("The order of the samples does not matter.", repeat=6)
def shuffled(t):
    y, pred = words(t.rng, 40)
    order = t.rng.permutation(40)
    first = yield t.call("report", y, pred)
    again = yield t.call("report", y[order], pred[order])
    compare(t, first, count(y, pred))
    t.close(again, first, rtol=0, atol=1e-9)


@prop("Truth and prediction change places: the matrix is turned, precision and recall are swapped.", repeat=6)
def swapped(t):
    y, pred = words(t.rng, 40)
    one = yield t.call("report", y, pred)
    two = yield t.call("report", pred, y)
    compare(t, one, count(y, pred))
    t.equal(two["matrix"], np.asarray(one["matrix"]).T, "the matrix")
    t.close(two["precision"], one["recall"], rtol=0, atol=1e-9, what="precision")
    t.close(two["recall"], one["precision"], rtol=0, atol=1e-9, what="recall")
    t.close(two["macro_f1"], one["macro_f1"], rtol=0, atol=1e-9, what="macro_f1")


@prop("Every sample is counted once.", repeat=4)
def total(t):
    n = int(t.rng.integers(1600, 1900))
    y, pred = numbers(t.rng, n, 3)
    got = yield t.call("report", y, pred)
    compare(t, got, count(y, pred))
    t.check(np.sum(got["matrix"]) == n, f"the counts add up to {np.sum(got['matrix'])}, expected {n}")


@contract("Inputs stay unchanged.")
def unchanged(t):
    y, pred = numbers(t.rng, 30, 4)
    labels = [9, 0, 6, 3]
    seen = yield t.call("report", y, pred, labels=list(labels), _observe=True)
    compare(t, seen.result, count(y, pred, labels))
    t.equal(seen.args[0], y, "y")
    t.equal(seen.args[1], pred, "pred")
    t.equal(seen.kwargs["labels"], labels, "labels")


@contract("Inputs may be read-only.")
def read_only(t):
    y, pred = numbers(t.rng, 30, 4)
    got = yield t.call("report", y, pred, _readonly=True)
    compare(t, got, count(y, pred))


@contract("Inputs may be strided.")
def strided(t):
    y, pred = numbers(t.rng, 30, 4)
    got = yield t.call("report", y, pred, _layout="strided")
    compare(t, got, count(y, pred))


@contract("Calls remember nothing.")
def no_memory(t):
    y, pred = numbers(t.rng, 30, 3)
    z, other = y + 1, pred + 1
    first = yield t.call("report", y, pred)
    moved = yield t.call("report", z, other)
    again = yield t.call("report", y, pred)
    compare(t, first, count(y, pred))
    compare(t, moved, count(z, other))
    t.same(first, again)


@contract("The matrix holds integers, precision and recall are float arrays, macro_f1 is a float.")
def form(t):
    y, pred = numbers(t.rng, 30, 4)
    got = yield t.call("report", y, pred)
    compare(t, got, count(y, pred))
    for key in ("matrix", "precision", "recall"):
        t.check(isinstance(got[key], np.ndarray), f"{key} is not a NumPy array")
    t.dtype(got["matrix"], "iu", "the matrix")
    t.dtype(got["precision"], "f", "precision")
    t.dtype(got["recall"], "f", "recall")
    t.check(np.ndim(got["macro_f1"]) == 0, "macro_f1 is not a single number")


@growth("samples", sizes=(60, 240), closed=True)
def samples(t, n):
    y, pred = numbers(t.rng, n, 4)
    return t.call("report", y, pred, labels=[9, 0, 6, 3])


@growth("classes", sizes=(8, 32), closed=True)
def classes(t, c):
    y, pred = numbers(t.rng, 200, c)
    return t.call("report", y, pred, labels=(t.rng.permutation(c) * 3).tolist())


@speed(limit=4.0, size="200,000 samples")
def large(t):
    y, pred = numbers(t.rng, 200_000, 20)
    return t.call("report", y, pred)
