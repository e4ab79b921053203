import functools
import unittest
from unittest import mock

import assay
import codec
import driver
import numpy as np
import oracle

TESTS = """
from assay import *
import numpy as np

@public("Example.")
def one(t):
    got = yield t.call("f", 3)
    t.equal(got, t.reference.f(3))

@prop("Drawn.", repeat=2, seconds=0.5)
def drawn(t):
    got = yield t.call("f", t.rng.normal(size=3))
    t.close(got, [0, 0, 0])

@edge("Raises.", isolated=True)
def raising(t):
    e = yield t.raises((ValueError, KeyError), "f", None)
    t.check("no" in e.message, "the message")

@contract("Handles.")
def handles(t):
    h = yield t.new("C", 1)
    yield t.method(h, "fit", np.zeros(2))
    a = yield t.attr(h, "a_")
    seen = yield t.call("f", h, _observe=True)
    t.equal(seen.args, [a])

@growth("rows", sizes=(2, 4))
def rows(t, n):
    return t.call("f", np.zeros(n))

@speed(size="large")
def big(t):
    return t.call("f", np.zeros(9))
"""
SOLUTION = "def f(x):\n    for i in range(len(x)):\n        x[i] = 0\n    return x\n"


def made(tests=TESTS, solution="def f(x):\n    return x\n"):
    return oracle.Oracle(tests, solution)


def reply(tag, *fields):
    return codec.encode(codec.Tagged(tag, *fields))


