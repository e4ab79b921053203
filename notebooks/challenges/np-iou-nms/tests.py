import numpy as np
from assay import basic, contract, edge, growth, prop, public, speed


def overlap(a, b):
    """IoU of two boxes in plain Python numbers, which do not wrap around."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def overlaps(A, B):
    rows = [[overlap(a, b) for b in B.tolist()] for a in A.tolist()]
    return np.array(rows, dtype=float).reshape(len(A), len(B))


def survivors(boxes, scores, thr):
    """The rule of the statement, box by box."""
    boxes, scores = boxes.tolist(), scores.tolist()
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(overlap(boxes[i], boxes[k]) <= thr for k in kept):
            kept.append(i)
    return np.array(kept, dtype=int)


def some_boxes(rng, n, span=10.0):
    """Boxes with area that overlap here and there."""
    low = rng.uniform(0, span, size=(n, 2))
    return np.concatenate([low, low + rng.uniform(0.05, 0.5, size=(n, 2)) * span], axis=1)


def compare(t, D, A, B):
    t.shape(D, (len(A), len(B)))
    t.close(D, overlaps(A, B), rtol=0, atol=1e-9)


def indices(t, kept, expected):
    t.shape(kept, (len(expected),))
    t.equal(kept, np.asarray(expected, dtype=int))
    t.dtype(kept, "iu")


@public("The worked example: two boxes against three.")
def example_iou(t):
    A = np.array([[0, 0, 4, 4], [2, 1, 6, 3]])
    B = np.array([[2, 2, 6, 6], [4, 0, 8, 4], [0, 0, 4, 2]])
    D = yield t.call("iou_matrix", A, B)
    t.close(D, np.array([[1 / 7, 0, 0.5], [0.2, 0.2, 1 / 7]]), rtol=0, atol=1e-9)


@public("The worked example: boxes 1, 0 and 2 are kept.")
def example_nms(t):
    boxes = np.array([[0, 0, 4, 2], [0, 0, 4, 4], [5, 5, 7, 7], [0, 0, 4, 3]])
    kept = yield t.call("nms", boxes, np.array([0.6, 0.9, 0.3, 0.8]), 0.5)
    indices(t, kept, [1, 0, 2])


@basic("IoU is the area two boxes share over the area they cover together: by hand.")
def iou_by_hand(t):
    A = np.array([[0.0, 0.0, 2.0, 3.0], [1.0, 1.0, 5.0, 2.0], [-3.0, -2.0, 1.0, 1.0]])
    B = np.array([[1.0, 1.0, 3.0, 2.0], [0.0, 0.0, 2.0, 3.0]])
    D = yield t.call("iou_matrix", A, B)
    t.close(D, np.array([[1 / 7, 1], [2 / 4, 1 / 9], [0, 1 / 17]]), rtol=0, atol=1e-9)


@basic("Entry (i, j) belongs to A[i] and B[j]: many boxes, more in A than in B.")
def iou_tall(t):
    A, B = some_boxes(t.rng, 40), some_boxes(t.rng, 15)
    D = yield t.call("iou_matrix", A, B)
    compare(t, D, A, B)


@basic("Entry (i, j) belongs to A[i] and B[j]: many boxes, more in B than in A.")
def iou_wide(t):
    A, B = some_boxes(t.rng, 6), some_boxes(t.rng, 50)
    D = yield t.call("iou_matrix", A, B)
    compare(t, D, A, B)


@basic("nms keeps a box unless its IoU with a box already kept is greater than thr: dropped boxes drop nobody.")
def nms_chain(t):
    # Each box overlaps its neighbour by 3/5, the next but one by 1/3.
    boxes = np.array([[2.0, 0, 6, 1], [0, 0, 4, 1], [3, 0, 7, 1], [1, 0, 5, 1]])
    kept = yield t.call("nms", boxes, np.array([0.3, 0.5, 0.2, 0.4]), 0.55)
    indices(t, kept, [1, 0])


@basic("nms returns the kept indices in order of visit: many boxes.")
def nms_many(t):
    boxes = some_boxes(t.rng, 60)
    scores = t.rng.permutation(60) / 60
    kept = yield t.call("nms", boxes, scores, 0.25)
    indices(t, kept, survivors(boxes, scores, 0.25))


@edge("Boxes apart have IoU 0: side by side, one above the other, and corner to corner.")
def apart(t):
    A = np.array([[0.0, 0.0, 1.0, 1.0]])
    B = np.array([[3.0, 0.0, 4.0, 1.0], [0.0, 5.0, 1.0, 7.0], [3.0, 3.0, 6.0, 5.0], [-4.0, 2.0, -2.0, 9.0]])
    D = yield t.call("iou_matrix", A, B)
    t.shape(D, (1, 4))
    t.close(D, np.zeros((1, 4)), rtol=0, atol=1e-9)


@edge("Boxes only touching have IoU 0; equal boxes have IoU 1.")
def touching(t):
    A = np.array([[0, 0, 2, 2], [5, 5, 6, 9]])
    B = np.array([[2, 0, 4, 2], [0, 2, 2, 3], [2, 2, 3, 3], [0, 0, 2, 2]])
    D = yield t.call("iou_matrix", A, B)
    t.close(D, np.array([[0, 0, 0, 1], [0, 0, 0, 0]], dtype=float), rtol=0, atol=1e-9)


@edge("A box without area has IoU 0 with every box, itself too.")
def no_area(t):
    A = np.array([[1.0, 1, 1, 1], [0, 2, 3, 2], [0, 0, 4, 4]])
    D = yield t.call("iou_matrix", A, A)
    t.close(D, np.diag([0.0, 0.0, 1.0]), rtol=0, atol=1e-9)


@edge("A box without area has IoU 0: nms keeps it and it drops nobody.")
def nms_no_area(t):
    boxes = np.array([[0.0, 0, 4, 4], [1, 1, 1, 1], [1, 1, 1, 1], [0, 2, 3, 2], [0, 0, 4, 3]])
    kept = yield t.call("nms", boxes, np.array([0.5, 0.9, 0.2, 0.6, 0.4]), 0.3)
    indices(t, kept, [1, 3, 0, 2])


@edge("Integers of any type: uint8 must not wrap around.")
def unsigned(t):
    low = t.rng.integers(0, 200, size=(20, 2))
    A = np.concatenate([low, low + t.rng.integers(20, 55, size=(20, 2))], axis=1).astype(np.uint8)
    D = yield t.call("iou_matrix", A, A[:12])
    compare(t, D, A, A[:12])


@edge("Integers of any type: nms on uint8 boxes.")
def nms_unsigned(t):
    low = t.rng.integers(0, 120, size=(25, 2))
    boxes = np.concatenate([low, low + t.rng.integers(40, 100, size=(25, 2))], axis=1).astype(np.uint8)
    scores = t.rng.permutation(25) / 25
    kept = yield t.call("nms", boxes, scores, 0.2)
    indices(t, kept, survivors(boxes, scores, 0.2))


@edge("Integers of any type: areas beyond the range of int16 and int32.")
def narrow_integers(t):
    for dtype, span in ((np.int16, 10_000), (np.int32, 1_000_000)):
        low = t.rng.integers(0, span, size=(12, 2))
        A = np.concatenate([low, low + t.rng.integers(span // 4, span, size=(12, 2))], axis=1).astype(dtype)
        D = yield t.call("iou_matrix", A, A[:7])
        compare(t, D, A, A[:7])


@edge("There may be no boxes: in A, in B, in both.")
def no_boxes(t):
    some, none = some_boxes(t.rng, 3), np.empty((0, 4))
    for A, B in ((none, some), (some, none), (none, none)):
        D = yield t.call("iou_matrix", A, B)
        t.shape(D, (len(A), len(B)))


@edge("There may be no boxes: nms returns an empty array of integers.")
def nms_no_boxes(t):
    kept = yield t.call("nms", np.empty((0, 4)), np.empty(0), 0.5)
    indices(t, kept, [])


@edge("One box against one, and one box alone.")
def one_box(t):
    A, B = np.array([[0.0, 0.0, 3.0, 2.0]]), np.array([[1.0, 1.0, 4.0, 2.0]])
    D = yield t.call("iou_matrix", A, B)
    t.shape(D, (1, 1))
    t.close(D, np.array([[2 / 7]]), rtol=0, atol=1e-9)
    kept = yield t.call("nms", A, np.array([0.1]), 0.5)
    indices(t, kept, [0])


@edge("A box is dropped only when the IoU is greater than thr: equal is kept.")
def equal_to_thr(t):
    # IoU is exactly 1/2 and 1/4: halves and quarters are exact in floating point.
    boxes = np.array([[0, 0, 4, 4], [0, 0, 4, 2], [0, 0, 1, 4]])
    kept = yield t.call("nms", boxes, np.array([0.9, 0.8, 0.7]), 0.5)
    indices(t, kept, [0, 1, 2])
    kept = yield t.call("nms", boxes, np.array([0.9, 0.8, 0.7]), 0.25)
    indices(t, kept, [0, 2])


@edge("A box is dropped only when the IoU is greater than thr: nothing is greater than 1, and touching is not above 0.")
def extreme_thr(t):
    boxes = np.array([[0, 0, 2, 2], [0, 0, 2, 2], [2, 0, 4, 2], [1, 0, 3, 2]])
    scores = np.array([0.2, 0.4, 0.1, 0.3])
    kept = yield t.call("nms", boxes, scores, 1.0)
    indices(t, kept, [1, 3, 0, 2])
    kept = yield t.call("nms", boxes, scores, 0.0)
    indices(t, kept, [1, 2])


@edge("Equal scores by lower index.")
def ties(t):
    corner = t.rng.permutation(80)[:, None] * 3.0
    boxes = np.concatenate([corner, corner, corner + 1, corner + 1], axis=1)  # all apart: all are kept
    scores = t.rng.integers(0, 3, size=80) / 4
    kept = yield t.call("nms", boxes, scores, 0.5)
    indices(t, kept, survivors(boxes, scores, 0.5))


@edge("Equal scores by lower index: of equal boxes the first stays.")
def tied_copies(t):
    boxes = np.array([[5, 5, 9, 9], [0, 0, 3, 3], [0, 0, 3, 3], [5, 5, 9, 9]])
    kept = yield t.call("nms", boxes, np.array([0.5, 0.5, 0.5, 0.5]), 0.5)
    indices(t, kept, [0, 1])


@prop("Entry (i, j) is the IoU of A[i] and B[j], whatever the shapes.", repeat=10)
def any_shape(t):
    n, m = t.rng.integers(1, 14, size=2)
    A, B = some_boxes(t.rng, n) - 5, some_boxes(t.rng, m) - 5
    B[0] = A[0] + np.tile(0.3 * (A[0, 2:] - A[0, :2]), 2)  # one pair overlaps in any case
    D = yield t.call("iou_matrix", A, B)
    compare(t, D, A, B)


@prop("nms keeps what the rule says, for any boxes and any thr.", repeat=10)
def any_thr(t):
    n = int(t.rng.integers(10, 40))
    boxes, scores = some_boxes(t.rng, n), t.rng.normal(size=n)
    thr = float(t.rng.uniform(0.1, 0.5))
    kept = yield t.call("nms", boxes, scores, thr)
    indices(t, kept, survivors(boxes, scores, thr))


@prop("IoU does not depend on which box comes first.", repeat=5)
def swapped(t):
    A, B = some_boxes(t.rng, 9), some_boxes(t.rng, 5)
    D = yield t.call("iou_matrix", A, B)
    E = yield t.call("iou_matrix", B, A)
    compare(t, D, A, B)
    t.close(E, np.asarray(D).T, rtol=0, atol=1e-9)


@prop("Moving all boxes alike changes no IoU.", repeat=5)
def moved(t):
    A, B = some_boxes(t.rng, 8), some_boxes(t.rng, 6)
    by = np.tile(t.rng.uniform(-50, 50, size=2), 2)
    D = yield t.call("iou_matrix", A + by, B + by)
    compare(t, D, A, B)


@prop("Boxes may be tiny: their size changes no IoU.", repeat=5)
def tiny(t):
    scale = 10 ** t.rng.uniform(-6, -4)
    A, B = some_boxes(t.rng, 8), some_boxes(t.rng, 6)
    D = yield t.call("iou_matrix", A * scale, B * scale)
    compare(t, D, A, B)


@prop("nms goes by score: boxes in another order give the same kept boxes.", repeat=5)
def shuffled(t):
    boxes, scores = some_boxes(t.rng, 25), t.rng.permutation(25) / 25
    order = t.rng.permutation(25)
    kept = yield t.call("nms", boxes, scores, 0.2)
    again = yield t.call("nms", boxes[order], scores[order], 0.2)
    indices(t, kept, survivors(boxes, scores, 0.2))
    indices(t, again, np.argsort(order)[np.asarray(kept, dtype=int)])


@contract("Inputs stay unchanged: iou_matrix.")
def iou_unchanged(t):
    A, B = some_boxes(t.rng, 7), some_boxes(t.rng, 4)
    seen = yield t.call("iou_matrix", A, B, _observe=True)
    compare(t, seen.result, A, B)
    t.equal(seen.args[0], A, "A")
    t.equal(seen.args[1], B, "B")


@contract("Inputs stay unchanged: nms.")
def nms_unchanged(t):
    boxes, scores = some_boxes(t.rng, 12), t.rng.permutation(12) / 12
    seen = yield t.call("nms", boxes, scores, 0.2, _observe=True)
    indices(t, seen.result, survivors(boxes, scores, 0.2))
    t.equal(seen.args[0], boxes, "boxes")
    t.equal(seen.args[1], scores, "scores")


@contract("Inputs may be read-only.")
def read_only(t):
    A, B = some_boxes(t.rng, 7), some_boxes(t.rng, 4)
    D = yield t.call("iou_matrix", A, B, _readonly=True)
    compare(t, D, A, B)
    scores = t.rng.permutation(7) / 7
    kept = yield t.call("nms", A, scores, 0.2, _readonly=True)
    indices(t, kept, survivors(A, scores, 0.2))


@contract("Inputs may be strided.")
def strided(t):
    A, B = some_boxes(t.rng, 7), some_boxes(t.rng, 4)
    D = yield t.call("iou_matrix", A, B, _layout="strided")
    compare(t, D, A, B)
    scores = t.rng.permutation(7) / 7
    kept = yield t.call("nms", A, scores, 0.2, _layout="strided")
    indices(t, kept, survivors(A, scores, 0.2))


@contract("Calls remember nothing.")
def no_memory(t):
    A, B, C = (some_boxes(t.rng, 10) for _ in range(3))
    scores, others = t.rng.permutation(10) / 10, t.rng.permutation(10) / 10
    first = yield t.call("iou_matrix", A, B)
    other = yield t.call("iou_matrix", C, B)
    again = yield t.call("iou_matrix", A, B)
    compare(t, first, A, B)
    compare(t, other, C, B)
    t.same(first, again)
    kept = yield t.call("nms", A, scores, 0.2)
    indices(t, kept, survivors(A, scores, 0.2))
    kept = yield t.call("nms", A, others, 0.2)
    indices(t, kept, survivors(A, others, 0.2))


@contract("iou_matrix gives a float64 array, nms a 1-D array of integers.")
def form(t):
    low = t.rng.integers(0, 12, size=(8, 2))
    A = np.concatenate([low, low + t.rng.integers(4, 9, size=(8, 2))], axis=1)
    D = yield t.call("iou_matrix", A, A)
    compare(t, D, A, A)
    t.check(isinstance(D, np.ndarray), "the IoU matrix is not a NumPy array")
    t.dtype(D, "float64")
    # No quotient of such small areas is 0.3137, so that no right formula misses it by rounding.
    scores = t.rng.permutation(8) / 8
    kept = yield t.call("nms", A, scores, 0.3137)
    indices(t, kept, survivors(A, scores, 0.3137))
    t.check(isinstance(kept, np.ndarray), "the kept indices are not a NumPy array")
    t.check(kept.ndim == 1, "the kept indices are not one-dimensional")
    t.dtype(kept, "iu")


@growth("boxes of A", sizes=(40, 160), closed=True)
def boxes_of_a(t, n):
    return t.call("iou_matrix", some_boxes(t.rng, n), some_boxes(t.rng, 20))


@growth("boxes of B", sizes=(40, 160), closed=True)
def boxes_of_b(t, n):
    return t.call("iou_matrix", some_boxes(t.rng, 20), some_boxes(t.rng, n))


@growth("kept boxes", sizes=(20, 80), closed=False)
def kept_boxes(t, n):
    corner = t.rng.permutation(n)[:, None] * 3.0
    boxes = np.concatenate([corner, corner, corner + 1, corner + 1], axis=1)
    return t.call("nms", boxes, t.rng.permutation(n) / n, 0.5)


@speed(limit=4.0, size="800 boxes against 800")
def large_iou(t):
    return t.call("iou_matrix", some_boxes(t.rng, 800), some_boxes(t.rng, 800))


@speed(limit=6.0, size="nms of 1,500 boxes")
def large_nms(t):
    low = t.rng.uniform(0, 100, size=(1500, 2))
    boxes = np.concatenate([low, low + t.rng.uniform(2, 5, size=(1500, 2))], axis=1)
    return t.call("nms", boxes, t.rng.permutation(1500) / 1500, 0.3)
