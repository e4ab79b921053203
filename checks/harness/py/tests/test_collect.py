import ast
import unittest

import collect


def run(*cells, entries=("f",), starter="", roles=()):
    roles = [*roles, *[""] * len(cells)]
    return collect.collect([[f"c{i + 1}", s, roles[i]] for i, s in enumerate(cells)], list(entries), starter)


def value(*cells, call="f(2)", **kw):
    """Collect, execute, and evaluate a call."""
    got = run(*cells, **kw)
    assert got["status"] == "graded", got
    space = {"__name__": "solution"}
    exec(compile(got["source"], "x", "exec"), space)
    return eval(call, space)


class Collecting(unittest.TestCase):
    def test_values(self):
        for name, cells, expected in (
            ("plain", ["def f(x): return x + 1"], 3),
            ("latest wins", ["def f(x): return 0", "def f(x): return x"], 2),
            ("helper in another cell", ["def f(x): return g(x)", "def g(x): return x * 5"], 10),
            ("helper redefined", ["def g(x): return 0", "def f(x): return g(x)", "def g(x): return x * 5"], 10),
            ("helper of a helper", ["def h(x): return x + 1", "def g(x): return h(x)", "def f(x): return g(x)"], 3),
            ("constant", ["N = 7", "def f(x): return x * N"], 14),
            ("constant built from a constant", ["A = 2", "B = A * 3", "def f(x): return B"], 6),
            ("constant at its time", ["A = 2", "B = A", "A = 9", "def f(x): return (A, B)"], (9, 2)),
            ("augmented", ["A = 1", "A += 2", "A += 3", "def f(x): return A"], 6),
            ("rebound after augmented", ["A = 1", "A += 2", "A = 10", "def f(x): return A"], 10),
            ("list built in place", ["L = []", "L.append(1)", "L.extend([2, 3])", "def f(x): return L"], [1, 2, 3]),
            ("dict built in place", ["D = {}", "D['a'] = 1", "def f(x): return D"], {"a": 1}),
            ("table built by a loop", ["T = {}", "for i in range(3):\n    T[i] = i * i", "def f(x): return T[x]"], 4),
            ("default argument", ["K = 4", "def f(x, k=K): return x + k", "K = 100"], 6),
            ("decorator", ["def twice(g):\n    return lambda x: g(g(x))", "@twice\ndef f(x): return x + 1"], 4),
            ("decorator defined later", ["@twice\ndef f(x): return x + 1", "def twice(g):\n    return lambda x: g(g(x))"], 4),
            ("decorator from an import", ["import functools", "@functools.lru_cache(None)\ndef f(x): return x"], 2),
            ("registered", ["import functools", "@functools.singledispatch\ndef f(x): return 0", "@f.register\ndef _(x: int): return 5"], 5),
            ("registered by a decorator", ["S = []", "def step(g):\n    S.append(g)\n    return g", "@step\ndef a(x): return x + 1",
                                           "@step\ndef b(x): return x * 9", "def f(x):\n    for s in S: x = s(x)\n    return x"], 27),
            ("registered by a decorator with arguments", ["S = {}", "def step(n):\n    def put(g):\n        S[n] = g\n        return g\n    return put",
                                                          "@step('a')\ndef a(x): return x + 1", "def f(x): return S['a'](x)"], 3),
            ("registered by a call", ["S = []", "def keep(g): S.append(g)", "def register(g): keep(g)", "def a(x): return x + 1", "register(a)",
                                      "for n in (2, 3): register(n.__add__)", "def f(x): return [s(x) for s in S]"], [3, 4, 5]),
            ("set by a call", ["n = 0", "def init():\n    global n\n    n = 8", "init()", "def f(x): return n"], 8),
            ("altered argument", ["import random\nL = [3, 1, 2]", "import heapq\nheapq.heapify(L)", "def f(x): return L[0]"], 1),
            ("altered by numpy", ["import numpy as np\nA = np.zeros(2)\nB = np.ones(2)", "np.copyto(A, B)", "np.add(A, 1, out=A)", "np.add.at(A, 0, 1)",
                                  "A.sort()", "def f(x): return A.tolist()"], [2.0, 3.0]),
            ("filled", ["import numpy as np\nA = np.zeros(1)\nA.fill(4)", "def f(x): return A[0]"], 4),
            ("attribute set by name", ["class C: pass", "setattr(C, 'n', 6)", "def f(x): return C.n"], 6),
            ("recursion limit", ["import sys\nold = sys.getrecursionlimit()", "sys.setrecursionlimit(20_000)",
                                 "def g(n): return 0 if n == 0 else g(n - 1)", "def f(x): return g(5000)"], 0),
            ("seeded", ["import random", "random.seed(1)", "def f(x): return random.random() < 0.2"], True),
            ("module as a whole", ["import decimal", "decimal.getcontext().prec = 3", "def f(x): return str(decimal.Decimal(1) / 3)"], "0.333"),
            ("attribute of a module", ["import math", "math.answer = 42", "def f(x): return math.answer"], 42),
            ("class", ["class Base:\n    n = 3", "class C(Base):\n    def get(self): return self.n", "def f(x): return C().get()"], 3),
            ("method added later", ["class C: pass", "def get(self): return 8", "C.get = get", "def f(x): return C().get()"], 8),
            ("lambda", ["f = lambda x: x * 3"], 6),
            ("two on a line", ["a = 1; b = 2", "def f(x): return a + b"], 3),
            ("tuple target", ["a, (b, *c) = 1, (2, 3, 4)", "def f(x): return [a, b, c]"], [1, 2, [3, 4]]),
            ("import as", ["import math as m", "def f(x): return m.floor(2.5)"], 2),
            ("star import", ["from math import *", "def f(x): return floor(2.5)"], 2),
            ("import with a fallback", ["try:\n    import nosuchmodule as n\nexcept ImportError:\n    n = None", "def f(x): return n"], None),
            ("conditional", ["import sys", "if sys.version_info > (2,):\n    V = 1\nelse:\n    V = 0", "def f(x): return V"], 1),
            ("global counter", ["count = 0", "def f(x):\n    global count\n    count += 1\n    return count"], 1),
            ("comprehension", ["N = 3", "def f(x): return [i for i in range(N)]"], [0, 1, 2]),
            ("shadowed by a comprehension", ["for i in range(3): pass", "S = [i for i in range(2)]", "def f(x): return S"], [0, 1]),
            ("future import in a late cell", ["X = 1", "from __future__ import annotations", "def f(x: nothing) -> nowhere: return X"], 1),
            ("walrus", ["if (W := 5) > 3: pass", "def f(x): return W"], 5),
            ("with", ["import contextlib", "with contextlib.nullcontext(4) as W: pass", "def f(x): return W"], 4),
            ("annotation", ["Vector = list", "def f(x: Vector) -> Vector: return x"], 2),
            ("annotated constant", ["N: int = 5", "def f(x): return N"], 5),
            ("type alias for the signature", ["from typing import List", "def f(x: 'List[int]'): return x"], 2),
        ):
            with self.subTest(name):
                self.assertEqual(value(*cells), expected)

    def test_left_behind(self):
        got = run(
            "import numpy as np\nimport matplotlib.pyplot as plt\nX = [1, 2]\nprint(X)",
            "def f(x):\n    return np.sum(x)",
            "assert f(X) == 3\nfor x in X:\n    print(f(x))\nplt.plot(X)\nf(X)",
            "if __name__ == '__main__':\n    f(None)",
        )
        self.assertEqual(got["source"], "import numpy as np\n\n\ndef f(x):\n    return np.sum(x)\n")

    def test_trials_of_what_remembers_stay_behind(self):
        got = run(
            "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\nCACHE = {}",
            "def f(x):\n    CACHE[x] = np.sort(x)\n    return CACHE[x]",
            "f(3)\nprint(f(4))\ny = f(5)\nplt.set_cmap('x')\npd.set_option('display.width', 100)\nnp.sort([2, 1])\nlen(CACHE)",
        )
        self.assertEqual(got["source"], "import numpy as np\nCACHE = {}\n\n\ndef f(x):\n    CACHE[x] = np.sort(x)\n    return CACHE[x]\n")

    def test_local_names_bring_nothing(self):
        got = run("X = open('x')\nn = 1 / 0", "def f(X):\n    n = len(X)\n    return n")
        self.assertEqual(got["source"], "def f(X):\n    n = len(X)\n    return n\n")

    def test_magics(self):
        for name, cells in (
            ("line", ["%matplotlib inline\ndef f(x):\n    return x"]),
            ("shell", ["!pip install x\ndef f(x):\n    return x"]),
            ("help", ["f?\ndef f(x):\n    return x\n??f"]),
            ("inside a block", ["if True:\n    %time y = 1\ndef f(x):\n    return x"]),
            ("assigned", ["files = !ls\nt = %timeit -o 1\ndef f(x):\n    return x"]),
            ("timed cell", ["%%time\ndef f(x):\n    return x"]),
            ("foreign cell", ["%%bash\ndef f(x) { }", "def f(x):\n    return x"]),
            ("own magic", ["%%test\nf = None", "def f(x):\n    return x"]),
            ("percent in an expression", ["A = (7\n% 4)\ndef f(x):\n    return A - 1"]),
            ("percent in a string", ["A = '''\n%time\n'''\ndef f(x):\n    return x if A == '\\n%time\\n' else None"]),
            ("windows lines", ["def f(x):\r\n    return x\r\n"]),
        ):
            with self.subTest(name):
                self.assertEqual(value(*cells), 2)

    def test_lines(self):
        got = run("x = 1\n\n# Why f.\n# More.\n@str\n@repr\ndef f(x):\n    return g(x)", "\n\ndef g(x):\n    return x")
        text = got["source"].split("\n")
        self.assertEqual(text[0], "# Why f.")
        for line, (cell, at) in zip(text, got["lines"]):
            source = {"c1": "x = 1\n\n# Why f.\n# More.\n@str\n@repr\ndef f(x):\n    return g(x)", "c2": "\n\ndef g(x):\n    return x"}[cell].split("\n")
            if line:
                self.assertEqual(line, source[at - 1])
        ast.parse(got["source"])

    def test_several_entries(self):
        got = run("def f(x): return 1\ndef g(x): return 2\ndef h(x): return 3", entries=("f", "g"))
        self.assertEqual(got["defined"], ["f", "g"])
        self.assertNotIn("def h", got["source"])

    def test_unknown_names(self):
        self.assertEqual(run("def f(x): return gone(x) + len(x)")["unknown"], ["gone"])
        self.assertEqual(run("from os import *\ndef f(x): return gone(x)")["unknown"], [])

    def test_plain(self):
        got = run("import sys\n\n\ndef f(x):\n    return sys.\uff4dodules, 'é'")
        self.assertIn("sys.modules, 'é'", got["plain"])
        self.assertIn("\uff4dodules", got["source"])

    def test_packages(self):
        got = run("import os, numpy.linalg as la\nfrom torch import nn", "def f(x): return la, nn, os")
        self.assertEqual([i[0] for i in got["imports"]], ["numpy", "torch"])