class Running(unittest.TestCase):
    def setUp(self):
        self.o = made()
        self.n = 0

    def start(self, case, seed=1):
        self.n += 1
        self.key = {"run": self.n, "case": case, "seed": seed}
        return self.o.start(self.key, b"")

    def next(self, doc):
        return self.o.next(self.key, doc)

    def test_list(self):
        head, _ = self.o.list({}, b"")
        self.assertEqual([c["id"] for c in head["cases"]], ["one", "drawn[0]", "drawn[1]", "raising", "handles"])
        self.assertEqual([c["class"] for c in head["cases"]], ["public", "property", "property", "edge", "contract"])
        self.assertEqual(head["cases"][1]["seconds"], 0.5)
        self.assertTrue(head["cases"][3]["isolated"])
        self.assertEqual(head["growths"], [{"name": "rows", "axis": "rows", "sizes": (2, 4), "closed": True}])
        self.assertEqual(head["speeds"], [{"name": "big", "limit": 4.0, "size": "large"}])

    def test_pass_and_fail(self):
        head, doc = self.start("one")
        self.assertEqual((head["op"], head["entry"]), ("call", "f"))
        self.assertEqual(codec.decode(doc).fields[3], [3])
        self.assertEqual(self.next(reply("ok", 3))[0]["outcome"], "pass")
        self.start("one")
        got = self.next(reply("ok", 4))[0]
        self.assertEqual((got["outcome"], got["message"]), ("fail", "the result is 4, expected 3"))
        self.assertEqual(self.o.running, {})

    def test_seeds(self):
        docs = [self.start("drawn[0]", 1)[1], self.start("drawn[0]", 1)[1], self.start("drawn[1]", 1)[1], self.start("drawn[0]", 2)[1], self.start("drawn[0]", 1 + (1 << 40))[1]]
        self.assertEqual(docs[0], docs[1])
        self.assertEqual(len(set(docs)), 4)

    def test_errors(self):
        self.start("one")
        got = self.next(reply("err", ["KeyError", "LookupError"], "'a'", 3))[0]
        self.assertEqual((got["outcome"], got["message"]), ("error", "KeyError: 'a'"))
        for names, message, want in ((["KeyError", "LookupError"], "no", "pass"), (["ValueError"], "yes", "fail"), (["TypeError"], "", "error")):
            self.start("raising")
            self.assertEqual(self.next(reply("err", names, message, 0))[0]["outcome"], want)
        self.start("raising")
        got = self.next(reply("ok", 1))[0]
        self.assertEqual((got["outcome"], got["message"]), ("fail", "no exception, expected ValueError or KeyError"))

    def test_not_data(self):
        self.start("one")
        got = self.next(reply("unsendable", "a value of type x"))[0]
        self.assertEqual((got["outcome"], got["message"]), ("fail", "the result is a value of type x: not plain data"))
        self.start("one")
        self.assertEqual(self.next(codec.U32.pack(3) + b"{,}")[0]["outcome"], "fail")

    def test_words_of_a_forger(self):
        """Whatever is written instead of a reply, it is the answer that fails and not the author."""
        for tag, *fields in (
            ("err", [], "", 0), ("err", None, "", 0), ("err", {"a"}, "", 0), ("err", [1], "", 0), ("err", ["E"], 5, 0),
            ("unsendable", 5), ("unsendable", None),
        ):
            for case in ("one", "raising"):
                with self.subTest(tag=tag, fields=fields, case=case):
                    self.start(case)
                    self.assertEqual(self.next(reply(tag, *fields))[0]["outcome"], "fail")

    def test_answer_that_is_sent_back(self):
        """A value just small enough to come is too deep to be sent inside of another request."""
        o = made("from assay import *\n@basic('x')\ndef a(t):\n    got = yield t.call('f')\n    yield t.call('g', [got])\n")
        key = {"run": 1, "case": "a", "seed": 1}
        value = 1
        for _ in range(codec.MAX_DEPTH - 2):
            value = [value]
        while True:  # as deep as may come at all
            try:
                doc = reply("ok", [value])
            except codec.Unsendable:
                break
            value = [value]
        o.start(key, b"")
        got = o.next(key, reply("ok", value))[0]
        self.assertEqual(got["outcome"], "fail", got)
        self.assertIn("the answer cannot be used", got["message"])

    def test_handles(self):
        _, doc = self.start("handles")
        request = codec.decode(doc)
        self.assertEqual((request.fields[0], request.fields[1], request.fields[5]), ("call", "C", {"keep": 1}))
        _, doc = self.next(reply("ok", None))
        self.assertEqual(codec.decode(doc).fields[:3], ("method", "fit", 1))
        _, doc = self.next(reply("ok", None))
        self.assertEqual(codec.decode(doc).fields[:3], ("attr", "a_", 1))
        _, doc = self.next(reply("ok", 5))
        self.assertIsInstance(codec.decode(doc).fields[3][0], codec.Handle)
        self.assertEqual(self.next(reply("seen", 1, [5], {}))[0]["outcome"], "pass")

    def test_form(self):
        o = made("from assay import *\nimport numpy as np\n@basic('x')\ndef a(t):\n    got = yield t.call('f')\n    t.close(got, np.array([1.0]))\n    t.check(got[0] == 1, 'no')\n")
        key = {"run": 1, "case": "a", "seed": 1}
        o.start(key, b"")
        self.assertEqual(o.next(key, reply("ok", [1.0]))[0]["outcome"], "form")

    def test_broken_comparison(self):
        o = made("from assay import *\n@basic('x')\ndef a(t):\n    got = yield t.call('f')\n    t.check(got['a'] > 1, 'no')\n")
        key = {"run": 1, "case": "a", "seed": 1}
        o.start(key, b"")
        got = o.next(key, reply("ok", 5))[0]
        self.assertEqual(got["outcome"], "fail")
        self.assertIn("tests.py line 5", got["message"])

    def test_reference_gets_copies(self):
        o = made(TESTS, SOLUTION)
        x = np.ones(3)
        np.testing.assert_array_equal(o.reference.f(x), np.zeros(3))
        np.testing.assert_array_equal(x, np.ones(3))

    def test_measures(self):
        o = made(TESTS, SOLUTION)
        head, doc = o.measure({"name": "rows", "size": 4, "run": 1, "seed": 1, "mode": "count"}, b"")
        request = codec.decode(doc)
        self.assertEqual((head["op"], head["last"], request.fields[3][0].shape, request.fields[5]), ("call", True, (4,), {"count": True}))
        a = o.measure({"name": "rows", "size": 20, "run": 1, "seed": 1, "mode": "count"}, b"")[0]["steps"]
        b = o.measure({"name": "rows", "size": 40, "run": 1, "seed": 1, "mode": "count"}, b"")[0]["steps"]
        self.assertGreater(b, 1.8 * a)
        head, doc = o.measure({"name": "big", "run": 1, "seed": 1, "mode": "prepare"}, b"")
        self.assertEqual((head["last"], codec.decode(doc).fields[5]), (True, {"prepare": True}))
        self.assertGreater(o.time({"run": 1}, b"")[0]["ns"], 0)
        o.end({"run": 1}, b"")
        self.assertEqual((o.held, o.measuring), ({}, {}))


CLASS = """
class C:
    def fit(self, x):
        self.a_ = 0
        for v in x:
            self.a_ += 1
        return self

def use(c, n):
    return [c.a_ for i in range(n)]
"""
MEASURES = """
from assay import *
import numpy as np

@growth("rows", sizes=(5, 20))
def fitting(t, n):
    c = yield t.new("C")
    yield t.method(c, "fit", np.ones(n))

@growth("calls", sizes=(5, 20))
def using(t, n):
    c = yield t.new("C")
    yield t.method(c, "fit", np.ones(100 * n), _keep=True)
    a = yield t.attr(c, "a_")
    t.equal(a, 100 * n)
    held = yield t.hold(n)
    yield t.call("use", c, held)

@growth("more", sizes=(1, 2))
def differs(t, n):
    c = yield t.call("use", 0, 0)
    for v in c:
        yield t.call("use", 0, 0)
    yield t.call("use", 0, 0)

@speed(size="fit")
def timed(t):
    c = yield t.new("C")
    yield t.method(c, "fit", np.ones(9))
"""


