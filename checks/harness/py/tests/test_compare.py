import unittest

import compare
import numpy as np
from compare import Fail

try:
    import frames
    import pandas as pd
except ImportError:
    pd = None

NAN = float("nan")


class Comparing(unittest.TestCase):
    def fails(self, call, *words):
        with self.assertRaises(Fail) as caught:
            call()
        for w in words:
            self.assertIn(w, str(caught.exception))

    def test_close_passes(self):
        for a, e in (
            (1.0, 1.0), (1, 1.0), (np.float32(0.1), 0.1), (np.array([1.0, NAN]), np.array([1.0, NAN])), (np.zeros((0, 3)), np.zeros((0, 3))),
            ((1.0, np.array([2.0])), (1.0, np.array([2.0]))), ({"a": [1.0, 2.0]}, {"a": [1.0, 2.0]}), (np.array([[0.0, 5]]), [[0, 5]]),
            ([1.0, 2.0], [1.0, 2.0]), (np.array(3.0), 3.0), (np.array([1, None], dtype=object)[:1], np.array([1.0])), (None, None), ("a", "a"), ([], []),
        ):
            with self.subTest(a=a, e=e):
                self.assertIsNone(compare.close(a, e, rtol=1e-6))

    def test_close_form(self):
        for a, e, words in (
            ([1.0, 2.0], np.array([1.0, 2.0]), "a list, expected an ndarray"), ([1.0, 2.0], (1.0, 2.0), "a list, expected a tuple"),
            ([(1.0, 2.0)], [[1.0, 2.0]], None), (np.array([5.0]), 5.0, "has shape (1,), expected ()"),
        ):
            with self.subTest(a=a):
                got = compare.close(a, e)
                self.assertIn(words, got) if words else self.assertIsNone(got and None)

    def test_close_fails(self):
        for a, e, words in (
            (np.array([1.0, 2.0]), np.array([1.0, 3.0]), ["[1] is 2, expected 3"]), (np.zeros((2, 3)), np.zeros((3, 2)), ["shape (2, 3), expected (3, 2)"]),
            (np.zeros(100), np.ones(100), ["[0]", "100 of 100 entries differ"]), (None, np.zeros(2), ["is None"]), ("abc", np.zeros(2), ["'abc'"]),
            (NAN, 0.0, ["nan"]), (0.0, NAN, ["expected nan"]), (np.array(["a"]), np.zeros(1), ["expected numbers"]), ([[1], [1, 2]], np.zeros((2, 2)), ["regular"]),
            ((1.0,), (1.0, 2.0), ["shape (1,), expected (2,)"]), ({"a": 1.0}, {"b": 1.0}, ["missing ['b']"]), (5, {"b": 1.0}, ["expected a dict"]),
            (1 + 1j, 1.0, ["expected 1"]), (np.zeros((4, 4)), np.zeros((2, 8)), ["shape"]), ({}, 1.0, ["expected numbers"]),
        ):
            with self.subTest(a=a, e=e):
                self.fails(lambda a=a, e=e: compare.close(a, e), *words)

    def test_equal(self):
        for a, e in ((1, 1), ("a", "a"), (NAN, NAN), ([1, "a"], [1, "a"]), ({"a": {1, 2}}, {"a": {1, 2}}), (np.array(["a"]), np.array(["a"])), (2.0, 2), (True, np.True_)):
            self.assertIsNone(compare.equal(a, e), (a, e))
        for a, e in ((1, 2), ("1", 1), (1, "1"), (None, 0), (0, None), ([1], [1, 2]), (np.array(["a"]), np.array(["b"])), ({1}, {2}), (np.zeros(2), 0)):
            self.fails(lambda a=a, e=e: compare.equal(a, e), "expected")
        self.assertIn("expected True", compare.equal(1, True))

    def test_large_integers_are_compared_exactly(self):
        big, next_ = 2**60, 2**60 + 1
        equal = [
            (np.array([big, 5]), np.array([big, 5])), ([big], [big]), (np.int64(big), big), (np.array([float(big)]), np.array([big])),
            (np.array([2**63 + 2], dtype=np.uint64), np.array([2**63 + 2], dtype=np.uint64)), ({"a": next_}, {"a": np.int64(next_)}),
            (np.array([np.inf, big]), np.array([np.inf, float(big)])), (np.array([2**53]), np.array([2.0**53])), (np.array(next_), np.array(next_)),
            (np.float32(0.5), 0.5), (np.array([True]), np.array([1])),
        ]
        for a, e in equal:
            with self.subTest(a=a, e=e):
                self.assertIsNone(compare.equal(a, e))
        different = [
            (np.array([5, next_]), np.array([5, big])), ([next_], [big]), (np.array([next_]), [big]), (np.int64(next_), big), (next_, np.int64(big)),
            (np.array([[float(big)]]), np.array([[next_]])), (np.float64(big), next_), (np.array([next_]), np.array([float(big)])),
            (np.array([2**63 + 2], dtype=np.uint64), np.array([2**63], dtype=np.uint64)), (np.array(next_), np.array(big)),
            (np.array([big], dtype=object), np.array([next_])), ({"a": next_}, {"a": big}), (-next_, -big), (np.array([-next_]), np.array([-big])),
        ]
        for a, e in different:
            with self.subTest(a=a, e=e):
                self.fails(lambda a=a, e=e: compare.equal(a, e), "expected")
        self.fails(lambda: compare.equal(np.array([[5, next_]]), np.array([[5, big]])), f"[0, 1] is {next_}, expected {big}")
        self.assertIsNone(compare.close(np.array([next_]), np.array([big])))  # a tolerance was asked for

    def test_same(self):
        self.assertIsNone(compare.same(np.array([1.0, NAN]), np.array([1.0, NAN])))
        self.fails(lambda: compare.same(np.array([1.0]), np.array([1.5]), what="the input after"), "the input after")

    def test_shape_and_dtype(self):
        self.assertIsNone(compare.shape(np.zeros((2, 3)), (2, None)))
        self.assertIsNone(compare.shape([[1, 2]], (1, 2)))
        self.fails(lambda: compare.shape(np.zeros(2), (2, 1)), "(2,), expected (2, 1)")
        self.fails(lambda: compare.shape(None, (2,)), "expected (2,)")
        self.assertIsNone(compare.dtype(np.zeros(2), "float64"))
        self.assertIsNone(compare.dtype(np.zeros(2, int), "iu"))
        self.assertIn("dtype int64, expected float64", compare.dtype(np.zeros(2, int), "float64"))

    def test_short(self):
        self.assertLessEqual(len(compare.short("x" * 1000)), 120)
        self.assertIn("array(100, 100)", compare.short(np.zeros((100, 100))))
        self.assertNotIn("\n", compare.short(np.eye(2)))


