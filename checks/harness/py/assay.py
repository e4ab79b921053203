"""The language of a challenge's tests.py.

A test is a generator function with a decorator that names its class and the sentence of the statement that it guards.
Every yield sends one request to the runner, where the candidate's code lives, and gives back a plain value:

    @basic("Entry (i, j) is the Euclidean distance of rows i and j.")
    def distances(t):
        X = t.rng.normal(size=(20, 12))
        D = yield t.call("pairwise_distances", X)
        t.close(D, t.reference.pairwise_distances(X), rtol=1e-9, atol=1e-9)

tests.py runs in the oracle only: it never meets the candidate's objects, only values that were sent as data.
"""

import copy
import inspect
import zlib

import numpy as np

import compare
from codec import Handle
from compare import Fail

__all__ = ["public", "basic", "edge", "prop", "contract", "growth", "speed", "Fail", "Observed", "Raised"]


class Test:
    """One decorated function of tests.py."""

    def __init__(self, fn, cls, guards, repeat=1, seconds=None, isolated=False, values=True):
        self.fn, self.cls, self.guards = fn, cls, guards
        self.name = fn.__name__
        self.repeat, self.seconds, self.isolated, self.values = repeat, seconds, isolated, values

    def ids(self):
        """Return the ids of its cases."""
        return [self.name] if self.repeat == 1 else [f"{self.name}[{i}]" for i in range(self.repeat)]


class Growth:
    """A function of (t, n) that makes one call whose size along one axis is n: see growth."""

    def __init__(self, fn, axis, sizes, closed, values):
        self.fn, self.axis, self.sizes, self.closed, self.values = fn, axis, tuple(sizes), closed, values
        self.name = fn.__name__


class Speed:
    """A function of t that makes one call to be timed against the reference."""

    def __init__(self, fn, limit, size, values):
        self.fn, self.limit, self.size, self.values = fn, limit, size, values
        self.name = fn.__name__


def _test(cls):
    """Make the decorator of one class.

    values=False, for @prop and @contract, says that no call of the test gives a value that could be wrong: all of them
    raise, or return nothing. It changes nothing in a grading. `assay verify` demands of every other such test that it
    fails for an answer whose values are all wrong, and of one that says values=False that it is so.
    """

    def decorator(guards, *, repeat=1, seconds=None, isolated=False, values=True):
        if not isinstance(guards, str) or not guards.strip():
            raise TypeError(f"@{cls} needs the sentence of the statement that the test guards")
        if not values and cls not in ("property", "contract"):
            raise TypeError(f"@{cls} takes no values=False: it is for @prop and @contract")

        def wrap(fn):
            if not inspect.isgeneratorfunction(fn):
                raise TypeError(f"{fn.__name__}: a test has at least one yield")
            return Test(fn, cls, guards, repeat, seconds, isolated, values)

        return wrap

    return decorator


public = _test("public")
basic = _test("basic")
edge = _test("edge")
prop = _test("property")
contract = _test("contract")


def growth(axis, *, sizes, closed=True, values=True):
    """Count Python-level steps at these sizes of one axis; closed: a Python loop along it is unnecessary.

    The function returns the one call, or is a generator: then every yield but the last is set-up, answered as in a
    test, and the last is the call that is counted.

    An answer whose result is not roughly the reference's is not measured. values=False says that right answers may
    return other values, as where the statement leaves open which random numbers are drawn.
    """
    return lambda fn: Growth(fn, axis, sizes, closed, values)


def speed(limit=4.0, *, size="", values=True):
    """Time one call against the reference; limit is the ratio that still counts as good. For all else see growth."""
    return lambda fn: Speed(fn, limit, size, values)


class Request:
    """What a test yields."""

    def __init__(self, op, name=None, handle=None, args=(), kwargs=None, **opts):
        self.op, self.name, self.handle = op, name, handle
        self.args, self.kwargs = list(args), dict(kwargs or {})
        self.raises = opts.pop("raises", None)
        self.opts = {k: v for k, v in opts.items() if v}


class Observed:
    """The result of a call with the arguments as they are after it."""

    def __init__(self, result, args, kwargs):
        self.result, self.args, self.kwargs = result, args, kwargs


class Raised:
    """What t.raises gives: the exception's class names, most special first, and its text."""

    def __init__(self, names, message):
        self.names, self.message = names, message


