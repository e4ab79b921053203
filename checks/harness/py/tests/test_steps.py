import sys
import unittest

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
"""
SPACE = {}
exec(compile(SOURCE, "<counted>", "exec"), SPACE)


def count(name, n, **kw):
    c = steps.Counter("<counted>", **kw)
    c.run(lambda: SPACE[name](n))
    return c.n


class Counting(unittest.TestCase):
    def test_slopes(self):
        for name, slope in (("loop", 1), ("comprehension", 1), ("generator", 1), ("callback", 1), ("whiles", 1), ("nested", 2), ("constant", 0), ("helper", 0)):
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


if __name__ == "__main__":
    unittest.main()
