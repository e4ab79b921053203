import datetime
import math
import struct
import unittest

import codec
import numpy as np
import tables

try:
    import pandas as pd
except ImportError:
    pd = None
try:
    import scipy.sparse as sparse
except ImportError:
    sparse = None


def there_and_back(v):
    return codec.decode(codec.encode(v))


class Plain(unittest.TestCase):
    def test_values(self):
        for v in (
            None, True, False, 0, -5, 2**63 - 1, -(2**63), 2**70, -(2**100), 1.5, 1e300, "", 'é"\n\\', [], [1, [2, [3]]], (), (1, (2,)),
            {}, {"a": 1, (1, 2): [3], None: 4, 1: "x"}, {1, 2}, 1 + 2j, datetime.date(2020, 1, 2),
            datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc), datetime.time(1, 2),
        ):
            with self.subTest(v=v):
                got = there_and_back(v)
                self.assertEqual(got, v)
                self.assertIs(type(got), type(v))

    def test_keys_of_one_hash(self):
        flood = [complex(-1000003.0 * k, k) for k in range(1, 10_000)]
        self.assertLess(len({hash(c) for c in flood}), 10)
        pairs = [x for c in flood for x in (c, 1)]
        for v in (codec.Tagged("set", *flood), codec.Tagged("dict", *pairs), [codec.Tagged("set", *flood)]):
            with self.subTest(type(v)), self.assertRaisesRegex(codec.Malformed, "one hash"):
                there_and_back(v)
        honest = {k: None for k in [*range(-5000, 5000), *map(str, range(5000)), *((i, -j) for i in range(50) for j in range(50))]}
        self.assertEqual(there_and_back(honest), honest)

    def test_names_of_tensors(self):
        for name in ("load", "__dict__", "_dynamo", None, 1):
            with self.subTest(name), self.assertRaisesRegex(codec.Malformed, "tensor dtype"):
                there_and_back(codec.Tagged("tensor", name, np.zeros(2), False))

    def test_floats(self):
        self.assertTrue(math.isnan(there_and_back(math.nan)))
        self.assertEqual(there_and_back(-math.inf), -math.inf)
        self.assertEqual(math.copysign(1, there_and_back(-0.0)), -1)
        self.assertIs(type(there_and_back(1.0)), float)
        self.assertIs(type(there_and_back(1)), int)

    def test_subclasses_become_plain(self):
        import collections
        import enum

        class Three(enum.IntEnum):
            A = 3

        point = collections.namedtuple("point", "x y")(1, 2)
        self.assertEqual(there_and_back(point), (1, 2))
        self.assertIs(type(there_and_back(collections.Counter("aab"))), dict)
        self.assertEqual(there_and_back(Three.A), 3)

    def test_refused(self):
        loop = []
        loop.append(loop)
        for v in (
            object(), print, int, b"bytes", "\ud800", loop, np.ma.array([1], mask=[1]), np.zeros(2, [("a", int)]), np.array([b"x"]),
            np.array([print], dtype=object), iter([]), 1 << 20_000, np.zeros(1, "M8[25s]"), [0] * 1_000_001, np.zeros(61 << 20, np.int8),
        ):
            with self.subTest(v=str(type(v))), self.assertRaises(codec.Unsendable):
                codec.encode(v)

    def test_malformed(self):
        good = codec.encode(np.arange(3))
        for b in (
            b"", b"\x00", struct.pack("<I", 100) + b"1", b"\x80\x04.", good[:-1], good + b"\x01\x00\x00\x00", good + b"\x01", struct.pack("<I", 9) + b'{"b":123}',
            struct.pack("<I", 20) + b'{"t":"nosuch","x":[]}'[:20], struct.pack("<I", 7) + b'{"a":1}', struct.pack("<I", 19) + b'{"t":"dict","x":[1]}'[:19],
        ):
            with self.subTest(b=b), self.assertRaises(codec.Malformed):
                codec.decode(b)

    def test_handles(self):
        thing = object()
        doc = codec.encode([codec.Handle(7)])
        self.assertIs(codec.decode(doc, {7: thing})[0], thing)
        self.assertEqual(codec.decode(doc)[0].id, 7)
        with self.assertRaises(codec.Malformed):
            codec.decode(doc, {})


