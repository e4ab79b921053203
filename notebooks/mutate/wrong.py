# What WrongValues and NoValues append to a solution: each entry point becomes _wrong_entry of itself. Nothing is imported that
# an answer would have to be allowed to import, and no name begins like one of an author's.

_wrong_raises = False  # rather than to give another value


class _WrongValue(BaseException):
    """Raised in place of a value, where values are not to be given; no test expects it."""


def _wrong_library(name):
    """A library that is loaded, or None: to import it would load what the answer does not need."""
    import sys

    return sys.modules.get(name)


def _wrong_plain(v):
    """Another value in place of a plain one; what is no value stays the same object."""
    import datetime
    import numbers

    if isinstance(v, bool):
        return not v
    if isinstance(v, str):
        return v + "?"
    if isinstance(v, bytes):
        return v + b"?"
    if isinstance(v, (datetime.date, datetime.timedelta)):  # datetimes and pandas' Timestamps are dates; NaT stays NaT
        return v + datetime.timedelta(days=1)
    return v + 1 if isinstance(v, numbers.Number) else v


def _wrong_numpy(v):
    """Another array or NumPy scalar."""
    np = _wrong_library("numpy")
    kind = v.dtype.kind
    if kind == "b":
        out = ~v
    elif kind in "iufc":
        out = v + v.dtype.type(1)
    elif kind in "mM":
        out = v + np.timedelta64(1, "D")
    elif kind == "U":
        out = np.char.add(v, "?")
    elif kind == "O" and isinstance(v, np.ndarray):
        out = np.empty_like(v)
        for i in np.ndindex(v.shape):
            out[i] = _wrong(v[i])
    else:
        return v
    return np.asanyarray(out) if isinstance(v, np.ndarray) else out[()]


def _wrong_series(s):
    """Another Series or Index of the same dtype."""
    pd = _wrong_library("pandas")
    kind = getattr(s.dtype, "kind", "O")
    if isinstance(s.dtype, pd.CategoricalDtype):
        categories = s.cat if isinstance(s, pd.Series) else s
        return categories.rename_categories([_wrong(c) for c in s.dtype.categories])
    if kind == "b":
        return ~s
    if kind in "iufc":
        return s + 1
    if kind in "mM":
        return s + pd.Timedelta(days=1)
    out = s.map(_wrong, na_action="ignore")
    return out.astype(s.dtype) if isinstance(s.dtype, pd.StringDtype) else out


def _wrong_table(v):
    """Another table; its labels stay."""
    pd = _wrong_library("pandas")
    if not isinstance(v, pd.DataFrame):
        return _wrong_series(v)
    columns = [_wrong_series(v.iloc[:, i]) for i in range(v.shape[1])]
    out = pd.concat(columns, axis=1) if columns else v.copy()
    out.columns = v.columns
    return out


def _wrong_container(v):
    """Another container; the keys of a dict stay."""
    if isinstance(v, dict):
        out = {k: _wrong(x) for k, x in v.items()}
        return out if type(v) is dict else _wrong_dict(v, out)
    items = [_wrong(x) for x in v]
    return type(v)(*items) if hasattr(v, "_fields") else type(v)(items)


def _wrong_dict(v, items):
    """A copy of a dict of some class with other items."""
    import copy

    out = copy.copy(v)
    out.update(items)
    return out


def _wrong_items(iterator):
    """The items of an iterator, each another value."""
    while True:
        try:
            item = _wrong_inside(next, iterator)
        except StopIteration:
            return
        yield _wrong(item)


def _wrong(v):
    """Another value: numbers + 1, bools turned round, texts longer, times a day later. Anything else is given back."""
    import types

    np, pd, torch = (_wrong_library(name) for name in ("numpy", "pandas", "torch"))
    if torch is not None and isinstance(v, torch.Tensor):
        return ~v if v.dtype == torch.bool else v + 1
    if pd is not None and isinstance(v, (pd.DataFrame, pd.Series, pd.Index)) and not isinstance(v, pd.MultiIndex):
        return _wrong_table(v)
    if np is not None and isinstance(v, (np.ndarray, np.generic)):
        return _wrong_numpy(v)
    if isinstance(v, (dict, list, tuple, set, frozenset)):
        return _wrong_container(v)
    if isinstance(v, types.GeneratorType):
        return _wrong_items(v)
    return _wrong_object(_wrong_plain(v))


def _wrong_object(v):
    """The same object; if it is a model of a library, it gives other values from now on."""
    for name in ("predict", "predict_proba", "decision_function", "score", "transform", "fit_transform", "forward"):
        method = getattr(v, name, None)
        if callable(method) and not isinstance(v, type) and not hasattr(method, "_wrong_already"):
            setattr(v, name, _wrong_function(method))
    return v


_wrong_depth = [0]


def _wrong_inside(function, *args, **kwargs):
    """Call, with all calls further down as they are: only what leaves the answer is wrong."""
    _wrong_depth[0] += 1
    try:
        return function(*args, **kwargs)
    finally:
        _wrong_depth[0] -= 1


def _wrong_function(function):
    """A function that returns another value."""
    import functools

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        value = _wrong_inside(function, *args, **kwargs)
        if _wrong_depth[0] or args and value is args[0]:  # a method that returns its object, such as fit
            return value
        other = _wrong(value)
        if _wrong_raises and other is not value:
            raise _WrongValue("a value")
        return other

    wrapper._wrong_already = True
    return wrapper


def _wrong_member(member):
    """A method or property that gives another value."""
    import types

    if isinstance(member, (staticmethod, classmethod)):
        return type(member)(_wrong_function(member.__func__))
    if isinstance(member, property) and member.fget:
        return property(_wrong_function(member.fget), member.fset, member.fdel, member.__doc__)
    return _wrong_function(member) if isinstance(member, types.FunctionType) else member


def _wrong_entry(entry):
    """An entry point that gives other values; of a class, its public methods."""
    if not isinstance(entry, type):
        return _wrong_function(entry) if callable(entry) else _wrong(entry)
    for name, member in list(vars(entry).items()):
        if not name.startswith("_") or name in ("__call__", "__getitem__", "__len__", "__contains__"):
            other = _wrong_member(member)
            if other is not member:
                setattr(entry, name, other)
    return entry
