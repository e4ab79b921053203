"""Counts the Python-level steps of the code of one file: the main witness of element loops.

Up to Python 3.11 a step is a line event of sys.settrace, which sees one-line comprehensions too. From 3.12 a
comprehension is inlined and gives one line event at any length, so there a step is a jump or the start of a function,
by sys.monitoring. Either way a vectorized answer counts a constant and a loop counts its rounds.
"""

import sys

CAP = 2_000_000


class Enough(BaseException):
    """The cap is reached; BaseException, so that `except Exception` in the counted code does not swallow it."""


class Counter:
    """Counts steps of code objects whose file name is the given one."""

    def __init__(self, filename, cap=CAP):
        self.filename, self.cap = filename, cap
        self.n = 0
        self.partial = False

    def run(self, call):
        """Run call() under the counter; returns its value, or None when the cap was reached."""
        try:
            return self._monitored(call) if sys.version_info >= (3, 12) else self._traced(call)
        except Enough:
            return None

    def _step(self):
        self.n += 1
        if self.n >= self.cap:
            self.partial = True
            raise Enough

    def _traced(self, call):
        filename, step = self.filename, self._step

        def local(frame, event, arg):
            if event == "line":
                step()
            return local

        def entered(frame, event, arg):
            return local if frame.f_code.co_filename == filename else None

        before = sys.gettrace()
        sys.settrace(entered)
        try:
            return call()
        finally:
            sys.settrace(before)

    def _monitored(self, call):
        m, filename, step = sys.monitoring, self.filename, self._step
        tool = m.PROFILER_ID
        events = m.events.JUMP | m.events.PY_START

        def started(code, offset):
            if code.co_filename != filename:
                return m.DISABLE
            step()

        def jumped(code, offset, target):
            if code.co_filename != filename:
                return m.DISABLE
            step()

        m.use_tool_id(tool, "assay")
        m.register_callback(tool, m.events.PY_START, started)
        m.register_callback(tool, m.events.JUMP, jumped)
        m.restart_events()
        m.set_events(tool, events)
        try:
            return call()
        finally:
            m.set_events(tool, 0)
            m.free_tool_id(tool)
