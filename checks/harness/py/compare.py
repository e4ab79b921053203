"""Comparisons with messages that a person can act on.

Each function raises Fail, or returns None when all is well, or returns a sentence when the values are right but their
form (container, dtype, index, columns) is not.
"""

import math
import sys

import numpy as np


class Fail(Exception):
    """The answer is wrong."""


def short(v, limit=120):
    """Show a value in one short line."""
    if isinstance(v, np.ndarray):
        text = f"array{v.shape} {v.dtype}" if v.size > 8 else np.array2string(v, separator=", ", threshold=8)
    elif kind_of(v) == "frame":
        text = f"DataFrame of {len(v)} rows, columns {list(v.columns)}"
    else:
        text = repr(v)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def kind_of(v):
    """Name the family of a value: frame, series, index, tensor, array, or the name of its type."""
    pd, torch = sys.modules.get("pandas"), sys.modules.get("torch")
    if pd is not None:
        for name, kind in (("frame", pd.DataFrame), ("series", pd.Series), ("index", pd.Index)):
            if isinstance(v, kind):
                return name
    if torch is not None and isinstance(v, torch.Tensor):
        return "tensor"
    if isinstance(v, np.ndarray):
        return "array"
    return type(v).__name__


def _numbers(v, what):
    """Turn a value into a numeric array, or fail saying what came instead."""
    if kind_of(v) == "tensor":
        v = v.detach().numpy()
    try:
        a = np.asarray(v)
    except Exception:
        raise Fail(f"{what} is {short(v)}, expected numbers in a regular array") from None
    if a.dtype.kind == "O":
        try:
            a = a.astype(float)
        except (TypeError, ValueError):
            raise Fail(f"{what} is {short(v)}, expected numbers") from None
    if a.dtype.kind not in "biufc":
        raise Fail(f"{what} is {short(v)}, expected numbers")
    return a


def close(actual, expected, rtol=1e-7, atol=1e-9, equal_nan=True, what="the result"):
    """Numbers equal within atol + rtol * |expected|, in arrays, tables, or nested lists, tuples and dicts."""
    if isinstance(expected, (list, tuple)) and not _written_array(actual, expected):
        return _each(actual, expected, what, lambda a, e, w: close(a, e, rtol, atol, equal_nan, w))
    if isinstance(expected, dict):
        return _dicts(actual, expected, what, lambda a, e, w: close(a, e, rtol, atol, equal_nan, w))
    if kind_of(expected) in ("frame", "series", "index"):
        import frames

        return frames.close(actual, expected, rtol, atol, what)
    if expected is None or isinstance(expected, str):
        return equal(actual, expected, what)
    if actual is None:
        raise Fail(f"{what} is None, expected {short(expected)}")
    a, e = _numbers(actual, what), _numbers(expected, "the expected value")
    if a.shape != e.shape:
        if a.size == e.size and a.squeeze().shape == e.squeeze().shape and a.size == 1:
            close(a.reshape(e.shape), e, rtol, atol, equal_nan, what)
            return f"{what} has shape {a.shape}, expected {e.shape}"
        raise Fail(f"{what} has shape {a.shape}, expected {e.shape}")
    bad = ~np.isclose(a, e, rtol=rtol, atol=atol, equal_nan=equal_nan)
    if bad.any():
        raise Fail(_difference(a, e, bad, what))
    return _same_container(actual, expected, what)


def alike(actual, expected):
    """Whether a result is roughly the expected one. What a challenge's own tests forgive is not known here: not the order of
    columns, not an index, and hardly how exact numbers are."""
    kind = kind_of(expected)
    try:
        if kind in ("frame", "series"):
            import frames

            getattr(frames, kind)(actual, expected, rtol=ROUGH, atol=ROUGH**2)
        elif kind in ("array", "tensor"):
            close(actual, expected, rtol=ROUGH, atol=ROUGH * float(np.nanmax(np.abs(_numbers(expected, "it")), initial=0)))
        else:
            close(actual, expected, rtol=ROUGH, atol=ROUGH**2)
    except Fail:
        return False
    return True


