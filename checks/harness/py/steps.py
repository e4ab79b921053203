"""Counts the Python-level steps of an answer: the main witness of element loops.

Up to Python 3.11 a step is a line event of sys.settrace, which sees one-line comprehensions too. From 3.12 a
comprehension is inlined and gives one line event at any length, so there a step is a jump or the start of a function,
by sys.monitoring. Either way a vectorized answer counts a constant and a loop counts its rounds.

All code counts whose file lies in no folder of libraries, whatever it was made of: cells, text, a file of the answer's own.
Who reaches past that to the counter, to frames, or to code objects under a borrowed name is not counted at all.
"""

import _thread
import inspect
import os
import sys
import sysconfig
import threading
import types

CAP = 2_000_000


class Enough(BaseException):
    """The cap is reached; BaseException, so that `except Exception` in the counted code does not swallow it."""


class Disturbed(Exception):
    """The counter lost its hook, or some code ran where it could not see it: there is no count."""


# The counter runs beside the code that it counts, so it keeps to itself all that it needs: what the functions below
# find when they are called, while this module is imported, and nothing that is looked up later by a name.


def _libraries():
    """Make the function that tells the files of libraries and of this harness from all others."""
    own = os.path.dirname(os.path.abspath(__file__))
    paths = [sysconfig.get_path(k) for k in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders = {os.path.abspath(p) for p in [own, *paths, *sys.path, sys.pycache_prefix] if p}
    folders |= {os.path.realpath(p) for p in folders}
    roots = (*(p + os.sep for p in folders if p != os.sep), "<frozen ")
    known, kind, text, sep = {}, type, str, os.sep

    def library(name):
        if kind(name) is not text:  # a class of the answer's own could compare as it likes
            return False
        if name not in known:  # by name: equal code objects may come from different files
            known[name] = name.startswith(roots) and ".." not in name.split(sep)
        return known[name]

    return library


_library = _libraries()


def _as_stored():
    """Make the function that reports whether a file holds these bytes after its first few."""
    opened, read, close, flags, failed = os.open, os.read, os.close, os.O_RDONLY, OSError

    def stored(path, data, skip):
        try:
            fd = opened(path, flags)
        except failed:
            return False
        parts = []
        try:
            while part := read(fd, 1 << 20):
                parts.append(part)
        finally:
            close(fd)
        return b"".join(parts)[skip:] == data

    return stored


def _file(function):
    return function.__code__.co_filename


OWN, OF_THREADS = _file(_file), _file(threading.Thread.run)


def _rules(library):
    """Make the functions that say of an audit event, with the frame that caused it, whether it goes past the counter."""
    stored, own, of_types, of_inspect = _as_stored(), OWN, _file(types.coroutine), _file(inspect.currentframe)

    def from_outside(args, frame):
        return not library(frame.f_code.co_filename)

    def looks(args, frame):
        while frame is not None and frame.f_code.co_filename == of_inspect:  # it looks for whoever asks
            frame = frame.f_back
        return frame is None or from_outside(args, frame)

    def reads(args, frame):
        if args[1] in ("tb_frame", "gi_frame", "cr_frame", "ag_frame"):
            return looks(args, frame)
        return args[1] == "__code__" and from_outside(args, frame)

    def compiles(args, frame):
        return library(args[1]) and not stored(args[1], args[0], 0)

    def loads(args, frame):  # the names in it are whatever was written there
        if frame.f_code.co_filename != "<frozen importlib._bootstrap_external>":
            return True
        path = frame.f_locals["bytecode_path"]
        return not (library(path) and stored(path, args[0], 16))

    def renames(args, frame):
        here = frame.f_code.co_filename  # a library may alter code of its own, and types.coroutine leaves the file's name alone
        return library(args[1]) and here not in (args[1], of_types)

    def hooks(args, frame):
        return frame.f_code.co_filename != own

    def brings(args, frame):
        return args[0] in ("_interpreters", "_xxsubinterpreters", "_testcapi", "_testinternalcapi")

    def always(args, frame):
        return True

    inner = ("sys._current_frames", "sys._current_exceptions", "gc.get_objects", "gc.get_referrers", "gc.get_referents")
    return {**dict.fromkeys(inner, from_outside), "ctypes": from_outside, "sys._getframe": looks, "object.__getattr__": reads, "compile": compiles,
            "marshal.loads": loads, "code.__new__": renames, "sys.monitoring.register_callback": hooks,
            "import": brings, "sys.setprofile": always, "cpython.PyInterpreterState_New": always}


def _threads(own=OWN, of_threads=OF_THREADS, hook_of_threads=threading.gettrace, settrace=sys.settrace):
    """Make such a function for hooks; begin, which says with which hook a new thread has to run; and follow, which sees to that."""
    hook = None

    def sets(args, frame):
        if frame.f_code.co_filename != of_threads:
            return frame.f_code.co_filename != own
        return hook is not None and hook_of_threads() is not hook

    def begin(with_hook):
        nonlocal hook
        hook = with_hook

    def follow(start):
        def run(function, args, kwargs):
            if hook is not None:
                settrace(hook)
            function(*args, **kwargs)

        return lambda function, args, kwargs={}, /: start(run, (function, args, kwargs))

    return sets, begin, follow


def _watcher(library):
    """Make three functions: watch, which looks out for all that follows; begin, for one call; missed, which tells the outcome."""
    frame_of, me, add_hook, anything = sys._getframe, threading.get_ident, sys.addaudithook, BaseException
    sets, begin, follow = _threads()
    rules, found, busy = _rules(library) | {"sys.settrace": sets}, False, set()

    def audit(event, args):
        nonlocal found
        rule = rules.get("ctypes" if event.startswith("ctypes.") else event)
        if rule is None or found or me() in busy:  # to look for a frame is an event as well
            return
        busy.add(me())
        try:
            if rule(args, frame_of(1)):
                found = True
        except anything:
            found = True
        finally:
            busy.discard(me())

    def noted(function):
        def call(*args):
            nonlocal found
            found = True
            return function(*args)

        return call

    def watch():
        add_hook(audit)  # before 3.12 no event tells of new threads, and from then on none of most of these functions
        if sys.version_info < (3, 12):
            _thread.start_new_thread = _thread.start_new = threading._start_new_thread = follow(_thread.start_new_thread)
            return
        for name in ("set_events", "set_local_events", "register_callback", "restart_events", "use_tool_id", "free_tool_id"):
            setattr(sys.monitoring, name, noted(getattr(sys.monitoring, name)))

    def missed():
        return found

    return watch, begin, missed


# watch() is called before there is any answer; without it a count stands on its own.
watch, _begin, _missed = _watcher(_library)


def _tracer(library, begin, missed):
    """Make the function that counts up to Python 3.11."""
    enough, disturbed, number, threads = Enough, Disturbed, len, sys._current_frames
    settrace, gettrace, settrace_of_threads, gettrace_of_threads = sys.settrace, sys.gettrace, threading.settrace, threading.gettrace

    def count(call, cap):
        n, partial = 0, False

        def local(frame, event, arg):
            nonlocal n, partial
            if event == "line":
                n += 1
                if n >= cap:
                    partial = True
                    raise enough
            return local

        def entered(frame, event, arg):
            return None if library(frame.f_code.co_filename) else local

        if number(threads()) > 1:  # one that runs already never takes up the hook
            raise disturbed
        value, before, before_of_threads = None, gettrace(), gettrace_of_threads()
        settrace_of_threads(entered)  # what the call leaves to other threads counts as well
        begin(entered)
        settrace(entered)
        try:
            value = call()
            if not partial and (gettrace() is not entered or gettrace_of_threads() is not entered or missed()):
                raise disturbed
        except enough:
            pass
        finally:
            settrace(before)
            begin(None)
            settrace_of_threads(before_of_threads)
        return value, n, partial

    return count


def _monitor(library, missed):
    """Make the function that counts from Python 3.12 on."""
    enough, disturbed, m = Enough, Disturbed, sys.monitoring
    use, free, register, set_events, get_events, restart = (
        m.use_tool_id, m.free_tool_id, m.register_callback, m.set_events, m.get_events, m.restart_events
    )
    tool, disable, start, jump = m.PROFILER_ID, m.DISABLE, m.events.PY_START, m.events.JUMP

    def count(call, cap):
        n, partial = 0, False

        def step(code, *_):
            nonlocal n, partial
            if library(code.co_filename):
                return disable
            n += 1
            if n >= cap:
                partial = True
                raise enough

        value = None
        use(tool, "assay")
        register(tool, start, step)
        register(tool, jump, step)
        restart()
        set_events(tool, start | jump)
        try:
            value = call()
            unhooked = get_events(tool) != start | jump or register(tool, start, step) is not step or register(tool, jump, step) is not step
            if not partial and (unhooked or missed()):
                raise disturbed
        except enough:
            pass
        finally:
            set_events(tool, 0)
            free(tool)
        return value, n, partial

    return count


# count(call, cap) gives the call's value (None at the cap), its steps, and whether the cap was reached.
count = _monitor(_library, _missed) if sys.version_info >= (3, 12) else _tracer(_library, _begin, _missed)


class Counter:
    """Counts steps of all code that is no library's."""

    def __init__(self, cap=CAP):
        self.cap = cap
        self.n = 0
        self.partial = False

    def run(self, call):
        """Run call() under the counter; returns its value, or None when the cap was reached."""
        value, self.n, self.partial = count(call, self.cap)
        return value
