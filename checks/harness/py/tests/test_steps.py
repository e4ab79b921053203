import os
import queue
import sys
import tempfile
import textwrap
import threading
import timeit
import typing
import unittest
from unittest import mock

import steps

SOURCE = """
def loop(n):
    s = 0
    for i in range(n):
        s += i
    return s
def comprehension(n): return [i for i in range(n)]
def nested(n): return [i * j for i in range(n) for j in range(n)]
def generator(n): return sum(i for i in range(n))
def callback(n): return list(map(lambda v: v + 1, range(n)))
def whiles(n):
    while n > 0: n -= 1
def constant(n): return sum(range(n))
def helper(n): return constant(n) + constant(n)
def swallows(n):
    try:
        loop(n)
    except Exception:
        return -1
def raises(n): raise KeyError(n)
def threads(n):
    t = threading.Thread(target=loop, args=(n,))
    t.start()
    t.join()
def text(n): return eval("[i for i in range(n)]" if sys.version_info < (3, 12) else "sum(i for i in range(n))", {"n": n})
def timed(n): timeit.Timer("for i in range(%d): pass" % (10 * n)).timeit(1)
def hint(n):
    def f(x: "sum(i for i in range(%d)) and int" % n): ...
    typing.get_type_hints(f)
def own_module(n): return distances.loop(n)
def nested_up(n): return up.loop(n)
def library(n): return len(textwrap.wrap('x ' * n)) and None
def patched(n):
    for name in dir(steps.Counter):
        if name[0] != "_":
            setattr(steps.Counter, name, lambda *a: None)
    steps.count = steps.CAP = steps.Enough = None
    sys.settrace = sys.gettrace = threading.settrace = lambda *a: None
    return loop(n)
def unhooked(n):
    if hasattr(sys, "monitoring"):
        sys.monitoring.set_events(sys.monitoring.PROFILER_ID, 0)
    else:
        settrace(None)
    return loop(n)
def rehooked(n):
    if hasattr(sys, "monitoring"):
        sys.monitoring.register_callback(sys.monitoring.PROFILER_ID, sys.monitoring.events.JUMP, lambda *a: None)
    else:
        settrace(lambda *a: None)
    return loop(n)
"""
SPACE = {"sys": sys, "steps": steps, "threading": threading, "settrace": sys.settrace, "timeit": timeit, "typing": typing, "textwrap": textwrap}
exec(compile(SOURCE, "<counted>", "exec"), SPACE)


def count(name, n, **kw):
    c = steps.Counter(**kw)
    c.run(lambda: SPACE[name](n))
    return c.n


