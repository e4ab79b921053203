"""Comparison of tables in canonical form: what the statement does not fix may not cost points.

Columns are matched by name, rows after sorting (when asked), Int64 equals int64 and object equals string. What is right
in value but not in index, column order or kind is reported as a matter of form.
"""

import numpy as np
import pandas as pd

from compare import LARGE, Fail, _difference, _python, kind_of, short


def close(actual, expected, rtol, atol, what):
    """Compare a Series, Index or DataFrame with everything strict but the dtype family."""
    kind = kind_of(expected)
    if kind == "frame":
        return frame(actual, expected, rtol=rtol, atol=atol, index="strict", what=what)
    if kind == "series":
        return series(actual, expected, rtol=rtol, atol=atol, index="strict", what=what)
    values(_plain(actual, what), _plain(expected, what), rtol, atol, what)
    return None if kind_of(actual) == "index" else f"{what} is a {type(actual).__name__}, expected an Index"


def _plain(v, what):
    if isinstance(v, (list, tuple, np.ndarray, pd.Series, pd.Index)):
        return pd.Series(list(v) if isinstance(v, tuple) else v).reset_index(drop=True)
    raise Fail(f"{what} is {short(v)}, expected a column")


def frame(actual, expected, sort_by=None, index="ignore", column_order="ignore", rtol=1e-9, atol=1e-12, what="the result"):
    """Compare two DataFrames; index and column_order are "ignore" or "strict"."""
    if isinstance(actual, pd.Series) and expected.shape[1] == 1:
        form = frame(actual.to_frame(expected.columns[0]), expected, sort_by, index, column_order, rtol, atol, what)
        return form or f"{what} is a Series, expected a DataFrame"
    if not isinstance(actual, pd.DataFrame):
        raise Fail(f"{what} is {short(actual)}, expected a DataFrame with columns {list(expected.columns)}")
    form = None
    named = [n for n in actual.index.names if n is not None]
    lost = [c for c in expected.columns if c not in actual.columns]
    if lost and set(lost) <= set(named):
        actual, form = actual.reset_index(), f"{what} has {lost} in the index, expected columns"
    elif index == "ignore":
        actual = actual.reset_index(drop=True)
    lost = [c for c in expected.columns if c not in actual.columns]
    extra = [c for c in actual.columns if c not in expected.columns]
    if lost:
        raise Fail(f"{what} lacks the columns {short(lost, 80)}; it has {short(list(actual.columns), 80)}")
    if extra:
        form = form or f"{what} has columns that are not asked for: {short(extra, 80)}"
    if actual.columns.has_duplicates and not expected.columns.has_duplicates:
        raise Fail(f"{what} has duplicate columns: {short(list(actual.columns), 80)}")
    if len(actual) != len(expected):
        raise Fail(f"{what} has {len(actual)} rows, expected {len(expected)}")
    return _rows(actual, expected, sort_by, index, column_order, rtol, atol, what, form)


def _rows(actual, expected, sort_by, index, column_order, rtol, atol, what, form):
    a, e = actual, expected
    if not e.columns.has_duplicates and not a.columns.equals(e.columns):
        a = a[list(e.columns)]
    if sort_by is not None:
        keys = [sort_by] if isinstance(sort_by, str) else list(sort_by)
        a, e = a.sort_values(keys, kind="stable"), e.sort_values(keys, kind="stable")
    columns = [(f"{what}[{name!r}]", a.iloc[:, i], e.iloc[:, i]) for i, name in enumerate(e.columns)]
    for name, x, y in columns:
        values(x, y, rtol, atol, name)
    if column_order == "strict" and list(actual.columns) != list(expected.columns):
        form = form or f"{what} has columns {short(list(actual.columns), 80)}, expected {short(list(expected.columns), 80)}"
    if index == "strict" and form is None:
        form = _index_form(a.index, e.index, what)
    return form or _kinds(columns)