class Statuses(unittest.TestCase):
    def check(self, got, status, message, line=None):
        self.assertEqual(got["status"], status, got)
        self.assertIn(message, got["message"])
        if line is not None:
            self.assertEqual(got["line"], line)

    def test_nothing_yet(self):
        self.check(run(), "not_started", "no cell defines f yet")
        self.check(run("x = 1", entries=("f", "g")), "not_started", "f or g")
        for source in ("def pairwise_distance(X): return X", "Pairwise_Distances = 1", "class pairwise_distances2: pass"):
            with self.subTest(source):
                self.check(run(source, entries=("pairwise_distances",)), "not_started", "; the tests call pairwise_distances")
        self.assertNotIn("call", run("def distances(X): return X", entries=("pairwise_distances",))["message"])

    def test_stubs(self):
        for body in ("pass", "...", "'''Doc.'''", "'''Doc.'''\n    pass", "raise NotImplementedError", "raise NotImplementedError('later')", "return None", "return"):
            with self.subTest(body):
                self.check(run(f"def f(x):\n    {body}"), "not_started", "still to be written")
        self.check(run("class f:\n    '''Doc.'''\n    def a(self): pass\n    def b(self): ..."), "not_started", "still")

    def test_not_stubs(self):
        for source in ("def f(x):\n    return 0", "f = None or max", "class f:\n    def a(self): pass\n    def b(self): return 1"):
            with self.subTest(source):
                self.assertEqual(run(source)["status"], "graded")

    def test_starter(self):
        starter = "def f(x):\n    y = 1\n    return y\n"
        self.check(run("# mine\n" + starter, starter=starter), "not_started", "still")
        self.assertEqual(run(starter.replace("1", "2"), starter=starter)["status"], "graded")

    def test_syntax(self):
        self.check(run("def f(x:\n    return x"), "syntax_error", "was never closed", 1)
        self.check(run("x = (", "def f(x):\n    return x +", roles=("", "solution")), "syntax_error", "invalid syntax", 2)

    def test_broken_trial_cells_do_not_matter(self):
        self.assertEqual(run("x = = 1", "def f(x): return x")["status"], "graded")

    def test_broken_solution_cell_matters(self):
        self.check(run("def f(x): return x", "def g(x): return (", roles=("", "solution")), "syntax_error", "never closed")

    def test_what_is_told_of_names_is_bounded(self):
        uses = "\n".join(f"    {'z' * 1000}{i}" for i in range(300))
        imports = "\n".join(f"    import {'q' * 1000}{i}" for i in range(300))
        got = run(f"def f(x):\n{imports}\n{uses}\n    return x")
        self.assertEqual(got["status"], "graded")
        for told in (got["unknown"], [m for m, _, _ in got["imports"]]):
            self.assertEqual(len(told), 200)
            self.assertLessEqual(max(map(len, told)), 200)

    def test_hostile_text(self):
        for source in ("(" * 10_000, "x = " + "-" * 100_000 + "1", "\0def f(x): return x", "def f(x): return " + "[" * 300, "a" * 2_000_000 + "\ndef f(x): 1", "f = " + "1+" * 50_000 + "1"):
            with self.subTest(source[:20]):
                self.assertIn(run(source)["status"], ("syntax_error", "not_started", "graded"))


if __name__ == "__main__":
    unittest.main()