class Counting(unittest.TestCase):
    def test_slopes(self):
        for name, slope in (("loop", 1), ("comprehension", 1), ("generator", 1), ("callback", 1), ("whiles", 1), ("threads", 1), ("nested", 2), ("constant", 0),
                            ("helper", 0), ("text", 1), ("timed", 1), ("hint", 1), ("library", 0)):
            with self.subTest(name):
                small, large = count(name, 20), count(name, 80)
                if slope == 0:
                    self.assertEqual(small, large)
                else:
                    self.assertGreater(large, 0.8 * 4**slope * small)

    def test_same_every_time(self):
        self.assertEqual(len({count("loop", 30) for _ in range(3)}), 1)

    def test_cap(self):
        c = steps.Counter(cap=100)
        self.assertIsNone(c.run(lambda: SPACE["swallows"](10**6)))
        self.assertEqual((c.n, c.partial), (100, True))

    def test_modules_of_its_own(self):
        """A module that the answer wrote is no library, not even on a path that begins like one."""
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, "path", list(sys.path)):
            up = os.path.join(os.path.dirname(os.__file__), os.path.relpath(folder, os.path.realpath(os.path.dirname(os.__file__))))
            for name, place in (("distances", folder), ("up", up)):
                with open(os.path.join(folder, name + ".py"), "w") as f:
                    f.write("def loop(n):\n    for i in range(n): pass\n")
                sys.path.insert(0, place)
                SPACE[name] = __import__(name)
                self.addCleanup(sys.modules.pop, name)
            for name in ("own_module", "nested_up"):
                with self.subTest(name):
                    self.assertGreater(count(name, 80), 3 * count(name, 20))

    def test_file_names(self):
        class Alike(str):
            def startswith(self, *a):
                return True

            def __hash__(self):
                return hash(os.__file__)

            def __eq__(self, other):
                return True

        self.assertTrue(steps._library(threading.__file__) and steps._library(steps.__file__) and steps._library("<frozen os>"))
        for name in ("<solution>", "<string>", "", os.sep, os.getcwd(), Alike("<solution>"), os.path.join(os.path.dirname(os.__file__), "..", "x.py")):
            self.assertFalse(steps._library(name), name)

    def test_exceptions_pass(self):
        c = steps.Counter()
        with self.assertRaises(KeyError):
            c.run(lambda: SPACE["raises"](1))
        self.assertIsNone(sys.gettrace())

    def test_changed_names_change_nothing(self):
        c, plain, call = steps.Counter(), count("loop", 50), steps.count
        kept = {"settrace": sys.settrace, "gettrace": sys.gettrace}
        names = {n: getattr(steps, n) for n in ("count", "CAP", "Enough")}
        with mock.patch.multiple(steps.Counter, run=steps.Counter.run), mock.patch.multiple(sys, **kept), mock.patch.multiple(steps, **names), \
                mock.patch.object(threading, "settrace", threading.settrace):
            value, n, partial = call(lambda: SPACE["patched"](50), c.cap)
            again = call(lambda: SPACE["loop"](50), c.cap)
        self.assertEqual((value, partial), (1225, False))
        self.assertGreaterEqual(n, plain)
        self.assertEqual(again, (1225, plain, False))

    def test_a_lost_hook_is_no_count(self):
        for name in ("unhooked", "rehooked"):
            with self.subTest(name), self.assertRaises(steps.Disturbed):
                count(name, 50)
        self.assertIsNone(sys.gettrace())
        self.assertEqual(count("loop", 50), count("loop", 50))

    def test_a_thread_that_runs_already(self):
        """Up to Python 3.11 it never takes up the hook."""
        work, done = queue.SimpleQueue(), queue.SimpleQueue()
        SPACE["hand_over"] = lambda n: (work.put(n), done.get())
        t = threading.Thread(target=lambda: [done.put(SPACE["loop"](n)) for n in iter(work.get, None)], daemon=True)
        t.start()
        self.addCleanup(t.join)
        self.addCleanup(work.put, None)
        if sys.version_info < (3, 12):
            self.assertRaises(steps.Disturbed, count, "hand_over", 50)
        else:
            self.assertGreater(count("hand_over", 80), 3 * count("hand_over", 20))


