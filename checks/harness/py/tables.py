"""The pandas and scipy part of the codec: one array per column, and the index as an array of its own.

Importing this module registers it with codec. It needs pandas only when a table is met.
"""

import math
import sys

import numpy as np

import codec
from codec import MAKERS, Malformed, Unsendable

MAX_RANGE = 1 << 26  # places of what a few numbers describe and a comparison may write out


def _pandas():
    import pandas

    return pandas


def encode(e, v, depth):
    """Encode a pandas or scipy.sparse value; None for anything else."""
    pd = sys.modules.get("pandas")
    if pd is not None and hasattr(pd, "DataFrame"):
        for kind, make in (
            (pd.DataFrame, _frame),
            (pd.Series, _series),
            (pd.Index, _index),
            (type(pd.NaT), lambda pd, e, v, depth: e.tag("nat", [])),
            (pd.Timestamp, _timestamp),
            (pd.Timedelta, lambda pd, e, v, depth: e.tag("timedelta", _ticks(v))),
            (pd.Period, lambda pd, e, v, depth: e.tag("period", [v.freqstr, int(v.ordinal)])),
            (type(pd.NA), lambda pd, e, v, depth: e.tag("na", [])),
            (pd.Categorical, lambda pd, e, v, depth: _column(pd, e, v, depth)),
            (pd.api.extensions.ExtensionArray, lambda pd, e, v, depth: _column(pd, e, v, depth)),
        ):
            if isinstance(v, kind):
                return make(pd, e, v, depth)
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and hasattr(sparse, "issparse") and sparse.issparse(v):
        if math.prod(v.shape) > MAX_RANGE:
            raise Unsendable(f"a matrix of more than {MAX_RANGE} places")
        c = v.tocoo()
        parts = [e.node(np.asarray(a)) for a in (c.row, c.col, c.data)]
        return e.tag("sparse", [list(map(int, c.shape)), *parts])
    return None


def _frame(pd, e, v, depth):
    cols = [_column(pd, e, v.iloc[:, i].array, depth + 1) for i in range(v.shape[1])]
    return e.tag("frame", [_index(pd, e, v.columns, depth + 1), _index(pd, e, v.index, depth + 1), *cols])


def _series(pd, e, v, depth):
    return e.tag("series", [e.node(v.name, depth + 1), _index(pd, e, v.index, depth + 1), _column(pd, e, v.array, depth)])


def _index(pd, e, v, depth):
    if isinstance(v, pd.MultiIndex):
        levels = [_column(pd, e, v.get_level_values(i).array, depth + 1) for i in range(v.nlevels)]
        return e.tag("multi", [e.items(list(v.names), depth + 1), *levels])
    name = e.node(v.name, depth + 1)
    if isinstance(v, pd.RangeIndex):
        if len(v) > MAX_RANGE:
            raise Unsendable(f"an index of more than {MAX_RANGE} places")
        return e.tag("range", [name, int(v.start), int(v.stop), int(v.step)])
    return e.tag("index", [name, _column(pd, e, v.array, depth + 1)])


def _timestamp(pd, e, v, depth):
    return e.tag("timestamp", [*_ticks(v), None if v.tz is None else str(v.tz)])


def _ticks(v):
    """Unit and number of units; before pandas 2 the unit is always a nanosecond."""
    return [v.unit, int(v._value)] if hasattr(v, "unit") else ["ns", int(v.value)]


def _column(pd, e, a, depth):
    """Encode the array behind a column."""
    dtype = a.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = e.node(np.asarray(a.codes, dtype="<i8"))
        return e.tag("cat", [codes, _index(pd, e, a.categories, depth + 1), bool(a.ordered)])
    if isinstance(dtype, pd.DatetimeTZDtype):
        return e.tag("dtz", [dtype.unit, str(dtype.tz), e.node(np.asarray(a.asi8))])
    if isinstance(dtype, pd.PeriodDtype):
        return e.tag("periods", [str(dtype)[7:-1], e.node(np.asarray(a.asi8))])
    if isinstance(dtype, pd.StringDtype):
        return e.tag("str", [_string_kind(pd, dtype), [None if x is None or x is pd.NA or x != x else str(x) for x in a]])
    if isinstance(dtype, np.dtype) or isinstance(a, _plain_array(pd)):
        return e.node(np.asarray(a), depth + 1)
    if getattr(dtype, "numpy_dtype", None) is not None and dtype.name in _MASKED:
        mask = np.asarray(a.isna())
        return e.tag("masked", [dtype.name, e.node(a.to_numpy(dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))), e.node(mask)])
    raise Unsendable(f"a column of dtype {dtype}"[:120])