ROUGH = 1e-2


def _written_array(actual, expected):
    """Report whether nested lists are an author's way to write an array, or a flat row of numbers."""
    if isinstance(actual, np.ndarray) or kind_of(actual) == "tensor":
        try:
            return np.asarray(expected).dtype.kind in "biufc"
        except ValueError:
            return False
    return bool(expected) and all(isinstance(x, (int, float, np.number)) for x in expected)


def _difference(a, e, bad, what):
    first = tuple(int(i) for i in np.argwhere(bad)[0]) if a.ndim else ()
    x, y = a[first] if first else a[()], e[first] if first else e[()]
    where = f"{what}{list(first)}" if first else what
    text = f"{where} is {_num(x)}, expected {_num(y)}"
    n = int(bad.sum())
    if n > 1:
        text += f"; {n} of {a.size} entries differ"
    return text


def _num(x):
    return f"{x:.10g}" if isinstance(x, (float, np.floating)) else str(x)


_CONTAINERS = {"array": "an ndarray", "list": "a list", "tuple": "a tuple", "tensor": "a tensor", "series": "a Series",
               "frame": "a DataFrame", "index": "an Index"}


def _same_container(actual, expected, what):
    a, e = kind_of(actual), kind_of(expected)
    if a == e or (a not in _CONTAINERS and e not in _CONTAINERS):
        return None
    if np.ndim(expected) == 0 and np.ndim(actual) == 0 or e in ("list", "tuple") and a in ("array", "tensor"):
        return None
    return f"{what} is {_CONTAINERS.get(a, a)}, expected {_CONTAINERS.get(e, e)}"


def _each(actual, expected, what, compare):
    if not isinstance(actual, (list, tuple, np.ndarray)):
        raise Fail(f"{what} is {short(actual)}, expected a {type(expected).__name__} of {len(expected)}")
    if len(actual) != len(expected):
        raise Fail(f"{what} has {len(actual)} items, expected {len(expected)}")
    form = None
    for i, (a, e) in enumerate(zip(actual, expected)):
        form = compare(a, e, f"{what}[{i}]") or form
    if type(actual) is not type(expected):
        form = form or f"{what} is a {type(actual).__name__}, expected a {type(expected).__name__}"
    return form


def _dicts(actual, expected, what, compare):
    if not isinstance(actual, dict):
        raise Fail(f"{what} is {short(actual)}, expected a dict")
    missing = [k for k in expected if k not in actual]
    extra = [k for k in actual if k not in expected]
    if missing or extra:
        raise Fail(f"{what} has wrong keys: missing {short(missing, 60)}, unexpected {short(extra, 60)}")
    form = None
    for k in expected:
        form = compare(actual[k], expected[k], f"{what}[{k!r}]") or form
    return form


def equal(actual, expected, what="the result"):
    """Exactly equal; NaN equals NaN. A list for a tuple, or 2.0 for 2, is a matter of form."""
    if isinstance(expected, dict):
        return _dicts(actual, expected, what, equal)
    if isinstance(expected, (list, tuple)):
        return _each(actual, expected, what, equal)
    if kind_of(expected) in ("frame", "series", "index"):
        import frames

        return frames.close(actual, expected, 0, 0, what)
    if isinstance(expected, np.ndarray) or kind_of(expected) == "tensor":
        return _equal_arrays(actual, expected, what)
    if isinstance(actual, np.ndarray) and actual.ndim == 0:
        actual = actual[()]
    if _same_scalar(actual, expected):
        return None
    if isinstance(actual, np.ndarray) or kind_of(actual) in _CONTAINERS:
        raise Fail(f"{what} is {short(actual)}, expected {short(expected)}")
    try:
        same = bool(actual == expected) and isinstance(actual, str) == isinstance(expected, str) and _same_number(actual, expected)
    except Exception:
        same = False
    if not same:
        raise Fail(f"{what} is {short(actual)}, expected {short(expected)}")
    if isinstance(actual, (bool, np.bool_)) != isinstance(expected, (bool, np.bool_)):
        return f"{what} is {short(actual)}, expected {short(expected)}"
    return None