@unittest.skipIf(pd is None, "needs pandas")
class Tables(unittest.TestCase):
    def setUp(self):
        self.e = pd.DataFrame({"k": ["a", "b"], "v": [1.0, 2.0]})

    def fails(self, actual, *words, **kw):
        with self.assertRaises(Fail) as caught:
            frames.frame(actual, self.e, **kw)
        for w in words:
            self.assertIn(w, str(caught.exception))

    def test_passes(self):
        self.assertIsNone(frames.frame(self.e.copy(), self.e))
        self.assertIsNone(frames.frame(self.e.set_axis([7, 7]), self.e))
        self.assertIsNone(frames.frame(self.e[["v", "k"]], self.e))
        self.assertIsNone(frames.frame(self.e.iloc[::-1], self.e, sort_by="k"))
        self.assertIsNone(frames.frame(self.e.astype({"k": object}), self.e))
        ints = pd.DataFrame({"n": [1, 2]})
        self.assertIsNone(frames.frame(ints.astype("Int64"), ints))

    def test_form(self):
        for actual, words, kw in (
            (self.e.set_index("k"), "in the index", {}), (self.e.assign(x=1), "not asked for", {}), (self.e.astype({"k": "category"}), "dtype category", {}),
            (self.e.set_axis([7, 8]), "index", {"index": "strict"}), (self.e[["v", "k"]], "columns", {"column_order": "strict"}),
        ):
            with self.subTest(words):
                self.assertIn(words, frames.frame(actual, self.e, **kw))

    def test_fails(self):
        self.fails(self.e.iloc[:1], "1 rows, expected 2")
        self.fails(self.e.iloc[::-1], "'k'][0] is 'b', expected 'a'")
        self.fails(self.e.assign(v=[1.0, 3.0]), "['v'][1] is 3, expected 2")
        self.fails(self.e.drop(columns="v"), "lacks the columns ['v']")
        self.fails(self.e.assign(v=["1", "x"]), "expected 1.0")
        self.fails(5, "expected a DataFrame")
        self.fails(pd.concat([self.e, self.e["k"]], axis=1), "duplicate columns")

    def test_missing_values(self):
        a = pd.DataFrame({"s": ["x", None], "d": pd.to_datetime(["2020-01-01", None])})
        self.assertIsNone(frames.frame(a.copy(), a))
        b = a.fillna({"s": "y"})
        with self.assertRaises(Fail):
            frames.frame(b, a)

    def test_alike(self):
        X = np.random.default_rng(1).normal(size=(40, 3)) * 1000
        f = pd.DataFrame({"a": X[:, 0], "b": ["x"] * 40})
        for expected, good, bad in (
            (X, X.astype(np.float32) + 0.5, np.zeros_like(X)),
            (X, X.tolist(), X[:-1]),
            (f, f.set_index(f.index[::-1])[["b", "a"]], f.assign(a=0.0)),
            (f["a"], f["a"].rename("other"), f["a"] + 100),
            ({"n": 3, "p": [0.5, 0.25]}, {"p": (0.5, 0.2501), "n": 3}, {"n": 4, "p": [0.5, 0.25]}),
            (7, 7.0, None), ("text", "text", "other"), (None, None, 0), (np.zeros(0), [], [1.0]), (np.array([True, False]), [True, False], [True, True]),
        ):
            with self.subTest(expected=str(expected)[:30]):
                self.assertTrue(compare.alike(good, expected))
                self.assertFalse(compare.alike(bad, expected))

    def test_instants_count(self):
        utc = pd.Series(pd.to_datetime(["2024-03-31 01:00", None, "2024-10-27 01:00"], utc=True))
        for same in (utc.copy(), utc.dt.tz_convert("Europe/Berlin"), utc.astype(object)):
            frames.values(same, utc, 0, 0, "ts")
        hour = pd.Timedelta(hours=1)
        for other in (utc + hour, utc.dt.tz_convert("Europe/Berlin") + hour, utc.fillna(utc[0]), utc.dt.tz_localize(None)):
            with self.assertRaises(Fail):
                frames.values(other, utc, 0, 0, "ts")

    def test_bools(self):
        e = pd.Series([True, False, True])
        for same in (e.copy(), e.astype("boolean"), e.astype(object)):
            frames.values(same, e, 0, 0, "filled")
        for other in (~e, (~e).astype("boolean"), e.astype("boolean").where([True, False, True])):
            with self.assertRaises(Fail):
                frames.values(other, e, 0, 0, "filled")

    def test_series(self):
        s = pd.Series([1.0, 2.0], name="n", index=["a", "b"])
        self.assertIsNone(frames.series(s.copy(), s, index="strict"))
        self.assertIn("index", frames.series(s.reset_index(drop=True), s, index="strict"))
        self.assertIn("named", frames.series(s.rename("m"), s))
        self.assertIn("a DataFrame", frames.series(s.to_frame(), s))
        self.assertIn("expected a Series", frames.series(s.to_numpy(), s))
        with self.assertRaises(Fail):
            frames.series(s + 1, s)

    def test_large_integers_are_compared_exactly(self):
        big, next_ = 2**60, 2**60 + 1
        def differ(a, e):
            with self.assertRaises(Fail) as caught:
                compare.equal(a, e)
            self.assertIn(f"[1] is {next_}, expected {big}", str(caught.exception))

        for kind in ("int64", "Int64", "uint64"):
            with self.subTest(kind):
                e = pd.DataFrame({"id": pd.array([5, big], dtype=kind)})
                self.assertIsNone(compare.equal(pd.DataFrame({"id": [5, big]}), e))
                differ(pd.DataFrame({"id": [5, next_]}), e)
                differ(pd.Series([5, next_]), e["id"])
        differ(pd.Index([5, next_]), pd.Index([5, big]))
        e = pd.Series(pd.array([big, None, 3], dtype="Int64"))
        self.assertIsNone(compare.equal(e.copy(), e))
        self.assertIsNone(frames.series(e + 1, e, rtol=1e-9, atol=1))  # a tolerance was asked for

    def test_through_close(self):
        self.assertIsNone(compare.close(self.e.copy(), self.e))
        self.assertIn("index", compare.close(self.e.set_axis([3, 4]), self.e))
        self.assertIsNone(compare.close(pd.Index([1, 2]), pd.Index([1, 2])))


if __name__ == "__main__":
    unittest.main()