def series(actual, expected, index="ignore", rtol=1e-9, atol=1e-12, what="the result"):
    """Compare two Series; the name is a matter of form when the expected one has a name."""
    form = None
    if isinstance(actual, pd.DataFrame) and actual.shape[1] == 1:
        actual, form = actual.iloc[:, 0], f"{what} is a DataFrame, expected a Series"
    elif not isinstance(actual, pd.Series):
        form = f"{what} is {short(actual, 60)}, expected a Series"
    a = _plain(actual, what)
    if len(a) != len(expected):
        raise Fail(f"{what} has {len(a)} entries, expected {len(expected)}")
    values(a, expected, rtol, atol, what)
    if form is None and index == "strict":
        form = _index_form(actual.index, expected.index, what)
    if form is None and expected.name is not None and actual.name != expected.name:
        form = f"{what} is named {actual.name!r}, expected {expected.name!r}"
    return form


def _index_form(a, e, what):
    if len(a) == len(e) and all(_same_label(x, y) for x, y in zip(a, e)):
        return None
    return f"{what} has the index {short(list(a[:6]), 60)}, expected {short(list(e[:6]), 60)}"


def _same_label(x, y):
    try:
        return bool(x == y) or (x != x and y != y)
    except Exception:
        return False


def _kinds(columns):
    """Numbers that came as text or objects, dates as text: right to look at, wrong to work with."""
    for name, a, e in columns:
        want = family(e)
        if want != "object" and len(e) and want != family(a):
            return f"{name} has dtype {a.dtype}, expected {e.dtype}"
    return None


FAMILIES = {"b": "bool", "i": "number", "u": "number", "f": "number", "c": "number", "M": "date", "m": "span"}


def family(s):
    """Coarse kind of a column: number, bool, date, span, category, text, object."""
    if isinstance(s.dtype, pd.CategoricalDtype):
        return "category"
    kind = getattr(s.dtype, "kind", "O")  # pandas' own types have numpy's letters too
    if kind in FAMILIES:
        return FAMILIES[kind]
    if isinstance(s.dtype, pd.StringDtype) or all(isinstance(x, str) or _missing(x) for x in s.array):
        return "text"
    return "object"


def _missing(x):
    return x is None or pd.api.types.is_scalar(x) and pd.isna(x)


def _floats(s):
    if isinstance(s.dtype, np.dtype) and s.dtype.kind in "biuf":
        return s.to_numpy(float)
    return s.astype("Float64").to_numpy(float, na_value=np.nan)


def _exact(a, e, floats, what):
    """Fail where large integers differ that are equal as floats; floats are those of e."""
    large = np.flatnonzero(np.abs(np.nan_to_num(floats, nan=0.0)) >= LARGE)
    for i, x, y in zip(large.tolist(), a.iloc[large].tolist(), e.iloc[large].tolist()):
        if _python(x) != _python(y):
            raise Fail(f"{what}[{i}] is {x}, expected {y}")


def _identical(a, e):
    """Whether two columns of one plain dtype hold the same numbers underneath: dates one by one take long."""
    if a.dtype != e.dtype:
        return False
    if getattr(a.array, "asi8", None) is not None:
        return np.array_equal(a.array.asi8, e.array.asi8)
    return a.dtype == bool and np.array_equal(a.to_numpy(), e.to_numpy())


def values(a, e, rtol, atol, what):
    """Compare two columns by position."""
    if len(a) != len(e):
        raise Fail(f"{what} has {len(a)} entries, expected {len(e)}")
    want, got = family(e), family(a)
    if want == "number" and got in ("number", "bool", "object"):
        try:
            x, y = _floats(a), _floats(e)
        except (TypeError, ValueError):
            raise Fail(f"{what} holds {short(list(a[:4]), 60)}, expected numbers") from None
        bad = ~np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=True)
        if bad.any():
            raise Fail(_difference(x, y, bad, what))
        if rtol == atol == 0:
            _exact(a, e, y, what)
        return
    if _identical(a, e):
        return
    for i, (x, y) in enumerate(zip(a.tolist(), e.tolist())):
        if type(x) is type(y) is str and x == y or _missing(x) and _missing(y):
            continue
        if not _same_label(x, y):
            raise Fail(f"{what}[{i}] is {short(x, 60)}, expected {short(y, 60)}")
