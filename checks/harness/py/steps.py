"""Counts the Python-level steps of the code of one file: the main witness of element loops.

Up to Python 3.11 a step is a line event of sys.settrace, which sees one-line comprehensions too. From 3.12 a
comprehension is inlined and gives one line event at any length, so there a step is a jump or the start of a function,
by sys.monitoring. Either way a vectorized answer counts a constant and a loop counts its rounds.
"""

import sys
import threading

CAP = 2_000_000


class Enough(BaseException):
    """The cap is reached; BaseException, so that `except Exception` in the counted code does not swallow it."""


class Disturbed(Exception):
    """The counted code took the interpreter's hook away from the counter: there is no count."""


# The counter runs beside the code that it counts, so it keeps to itself all that it needs: what the two functions below
# find when they are called, while this module is imported, and nothing that is looked up later by a name.


def _tracer():
    """Make the function that counts up to Python 3.11."""
    enough, disturbed = Enough, Disturbed
    settrace, gettrace, settrace_of_threads, gettrace_of_threads = sys.settrace, sys.gettrace, threading.settrace, threading.gettrace

    def count(call, filename, cap):
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
            return local if frame.f_code.co_filename == filename else None

        value, before, before_of_threads = None, gettrace(), gettrace_of_threads()
        settrace_of_threads(entered)  # what the call leaves to other threads counts as well
        settrace(entered)
        try:
            value = call()
            if not partial and gettrace() is not entered:
                raise disturbed
        except enough:
            pass
        finally:
            settrace(before)
            settrace_of_threads(before_of_threads)
        return value, n, partial

    return count


def _monitor():
    """Make the function that counts from Python 3.12 on."""
    enough, disturbed, m = Enough, Disturbed, sys.monitoring
    use, free, register, set_events, get_events, restart = (
        m.use_tool_id, m.free_tool_id, m.register_callback, m.set_events, m.get_events, m.restart_events
    )
    tool, disable, start, jump = m.PROFILER_ID, m.DISABLE, m.events.PY_START, m.events.JUMP

    def count(call, filename, cap):
        n, partial = 0, False

        def step(code, *_):
            nonlocal n, partial
            if code.co_filename != filename:
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
            if get_events(tool) != start | jump or any(register(tool, event, step) is not step for event in (start, jump)):
                raise disturbed
        except enough:
            pass
        finally:
            set_events(tool, 0)
            free(tool)
        return value, n, partial

    return count


# count(call, filename, cap) gives the call's value (None at the cap), its steps, and whether the cap was reached.
count = _monitor() if sys.version_info >= (3, 12) else _tracer()


class Counter:
    """Counts steps of code objects whose file name is the given one."""

    def __init__(self, filename, cap=CAP):
        self.filename, self.cap = filename, cap
        self.n = 0
        self.partial = False

    def run(self, call):
        """Run call() under the counter; returns its value, or None when the cap was reached."""
        value, self.n, self.partial = count(call, self.filename, self.cap)
        return value