class Reference:
    """The functions of solution.py, on copies of their arguments."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        thing = getattr(self._module, name)
        if not inspect.isfunction(thing):
            return thing
        return lambda *a, **k: thing(*copy.deepcopy(a), **copy.deepcopy(k))


class T:
    """What a test is given: requests to yield, comparisons, a seeded generator and the reference."""

    def __init__(self, seed, name, repetition, reference, libraries=()):
        words = [seed & 0xFFFFFFFF, seed >> 32, zlib.crc32(name.encode()), repetition]
        self.rng = np.random.default_rng(np.random.SeedSequence(words))
        self.repetition = repetition
        self.reference = reference
        self.libraries = libraries  # that library may call into
        self.form = None
        self._kept = 0

    # Requests.

    def call(self, name, *args, _readonly=False, _layout="C", _observe=False, **kw):
        """Call a function of the candidate."""
        layout = None if _layout == "C" else _layout
        return Request("call", name, args=args, kwargs=kw, readonly=_readonly, layout=layout, observe=_observe)

    def keep(self, name, *args, **kw):
        """Call a function and keep the result in the runner; the yield gives a handle."""
        return Request("call", name, args=args, kwargs=kw, keep=self._next())

    new = keep

    def method(self, h, name, *args, _keep=False, _observe=False, **kw):
        """Call a method of a kept object."""
        return Request("method", name, h, args, kw, keep=self._next() if _keep else 0, observe=_observe)

    def attr(self, h, name, *, _keep=False):
        """Read an attribute of a kept object."""
        return Request("attr", name, h, keep=self._next() if _keep else 0)

    def hold(self, value):
        """Put a value into the runner; the yield gives a handle to pass as an argument."""
        return Request("hold", args=[value], keep=self._next())

    def library(self, module, name, *args, **kw):
        """Call a function or class of one of the challenge's libraries in the runner; the yield gives a handle."""
        return Request("library", f"{module}.{name}", args=args, kwargs=kw, keep=self._next())

    def fetch(self, h):
        """Read a kept object as data."""
        return Request("fetch", handle=h)

    def pull(self, h, n):
        """Take the next n items (or fewer, at the end) of a kept iterator."""
        return Request("pull", handle=h, args=[n])

    def raises(self, kinds, name, *args, **kw):
        """Call a function that must raise one of these; the yield gives a Raised."""
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        request = self.call(name, *args, **kw) if isinstance(name, str) else name
        request.raises = tuple(k if isinstance(k, str) else k.__name__ for k in kinds)
        return request

    def _next(self):
        self._kept += 1
        return self._kept

    # Comparisons.

    def _note(self, form):
        self.form = self.form or form

    def close(self, actual, expected, rtol=1e-7, atol=1e-9, equal_nan=True, what="the result"):
        """Numbers equal within atol + rtol * |expected|; nested lists, tuples, dicts and tables too."""
        self._note(compare.close(actual, expected, rtol, atol, equal_nan, what))

    def equal(self, actual, expected, what="the result"):
        """Exactly equal, NaN to NaN."""
        self._note(compare.equal(actual, expected, what))

    def same(self, first, second, what="the second result", other="the first"):
        """Two values of the candidate are identical."""
        self._note(compare.same(first, second, what, other))

    def shape(self, a, expected, what="the result"):
        """The array has this shape."""
        self._note(compare.shape(a, expected, what))

    def dtype(self, a, expected, what="the result"):
        """The array has this dtype, or one of these kinds; otherwise a matter of form."""
        self._note(compare.dtype(a, expected, what))

    def frame(self, actual, expected, sort_by=None, index="ignore", column_order="ignore", rtol=1e-9, atol=1e-12, what="the result"):
        """DataFrames are equal in canonical form."""
        import frames

        self._note(frames.frame(actual, expected, sort_by, index, column_order, rtol, atol, what))

    def series(self, actual, expected, index="ignore", rtol=1e-9, atol=1e-12, what="the result"):
        """Series are equal in canonical form."""
        import frames

        self._note(frames.series(actual, expected, index, rtol, atol, what))

    def check(self, condition, message):
        """A condition holds, or the case fails with this message."""
        if not bool(condition):
            raise Fail(message)

    def badform(self, message):
        """Say that the values are right and their form is not."""
        self._note(message)


__all__ += ["Handle"]