def _same_scalar(a, e):
    if a is None or e is None:
        return a is e
    try:
        return isinstance(a, (float, np.floating)) and isinstance(e, (float, np.floating)) and math.isnan(a) and math.isnan(e)
    except TypeError:
        return False


def _equal_arrays(actual, expected, what):
    e = np.asarray(expected)
    if actual is None or isinstance(actual, (str, dict)):
        raise Fail(f"{what} is {short(actual)}, expected {short(expected)}")
    if e.dtype.kind in "biufc":
        form = close(actual, expected, 0, 0, True, what)
        exact(_numbers(actual, what), e, lambda: _objects(actual), what)
        return form
    a = np.asarray(actual)
    if a.shape != e.shape:
        raise Fail(f"{what} has shape {a.shape}, expected {e.shape}")
    for i in np.ndindex(e.shape):
        try:
            equal(a[i], e[i], f"{what}{list(i)}")
        except Fail:
            if not (a.dtype.kind in "mM" and np.isnat(a[i]) and e.dtype.kind in "mM" and np.isnat(e[i])):
                raise
    return _same_container(actual, expected, what)


LARGE = 2.0**53  # from here on a float may stand for several integers


def _python(v):
    """Give Python's own number for NumPy's: Python compares integers with floats exactly."""
    return v.item() if isinstance(v, np.number) else v


def _same_number(a, e):
    """Report whether two values that are equal are so as integers too, if one of them is one."""
    if not isinstance(a, (int, np.integer)) and not isinstance(e, (int, np.integer)):
        return True
    return bool(_python(a) == _python(e))


def _objects(v):
    """Turn a value into an array of Python's own numbers, none of which was a float before unless it is one."""
    if kind_of(v) == "tensor":
        v = v.detach().numpy()
    return v.astype(object) if isinstance(v, np.ndarray) else np.asarray(v, dtype=object)


def exact(a, e, objects, what):
    """Fail where integers differ that are equal as floats; a and e are equal as floats, objects() gives what a was."""
    if e.dtype.kind not in "iu" and a.dtype.kind not in "iu":
        return
    large = np.flatnonzero(np.abs(e.astype(float)) >= LARGE) if e.dtype.kind != "c" else []
    if not len(large):
        return
    x, y = objects().reshape(-1), e.reshape(-1)
    for i in large.tolist():
        if _python(x[i]) != _python(y[i]):
            at = [int(k) for k in np.unravel_index(i, e.shape)]
            raise Fail(f"{what}{at if at else ''} is {x[i]}, expected {y[i]}")


def same(first, second, what="the second result", other="the first"):
    """Two plain values are identical: kind, dtype, shape and content."""
    import codec

    a, b = codec.encode(first), codec.encode(second)
    if a == b:
        return None
    try:
        form = equal(first, second, what)
    except Fail as e:
        raise Fail(f"{what} differs from {other}: {e}") from None
    return form or None


def shape(a, expected, what="the result"):
    """The array has this shape; None in expected stands for any length."""
    got = getattr(a, "shape", None)
    if got is None:
        try:
            got = np.asarray(a).shape
        except Exception:
            got = None
    got = tuple(got) if got is not None else None
    expected = tuple(expected) if isinstance(expected, (tuple, list)) else (expected,)
    if got is None or len(got) != len(expected) or any(e is not None and g != e for g, e in zip(got, expected)):
        raise Fail(f"{what} has shape {got}, expected {expected}")
    return None


def dtype(a, expected, what="the result"):
    """The dtype is this name ("float64"), or of this kind when one letter is given ("f", or several: "iu")."""
    got = getattr(a, "dtype", None)
    if got is None:
        got = np.asarray(a).dtype
    name = str(got).removeprefix("torch.")
    kind = getattr(got, "kind", "f" if "float" in name else "i")
    ok = kind in expected if len(expected) <= 3 and expected.islower() and expected.isalpha() else name == expected
    return None if ok else f"{what} has dtype {name}, expected {expected}"
