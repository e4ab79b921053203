import sys
import threading
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
SPACE = {"sys": sys, "steps": steps, "threading": threading, "settrace": sys.settrace}
exec(compile(SOURCE, "<counted>", "exec"), SPACE)


def count(name, n, **kw):
    c = steps.Counter("<counted>", **kw)
    c.run(lambda: SPACE[name](n))
    return c.n


class Counting(unittest.TestCase):
    def test_slopes(self):
        for name, slope in (("loop", 1), ("comprehension", 1), ("generator", 1), ("callback", 1), ("whiles", 1), ("threads", 1), ("nested", 2), ("constant", 0), ("helper", 0)):
            with self.subTest(name):
                small, large = count(name, 20), count(name, 80)
                if slope == 0:
                    self.assertEqual(small, large)
                else:
                    self.assertGreater(large, 0.8 * 4**slope * small)

    def test_same_every_time(self):
        self.assertEqual(len({count("loop", 30) for _ in range(3)}), 1)

    def test_cap(self):
        c = steps.Counter("<counted>", cap=100)
        self.assertIsNone(c.run(lambda: SPACE["swallows"](10**6)))
        self.assertEqual((c.n, c.partial), (100, True))

    def test_only_its_file(self):
        c = steps.Counter("<other>")
        self.assertEqual(c.run(lambda: SPACE["loop"](50)), 1225)
        self.assertEqual(c.n, 0)

    def test_exceptions_pass(self):
        c = steps.Counter("<counted>")
        with self.assertRaises(KeyError):
            c.run(lambda: SPACE["raises"](1))
        self.assertIsNone(sys.gettrace())

    def test_changed_names_change_nothing(self):
        c, plain, call = steps.Counter("<counted>"), count("loop", 50), steps.count
        kept = {"settrace": sys.settrace, "gettrace": sys.gettrace}
        names = {n: getattr(steps, n) for n in ("count", "CAP", "Enough")}
        with mock.patch.multiple(steps.Counter, run=steps.Counter.run), mock.patch.multiple(sys, **kept), mock.patch.multiple(steps, **names), \
                mock.patch.object(threading, "settrace", threading.settrace):
            value, n, partial = call(lambda: SPACE["patched"](50), c.filename, c.cap)
            again = call(lambda: SPACE["loop"](50), c.filename, c.cap)
        self.assertEqual((value, partial), (1225, False))
        self.assertGreaterEqual(n, plain)
        self.assertEqual(again, (1225, plain, False))

    def test_a_lost_hook_is_no_count(self):
        for name in ("unhooked", "rehooked"):
            with self.subTest(name), self.assertRaises(steps.Disturbed):
                count(name, 50)
        self.assertIsNone(sys.gettrace())
        self.assertEqual(count("loop", 50), count("loop", 50))


if __name__ == "__main__":
    unittest.main()