class Arrays(unittest.TestCase):
    def test_arrays(self):
        for a in (
            np.arange(6).reshape(2, 3), np.zeros((0, 3)), np.array(3.0), np.arange(12.0).reshape(3, 4).T, np.arange(10)[::-2],
            np.array([True, False]), np.arange(3, dtype=np.uint8), np.arange(3, dtype=np.float16), np.array([1 + 2j]),
            np.array(["a", "bb"]), np.array(["2020-01-01", "NaT"], dtype="M8[D]"), np.array([1, 2], dtype="m8[ns]"), np.zeros((2, 0, 4)),
        ):
            with self.subTest(a=a):
                got = there_and_back(a)
                np.testing.assert_array_equal(got, a)
                self.assertEqual((got.dtype, got.shape), (a.dtype, a.shape))
                self.assertTrue(got.flags.writeable and got.flags.c_contiguous)

    def test_byte_order_and_width(self):
        self.assertEqual(there_and_back(np.arange(3, dtype=">f8")).dtype, np.dtype("<f8"))
        self.assertEqual(there_and_back(np.zeros(1, np.longdouble)).dtype, np.dtype("<f8"))

    def test_scalars(self):
        for v in (np.float32(1.5), np.int8(-3), np.bool_(True), np.datetime64("2020-01-01"), np.float64("nan")):
            got = there_and_back(v)
            self.assertEqual(repr(got), repr(v))
        self.assertEqual(there_and_back(np.str_("a")), "a")

    def test_objects(self):
        got = there_and_back(np.array([[1, "a"], [None, 2.5]], dtype=object))
        self.assertEqual((got.shape, got.dtype), ((2, 2), np.dtype(object)))
        self.assertEqual(got.tolist(), [[1, "a"], [None, 2.5]])

    def test_npy_as_numpy_reads_it(self):
        import io

        for a in (np.arange(6).reshape(2, 3), np.zeros(()), np.zeros(4, np.int16)):
            np.testing.assert_array_equal(np.load(io.BytesIO(codec.npy_bytes(a)), allow_pickle=False), a)


@unittest.skipIf(pd is None, "needs pandas")
class Tables(unittest.TestCase):
    def test_frame(self):
        f = pd.DataFrame(
            {
                "i": [1, 2], "f": [1.5, np.nan], "s": ["x", None], "b": [True, False], "o": [[1], {"a": 2}],
                "d": pd.to_datetime(["2020-01-01", None]), "z": pd.to_datetime(["2020-01-01", "2021-07-01"]).tz_localize("Europe/Paris"),
                "c": pd.Categorical(["u", "v"], categories=["v", "u", "w"], ordered=True), "n": pd.array([1, None], dtype="Int64"),
                "t": pd.array(["a", None], dtype="string"), "p": pd.period_range("2020-01", periods=2, freq="M"), "w": pd.to_timedelta([1, 2], unit="s"),
                "k": pd.array([True, None], dtype="boolean"), "g": pd.array([1.5, None], dtype="Float64"),
            },
            index=pd.Index([5, 5], name="id"),
        )
        pd.testing.assert_frame_equal(there_and_back(f), f)

    def test_shapes(self):
        for f in (
            pd.DataFrame(), pd.DataFrame(columns=["a", "b"]), pd.DataFrame(index=[1, 2]), pd.DataFrame([[1, 2, 3]], columns=list("aab")),
            pd.DataFrame({"k": [1, 1, 2], "v": [1.0, 2, 3]}).groupby("k").agg({"v": ["sum", "mean"]}),
            pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("x", 1)], names=["p", None])),
        ):
            with self.subTest(f=f):
                pd.testing.assert_frame_equal(there_and_back(f), f)

    def test_series_and_indexes(self):
        for s in (pd.Series([1, 2], name="q"), pd.Series([], dtype=float), pd.Series(["a"], index=pd.date_range("2020-01-01", periods=1))):
            pd.testing.assert_series_equal(there_and_back(s), s, check_freq=False)
        for i in (pd.RangeIndex(1, 9, 2, name="r"), pd.Index(["a", "b"]), pd.Index([1, "a"], dtype=object), pd.MultiIndex.from_product([[1, 2], list("ab")])):
            pd.testing.assert_index_equal(there_and_back(i), i)

    def test_moments(self):
        for v in (pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2020-01-01 00:00:00.123456789"), pd.Timedelta("1h"), pd.Period("2020-01"), pd.Period("2020Q1")):
            self.assertEqual(there_and_back(v), v)
        self.assertIs(there_and_back(pd.NaT), pd.NaT)
        self.assertIs(there_and_back(pd.NA), pd.NA)

    def test_lying_frames(self):
        f = codec.encode(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
        for old, new in ((b'["range",', b'["nosuch",'), (b"[null,0,2,1]", b"[null,0,9,1]"), (b'["a","b"]', b'["a","b","c"]')):
            lie = f.replace(old, new)
            if lie != f:
                lie = struct.pack("<I", struct.unpack("<I", f[:4])[0] + len(new) - len(old)) + lie[4:]
                with self.assertRaises(codec.Malformed):
                    codec.decode(lie)

    @unittest.skipIf(sparse is None, "needs scipy")
    def test_sparse(self):
        m = sparse.random(5, 4, density=0.5, random_state=0, format="csr")
        np.testing.assert_array_equal(there_and_back(m).toarray(), m.toarray())


class Registered(unittest.TestCase):
    def test_tables_extend_the_codec(self):
        self.assertIn(tables.encode, codec.EXTRA)


if __name__ == "__main__":
    unittest.main()