def _plain_array(pd):
    """The class around a NumPy array, which pandas renamed in 2.1."""
    return getattr(pd.arrays, "NumpyExtensionArray", None) or pd.arrays.PandasArray


_MASKED = frozenset(
    "boolean Int8 Int16 Int32 Int64 UInt8 UInt16 UInt32 UInt64 Float32 Float64".split()
)


def _string_kind(pd, dtype):
    na = getattr(dtype, "na_value", pd.NA)
    return "string" if na is pd.NA else "str"


# --- decoding --------------------------------------------------------------------------------------------------------


def _strings(d, x):
    pd = _pandas()
    kind, items = x
    if kind not in ("str", "string") or not all(s is None or isinstance(s, str) for s in items):
        raise Malformed("string column")
    if kind == "string":
        return pd.array(items, dtype="string")
    plain = np.array(items, dtype=object)
    return pd.array(plain, dtype="str") if int(pd.__version__.split(".")[0]) >= 3 else plain


def _make_frame(d, x):
    pd = _pandas()
    columns, index, cols = x[0], x[1], x[2:]
    if len(cols) != len(columns) or any(len(c) != len(index) for c in cols):
        raise Malformed("frame")
    if not cols:
        return pd.DataFrame(index=index, columns=columns)
    f = pd.DataFrame(dict(enumerate(cols)), index=pd.RangeIndex(len(index)))
    f.columns = columns
    f.index = index
    return f


def _make_series(d, x):
    pd = _pandas()
    name, index, col = x
    if len(col) != len(index):
        raise Malformed("series")
    return pd.Series(col, index=index, name=name)


def _make_index(d, x):
    pd = _pandas()
    name, col = x
    plain = isinstance(col, np.ndarray) and col.dtype.kind == "O"
    return pd.Index(col, name=name, dtype=object if plain else None)


def _make_range(d, x):
    name, start, stop, step = x
    made = _pandas().RangeIndex(start, stop, step, name=name)
    if len(made) > MAX_RANGE:
        raise Malformed("range")
    return made


def _make_multi(d, x):
    names, levels = x[0], x[1:]
    return _pandas().MultiIndex.from_arrays(levels, names=names)


def _make_category(d, x):
    pd = _pandas()
    codes, categories, ordered = x
    return pd.Categorical.from_codes(codes, categories=categories, ordered=ordered)


def _make_dtz(d, x):
    pd = _pandas()
    unit, tz, a = x
    return pd.DatetimeIndex(a.view(f"M8[{unit}]")).tz_localize("UTC").tz_convert(tz).array


def _make_masked(d, x):
    pd = _pandas()
    name, values, mask = x
    if name not in _MASKED or values.shape != mask.shape:
        raise Malformed("masked column")
    out = pd.array(values, dtype=name)
    out[mask] = pd.NA
    return out


def _make_sparse(d, x):
    from scipy import sparse

    shape, row, col, data = x
    if math.prod(shape) > MAX_RANGE:
        raise Malformed("sparse matrix")
    return sparse.coo_matrix((data, (row, col)), shape=tuple(shape)).tocsr()


def _make_timestamp(d, x):
    pd = _pandas()
    unit, value, tz = x
    t = pd.Timestamp(np.datetime64(value, unit))
    return t if tz is None else t.tz_localize("UTC").tz_convert(tz)


MAKERS.update(
    {
        "frame": _make_frame,
        "series": _make_series,
        "index": _make_index,
        "range": _make_range,
        "multi": _make_multi,
        "cat": _make_category,
        "dtz": _make_dtz,
        "str": _strings,
        "masked": _make_masked,
        "periods": lambda d, x: _pandas().arrays.PeriodArray(x[1], dtype=_pandas().PeriodDtype(x[0])),
        "sparse": _make_sparse,
        "nat": lambda d, x: _pandas().NaT,
        "na": lambda d, x: _pandas().NA,
        "timestamp": _make_timestamp,
        "timedelta": lambda d, x: _pandas().Timedelta(np.timedelta64(x[1], x[0])),
        "period": lambda d, x: _pandas().Period(ordinal=x[1], freq=x[0]),
    }
)
codec.EXTRA.insert(0, encode)