class Measuring(unittest.TestCase):
    def setUp(self):
        self.o = made(MEASURES, CLASS)

    def begin(self, name, size=5, mode="count"):
        self.key = {"run": 1, "name": name, "size": size, "seed": 1, "mode": mode}
        return self.o.measure(self.key, b"")

    def go_on(self, tag, *fields):
        return self.o.setup(self.key, reply(tag, *fields))

    def test_only_the_last_is_marked(self):
        head, doc = self.begin("using", 7)
        self.assertEqual((head["last"], codec.decode(doc).fields[5]), (False, {"keep": 1}))
        self.assertLess(head["steps"], 50)  # of use, not of the 700 rows that fit saw
        for answer in (None, None, 700, None):
            self.assertFalse(head["last"])
            head, doc = self.go_on("ok", answer)
        request = codec.decode(doc)
        self.assertEqual((head["last"], request.fields[1], request.fields[5]), (True, "use", {"count": True}))
        self.assertIsInstance(request.fields[3][0], codec.Handle)

    def test_a_method_is_counted(self):
        few, many = (self.begin("fitting", n)[0]["steps"] for n in (50, 200))
        self.assertGreater(many, 3 * few)

    def test_a_method_is_timed(self):
        self.begin("timed", 0, "prepare")
        head, doc = self.go_on("ok", None)
        self.assertEqual((head["last"], codec.decode(doc).fields[5]), (True, {"prepare": True}))
        self.assertGreater(self.o.time({"run": 1}, b"")[0]["ns"], 0)

    def test_set_up_that_goes_wrong(self):
        for tag, fields in (("err", (["ValueError"], "no", 0)), ("unsendable", ("a value",))):
            self.begin("using")
            self.assertEqual(self.go_on(tag, *fields)[0]["op"], "result")
        self.begin("using")
        self.go_on("ok", None)
        self.go_on("ok", None)
        self.assertEqual(self.go_on("ok", 5)[0]["op"], "result")  # t.equal in a set-up

    def test_the_reference_says_which_is_last(self):
        self.begin("differs")
        head, doc = self.go_on("ok", [1, 2, 3])
        self.assertTrue(head["last"])


