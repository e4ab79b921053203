"""The runner child: loads the candidate's code and answers calls with plain data.

Everything in this process belongs to whoever wrote the code that it runs; nothing that leaves it is more than a claim.
So this file defends nothing: it only has to be quick, and to say clearly what went wrong.
"""

import importlib
import linecache
import os
import sys
import types

import numpy as np

import codec
import collect
import runall
import steps
import tables  # noqa: F401  registers itself with codec
import wire

FILE = "<solution>"


class Missing(NameError):
    """The code defines no such name."""


def strided(a):
    """Copy an array into every second place of a larger one."""
    big = np.zeros(tuple(2 * n for n in a.shape), a.dtype)
    view = big[tuple(slice(None, None, 2) for _ in a.shape)]
    view[...] = a
    return view


def arranged(v, layout, readonly):
    """Lay out the arrays in a value as a call asks for."""
    if isinstance(v, (list, tuple)):
        return type(v)(arranged(x, layout, readonly) for x in v)
    if isinstance(v, dict):
        return {k: arranged(x, layout, readonly) for k, x in v.items()}
    if not isinstance(v, np.ndarray):
        return v
    if layout == "F":
        v = np.asfortranarray(v) if v.ndim else v
    elif layout == "strided":
        v = strided(v) if v.ndim else v
    if readonly:
        v.setflags(write=False)
    return v


def failure(e):
    """Describe an exception: class names, text, and the line of the candidate's code."""
    ancestors = type.__dict__["__mro__"].__get__(type(e))  # a metaclass may say otherwise, or nothing
    names = [type.__dict__["__name__"].__get__(c) for c in ancestors if c is not object][:12]
    try:
        text = " ".join(str(e).split())[:300]
    except BaseException:
        text = ""
    line, tb = 0, e.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == FILE:
            line = tb.tb_lineno
        tb = tb.tb_next
    if isinstance(e, SyntaxError) and e.filename == FILE:
        line = e.lineno or 0
    return codec.Tagged("err", names, text, line)


class Driver:
    """Serves one stream."""

    def __init__(self):
        self.space = {}
        self.objects = {}
        self.again_call = self.written = None
        self.measured = None  # what the measured call returned

    def answer(self, payload):
        """Return the reply to one request, encoded."""
        try:
            request = codec.decode(payload, self.objects)
            reply = getattr(self, "do_" + request.fields[0])(*request.fields[1:])
        except BaseException as e:
            reply = failure(e)
        try:
            return codec.encode(reply)
        except codec.Unsendable as e:
            return codec.encode(codec.Tagged("unsendable", str(e)))
        except BaseException as e:
            return codec.encode(failure(e))

    def do_collect(self, name, handle, args, kwargs, opts):
        return codec.Tagged("collected", collect.collect(*args))

    def do_watch(self, name, handle, args, kwargs, opts):
        """Look out, from before the code is loaded, for what would get past the counter; by name nothing leads to it."""
        own = os.path.dirname(__file__)
        for name, module in list(sys.modules.items()):
            if os.path.dirname(getattr(module, "__dict__", {}).get("__file__") or "") == own:
                del sys.modules[name]
        sys.modules["__main__"] = types.ModuleType("__main__")
        steps.watch()
        return codec.Tagged("ok", None)

    def do_load(self, name, handle, args, kwargs, opts):
        source = args[0]
        linecache.cache[FILE] = (len(source), None, source.splitlines(True), FILE)
        module = types.ModuleType("solution")
        module.display = lambda *a, **k: None  # IPython offers it without an import
        sys.modules["solution"] = module
        self.space = module.__dict__
        exec(compile(source, FILE, "exec", dont_inherit=True), self.space)
        return codec.Tagged("ok", None)

    def do_run_all(self, name, handle, args, kwargs, opts):
        return codec.Tagged("ok", runall.run(*args))

    def do_call(self, name, handle, args, kwargs, opts):
        if name not in self.space:
            raise Missing(f"{name} is not defined")
        return self._run(self.space[name], args, kwargs, opts)

    def do_method(self, name, obj, args, kwargs, opts):
        return self._run(getattr(self.objects[obj], name), args, kwargs, opts)

    def do_library(self, name, handle, args, kwargs, opts):
        module, _, name = name.rpartition(".")
        return self._run(getattr(importlib.import_module(module), name), args, kwargs, opts)

    def do_attr(self, name, obj, args, kwargs, opts):
        return self._give(getattr(self.objects[obj], name), opts)

    def do_hold(self, name, handle, args, kwargs, opts):
        return self._give(args[0], opts)

    def do_fetch(self, name, obj, args, kwargs, opts):
        return codec.Tagged("ok", self.objects[obj])

    def do_pull(self, name, obj, args, kwargs, opts):
        out = []
        while len(out) < args[0]:
            try:
                out.append(next(self.objects[obj]))
            except StopIteration:
                break
        return codec.Tagged("ok", out)

    def do_again(self, name, handle, args, kwargs, opts):
        self.measured = self.again_call()
        return codec.Tagged("ok", None)

    def do_last(self, name, handle, args, kwargs, opts):
        """Give what the measured call returned; what was counted comes as it was then."""
        return codec.Tagged("ok", self.measured)

    # What counts is as it was before any answer was there.
    def _run(self, fn, args, kwargs, opts, count=steps.count, cap=steps.CAP, disturbed=steps.Disturbed):
        layout, readonly = opts.get("layout"), opts.get("readonly")
        if layout or readonly:
            args, kwargs = arranged(args, layout, readonly), arranged(kwargs, layout, readonly)
        if opts.get("prepare"):
            self.again_call = lambda: fn(*args, **kwargs)
            return codec.Tagged("ok", None)
        if opts.get("count"):
            try:
                _, n, partial = count(lambda: self._whole(fn(*args, **kwargs), opts), cap)
            except disturbed:
                return codec.Tagged("count", -1, False)
            self.measured = codec.decode(self.written).fields[0] if self.written and not partial else None
            return codec.Tagged("count", n, partial)
        got = fn(*args, **kwargs)
        if opts.get("observe"):
            return codec.Tagged("seen", got, list(args), kwargs)
        return self._give(got, opts)

    def _whole(self, value, opts):
        """Do what is done with a value that travels: a result may put off its work until somebody looks at it."""
        self.written = None
        if not opts.get("keep"):
            try:
                self.written = codec.encode(codec.Tagged("ok", value))
            except Exception:  # an object that cannot travel is counted up to there
                pass

    def _give(self, value, opts):
        if opts.get("keep"):
            self.objects[opts["keep"]] = value
            return codec.Tagged("ok", None)
        return codec.Tagged("ok", value)


def serve(fd):
    """Answer frames until the grader closes the stream."""
    d = Driver()
    try:
        while True:
            nonce, payload = wire.read_frame(fd)
            wire.write_frame(fd, nonce, d.answer(payload))
    except wire.Closed:
        return
