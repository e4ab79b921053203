import math

import numpy as np
import pandas as pd

VALUES = {
    "none": None, "true": True, "int": -7, "large int": 3**100, "float": 0.1, "whole float": 4.0, "minus zero": -0.0, "tiny": 5e-324,
    "huge": 1.7976931348623157e308, "nan": math.nan, "inf": -math.inf, "text": "é\n\"\\\u2028😀\x00\x1f", "list": [1, [2.0, []]],
    "tuple": (1, ("a",)), "dict": {"a": 1, 2: {"b": None}}, "set": {1, 2}, "complex": 1 - 2j, "array": np.arange(6.0).reshape(2, 3),
    "empty": np.zeros((0, 4)), "scalar": np.float32(1.5), "booleans": np.array([True, False]), "words": np.array(["a", "bc"]),
    "dates": np.array(["2020-01-01", "NaT"], dtype="M8[ns]"), "objects": np.array([1, "a", None], dtype=object),
    "frame": pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", None])}, index=[3, 3]),
    "series": pd.Series([1.5, math.nan], name="s"), "multi": pd.MultiIndex.from_product([[1, 2], ["a"]]), "moment": pd.Timestamp("2020-01-01", tz="UTC"),
}


def names():
    return list(VALUES)


def give(name):
    return VALUES[name]


def check(name, got):
    """Compare with the original; returns what is different."""
    want = VALUES[name]
    if type(got) is not type(want):
        return f"{type(got)}, not {type(want)}"
    if isinstance(want, pd.DataFrame):
        pd.testing.assert_frame_equal(got, want)
    elif isinstance(want, pd.Series):
        pd.testing.assert_series_equal(got, want)
    elif isinstance(want, pd.Index):
        pd.testing.assert_index_equal(got, want)
    elif isinstance(want, np.ndarray):
        np.testing.assert_array_equal(got, want)
        return "" if got.dtype == want.dtype else f"{got.dtype}"
    elif repr(got) != repr(want):
        return f"{got!r}, not {want!r}"
    return ""