class Authors(unittest.TestCase):
    def test_mistakes(self):
        for source, words in (
            ("from assay import *\n@basic\ndef a(t):\n    yield t.call('f')", "needs the sentence"),
            ("from assay import *\n@basic('')\ndef a(t):\n    yield t.call('f')", "needs the sentence"),
            ("from assay import *\n@prop(' \\n ')\ndef a(t):\n    yield t.call('f')", "needs the sentence"),
            ("from assay import *\n@edge('x', values=False)\ndef a(t):\n    yield t.call('f')", "takes no values=False"),
            ("from assay import *\n@basic('x')\ndef a(t):\n    return t.call('f')", "at least one yield"),
            ("from assay import *\n@basic('x')\ndef a(t):\n    yield 1\nb = basic('y')(a.fn)", "names two tests a"),
        ):
            with self.subTest(words), self.assertRaises(Exception) as caught:
                made(source)
            self.assertIn(words, str(caught.exception))

    def test_values(self):
        o = made("from assay import *\n@prop('x', values=False)\ndef a(t):\n    yield t.raises(ValueError, 'f')\n@contract('x')\ndef b(t):\n    yield t.call('f')\n")
        self.assertEqual([test.values for test, _ in o.cases.values()], [False, True])

    def blamed(self, make, first="tests", line=0):
        try:
            make()
        except Exception as e:  # assertRaises would drop the traceback
            return oracle.blamed(e, first, line)
        self.fail("nothing was raised")

    def test_blamed_when_loading(self):
        head = "from assay import *\n"
        for tests, solution, want in (
            (head + "@basic('x'\n", "", ("tests.py", 2)),
            (head, "x = 1\ndef f(:\n", ("solution.py", 2)),
            (head, "x = 1\ny = 1 / 0\n", ("solution.py", 2)),
            (head + "\n@basic(' ')\ndef a(t):\n    yield t.call('f')\n", "", ("tests.py", 3)),
            (head + "@basic('x')\ndef a(t):\n    yield 1\nb = basic('y')(a.fn)\n", "", ("tests.py", 2)),
            ("import no_such_library\n", "", ("tests.py", 1)),
        ):
            with self.subTest(tests + solution):
                self.assertEqual(self.blamed(lambda: made(tests, solution), "solution"), want)

    def test_blamed_when_running(self):
        o = made("from assay import *\n@basic('x')\ndef a(t):\n    yield 5\n@basic('x')\ndef b(t):\n    t.reference.g()\n    yield\n"
                 "\n@growth('n', sizes=(1, 2))\ndef g(t, n):\n    return t.hold(n)\n@speed()\ndef s(t):\n    return t.no_such()\n",
                 "def g():\n    raise ValueError\n")
        for header, ask, want in (
            ({"case": "a"}, o.start, 4),
            ({"case": "b"}, o.start, 7),
            ({"name": "g", "size": 1, "mode": "count"}, o.measure, 10),
            ({"name": "s", "mode": "prepare"}, o.measure, 15),
        ):
            header = {"run": 1, "seed": 1, **header}
            with self.subTest(header):
                self.assertEqual(self.blamed(lambda: ask(header, b""), line=o.line(header)), ("tests.py", want))

    def test_nobody_is_blamed_for_the_machine(self):
        def missing():
            raise ModuleNotFoundError("No module named 'torch'")

        self.assertEqual(self.blamed(missing, "solution"), ("", 0))

    def test_wrong_yields(self):
        o = made("from assay import *\n@basic('x')\ndef a(t):\n    yield 5\n@basic('x')\ndef b(t):\n    yield t.call('f', print)\n@growth('n', sizes=(1, 2))\ndef g(t, n):\n    return n\n")
        for case in ("a", "b"):
            with self.assertRaises(oracle.AuthorError) as caught:
                o.start({"run": 1, "case": case, "seed": 1}, b"")
            self.assertIn("tests.py line", str(caught.exception))
        with self.assertRaises(oracle.AuthorError):
            o.measure({"name": "g", "size": 1, "run": 1, "seed": 1, "mode": "count"}, b"")

    def test_wrong_measures(self):
        solution = "class C:\n    pass\ndef f(x):\n    return C()\ndef g(x):\n    raise ValueError('no')\ndef h(x):\n    while True:\n        x += 1\n"
        for body, words in (
            ("yield t.call('f', 1)\n    yield t.call('f', 1)", "keep the result"),
            ("yield t.call('g', 1)\n    yield t.call('f', 1)", "ValueError: no"),
            ("yield t.keep('f', 1)\n    yield t.hold(1)", "last request"),
            ("yield t.raises(ValueError, 'g', 1)", "last request"),
            ("yield t.keep('f', 1)\n    t.check(False, 'wrong')", "wrong"),
            ("yield t.library('os', 'getpid')", "os.getpid is of none of the challenge's libraries"),
            ("yield t.call('h', 1)", "steps and more"),
            ("yield 7", "yields int"),
        ):
            o = made(f"from assay import *\n@growth('n', sizes=(1, 2))\ndef m(t, n):\n    {body}\n", solution)
            small = functools.partial(oracle.steps.Counter, cap=1000)
            with self.subTest(words), mock.patch("oracle.steps.Counter", small), self.assertRaises(oracle.AuthorError) as caught:
                o.measure({"name": "m", "size": 1, "run": 1, "seed": 1, "mode": "count"}, b"")
            self.assertIn(words, str(caught.exception))

    def test_library(self):
        tests = "from assay import *\n@basic('x')\ndef a(t):\n    h = yield t.library('numpy.linalg', 'norm', [3, 4])\n    got = yield t.fetch(h)\n    t.equal(got, 5.0)\n"
        o = oracle.Oracle(tests, "def f(x):\n    return x\n", ["numpy"])
        key = {"run": 1, "case": "a", "seed": 1}
        head, doc = o.start(key, b"")
        request = codec.decode(doc)
        self.assertEqual((head["entry"], *request.fields[:2], request.fields[5]), ("", "library", "numpy.linalg.norm", {"keep": 1}))
        runner = driver.Driver()
        self.assertEqual(codec.decode(runner.answer(doc)).tag, "ok")
        _, doc = o.next(key, reply("ok", None))
        self.assertEqual(o.next(key, runner.answer(doc))[0]["outcome"], "pass")
        with self.assertRaises(oracle.AuthorError) as caught:
            made(tests).start(key, b"")
        self.assertIn("tests.py line 4", str(caught.exception))

    def test_names(self):
        for name in ("public", "basic", "edge", "prop", "contract", "growth", "speed"):
            self.assertIn(name, assay.__all__)


if __name__ == "__main__":
    unittest.main()