# What an answer may do when it is loaded, and in the counted call; {lib} is the file of a library.
WAYS = {
    "none": ("", ""),
    "libraries": ("""
        import collections, dataclasses, enum, functools, inspect, logging, typing, wsgiref.util
        Pair = collections.namedtuple("Pair", "a b")
        Colour = enum.Enum("Colour", "RED GREEN")
        @dataclasses.dataclass
        class Point:
            x: int = 0
        @functools.lru_cache
        def cached(n): return n
        def wrapped(n, m=1): "doc"
        class Typed(typing.NamedTuple):
            x: int
        """, """
        inspect.signature(functools.wraps(wrapped)(lambda n: n))
        logging.getLogger("x").debug("y")
        Point(), Pair(1, 2), cached(3), Typed(1)
        import asyncio
        renamed(1)
        """),
    "thread": ("", "t = threading.Thread(target=loop, args=(n,)); t.start(); t.join()"),
    "pool": ("from concurrent.futures import ThreadPoolExecutor", "with ThreadPoolExecutor(1) as pool: pool.submit(loop, n).result()"),
    "hook": ("import operator; get, set = (operator.attrgetter(x + 'trace')(sys) for x in ('get', 'set'))", "old = get(); set(None); loop(n); set(old)"),
    "profile": ("", "sys.setprofile(lambda *a: None); sys.setprofile(None)"),
    "hook of threads": ("", """
        old = threading.gettrace(); threading.settrace(None)
        t = threading.Thread(target=loop, args=(n,)); t.start(); t.join(); threading.settrace(old)
        """),
    "thread with another start": ("""
        class Hidden(threading.Thread):
            def _bootstrap(self):
                self._started.set(); loop(50); done.release()
        done = threading.Lock()
        """, "done.acquire(); Hidden().start(); done.acquire()"),
    "raw thread": ("""
        import _thread
        done = _thread.allocate_lock()
        def work(n, *, more): loop(n); done.release()
        """, "done.acquire(); _thread.start_new_thread(work, (n,), {'more': 1}); done.acquire()"),
    "another hook of threads": ("", """
        threading.settrace(lambda *a: None)
        t = threading.Thread(target=loop, args=(n,)); t.start(); t.join()
        """),
    "frame": ("f = sys._getframe", "f().f_trace = None"),
    "frame by another name": ("import inspect; f = inspect.currentframe", "f()"),
    "frame of a traceback": ("", "try: 1 / 0\nexcept Exception as e: e.__traceback__.tb_frame"),
    "frame of a generator": ("", "(i for i in ()).gi_frame"),
    "borrowed name": ("c = compile; exec(c('x = 1', {lib!r}, 'exec'))", ""),
    "borrowed name of a frozen module": ("c = compile; exec(c('x = 1', '<frozen os>', 'exec'))", ""),
    "code of a function": ("code = (lambda: 0).__code__", ""),
    "renamed code": ("import types; types.CodeType.replace(compile('1', 'x', 'eval'), co_filename={lib!r})", ""),
    "unmarshalled": ("import marshal; exec(marshal.loads(marshal.dumps(compile('x = 1', 'y', 'exec'))))", ""),
    "compiled module": ("""
        import marshal, importlib.util, tempfile
        sys.path.insert(0, tempfile.mkdtemp(dir=os.getcwd()))
        with open(sys.path[0] + "/hidden.pyc", "wb") as f:
            f.write(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("x = 1", "y", "exec")))
        import hidden
        """, ""),
    "all objects": ("import gc", "gc.get_referrers(loop)"),
    "another interpreter": ("""
        try: import _interpreters as other
        except ImportError: import _xxsubinterpreters as other
        """, "other.create()"),
    "monitoring": ("m = getattr(sys, 'monitoring', None)", """
        if m: m.set_events(m.PROFILER_ID, 0); loop(n); m.set_events(m.PROFILER_ID, m.events.PY_START | m.events.JUMP)
        else: sys.settrace(None)
        """),
}
COUNTED = {"none", "libraries", "thread", "pool", "hook of threads", "thread with another start", "raw thread"}
if sys.version_info >= (3, 12):
    COUNTED.add("another hook of threads")  # it is no hook of the counter's


def renamed(n):
    """Alter code of this file, which counts as a library's, as torch.no_grad() does with its own."""
    renamed.__code__ = renamed.__code__.replace(co_name="another")


def outcome(source):
    """Load an answer in a watched process, call it, and say what came of that."""
    steps.watch()
    space = {"sys": sys, "os": os, "threading": threading, "steps": steps, "renamed": renamed}
    exec(compile(source, "<answer>", "exec"), space)
    try:
        return f"counted {steps.count(lambda: space['answer'](50), steps.CAP)[1] > 50}"
    except steps.Disturbed:
        return "disturbed"


class Watching(unittest.TestCase):
    """Each in a process of its own: nothing ends the watch."""

    def outcome(self, load, call):
        source = "def loop(n):\n    for i in range(n): pass\n" + textwrap.dedent(load).replace("{lib!r}", repr(textwrap.__file__))
        source += "\ndef answer(n):\n" + textwrap.indent(textwrap.dedent(call).strip() or "pass", "    ") + "\n"
        with tempfile.TemporaryDirectory() as folder:
            got, give = os.pipe()
            pid = os.fork()
            if not pid:
                try:
                    os.chdir(folder)
                    os.write(give, outcome(source).encode())
                except BaseException as e:
                    os.write(give, repr(e).encode())
                finally:
                    os._exit(0)
            os.close(give)
            os.waitpid(pid, 0)
            with open(got) as f:
                return f.read()

    def test_ways_past_the_counter(self):
        for name, (load, call) in WAYS.items():
            with self.subTest(name):
                self.assertEqual(self.outcome(load, call), f"counted {'loop' in load + call}" if name in COUNTED else "disturbed")


if __name__ == "__main__":
    unittest.main()
