"""The oracle: runs the challenge author's tests.py and solution.py, and nothing of a candidate's.

It speaks with the grader over stdin and stdout: u32 length, u32 header length, JSON header, attachment. The attachment
is a codec document: the call to send on, or the answer that came back (already checked for form by the grader).
"""

import functools
import inspect
import json
import os
import struct
import sys
import time
import traceback
import types

import numpy as np

import codec
import driver
import libraries
import locks
import seal
import steps
import tables  # noqa: F401  registers itself with codec
from assay import Growth, Observed, Raised, Reference, Request, Speed, T, Test
from compare import Fail, alike

U32 = struct.Struct("<I")


class AuthorError(Exception):
    """tests.py or solution.py is wrong, not the candidate. The line, of tests.py, is for what no traceback shows."""

    def __init__(self, message, line=0):
        super().__init__(message)
        self.line = line


def load(name, source):
    """Execute author code as a module."""
    module = types.ModuleType(name)
    module.__file__ = f"<{name}>"
    sys.modules[name] = module
    exec(compile(source, f"<{name}>", "exec"), module.__dict__)
    return module


def where(e, name):
    """Say the deepest line of a module in a traceback."""
    line = deepest(e, name)
    return f" ({name}.py line {line})" if line else ""


def deepest(e, name):
    """Return the deepest line of a module in a traceback, 0 when it has none."""
    lines = [f.lineno for f in traceback.extract_tb(e.__traceback__) if f.filename == f"<{name}>"]
    return lines[-1] if lines else 0


def blamed(e, first, line=0):
    """Return the author's file and line that an error is about: of two, the first. Without any, that line of tests.py."""
    if isinstance(e, SyntaxError) and e.filename in ("<tests>", "<solution>"):
        return e.filename[1:-1] + ".py", e.lineno or 0
    if isinstance(e, AuthorError) and e.line:
        return "tests.py", e.line
    for name in (first, "tests", "solution"):
        if at := deepest(e, name):
            return f"{name}.py", at
    return ("tests.py", line) if line else ("", 0)


def author_error(e, name, file, line):
    """Say what an author did wrong; file is empty when none of theirs is to blame."""
    return {"op": "author_error", "message": one_line(e) + where(e, name), "file": file, "line": line}, b""


def one_line(e, limit=400):
    text = " ".join(f"{type(e).__name__}: {e}".split())
    return text[:limit]


class Case:
    """A test that is being run: its generator, and the request that waits for an answer."""

    def __init__(self, t, generator):
        self.t = t
        self.generator = generator
        self.request = None

    def advance(self, value=None):
        """Run the test to its next request; returns the header and attachment of the answer."""
        first = self.request is None
        try:
            with np.errstate(all="ignore"):
                self.request = self.generator.send(value)
            return self.call(first)
        except StopIteration:
            return result("form", self.t.form) if self.t.form else result("pass")
        except Fail as e:
            return result("fail", str(e))
        except AuthorError:
            raise
        except Exception as e:
            if first:  # nothing of the candidate's is involved yet
                raise
            # The comparison itself broke, on a value that the author did not expect. Whether that is the candidate's
            # fault is known after one look at the same test with the reference's answers: `assay verify` does that.
            return result("fail", f"the answer could not be compared: {one_line(e)}{where(e, 'tests')}")

    def call(self, first):
        """Return the request that the test has just yielded; in all but the first may be a value of the candidate's."""
        r = self.request
        line = self.generator.gi_frame.f_lineno
        at = f" (tests.py line {line})"
        if not isinstance(r, Request):
            raise AuthorError(f"yields {type(r).__name__}, not a request of t{at}", line)
        if r.op == "library" and r.name.partition(".")[0] not in self.t.libraries:
            raise AuthorError(f"{r.name} is of none of the challenge's libraries{at}", line)
        try:
            return {"op": "call", "entry": r.name if r.op == "call" else "", "last": False}, encode_request(r)
        except codec.Unsendable as e:
            if not first:
                return result("fail", f"the answer cannot be used: {e}{at}")
            raise AuthorError(f"cannot send {e}{at}", line) from None

    def answer(self, doc):
        """Take the runner's answer to the request."""
        try:
            end, value = self.read(codec.decode(doc))
        except codec.Malformed as e:
            return result("fail", f"the answer is not plain data: {e}")
        return end or self.advance(value)

    def read(self, reply):
        """Return the result that a reply ends the case with, or None and the value that the test goes on with."""
        expected, fields = self.request.raises, reply.fields
        if reply.tag == "err":
            names, message = self.raised(*fields)
            if expected and any(n in expected for n in names):
                return None, Raised(names, message)
            return result("error", f"{names[0]}: {message}" if message else names[0]), None
        if expected:
            return result("fail", f"no exception, expected {' or '.join(expected)}"), None
        if reply.tag == "unsendable" and isinstance(fields[0], str):
            return result("fail", f"the result is {fields[0]}: not plain data"), None
        if self.request.opts.get("keep"):
            return None, codec.Handle(self.request.opts["keep"])
        return None, Observed(*fields) if reply.tag == "seen" else fields[0]

    @staticmethod
    def raised(names, message, line):
        """Check what a runner says of an exception: it may have been written by the answer."""
        if not (isinstance(names, list) and names and all(isinstance(n, str) for n in names) and isinstance(message, str)):
            raise codec.Malformed("exception")
        return names, message


class Measured(Case):
    """A growth or speed function on its way: all requests but the last are set-up, the last one is counted or timed.

    How many there are is known once the reference has been through it; last is 0 until then.
    """

    def __init__(self, t, made, mode, last=0):
        super().__init__(t, made if inspect.isgenerator(made) else iter_once(made))
        self.mode, self.last, self.asked, self.steps = mode, last, 0, 0
        self.value = ()  # what the last request returned, of the reference; empty if that is nothing to compare

    def call(self, first):
        self.asked += 1
        head, doc = super().call(first)
        if self.asked != self.last:
            return head, doc
        self.request.opts[self.mode] = True
        return {**head, "last": True}, encode_request(self.request)


def iter_once(request):
    """Make a generator of the request that a plain growth or speed function returns."""
    yield request


def encode_request(r):
    """Encode a request as the runner reads it."""
    handle = r.handle.id if isinstance(r.handle, codec.Handle) else None
    return codec.encode(codec.Tagged("req", r.op, r.name, handle, r.args, r.kwargs, r.opts))


def result(outcome, message=None):
    return {"op": "result", "outcome": outcome, "message": message or ""}, b""


class Oracle:
    """Everything about one challenge."""

    def __init__(self, tests, solution, libraries=()):
        self.libraries = frozenset(libraries)
        self.solution = load("solution", solution)
        self.tests = load("tests", tests)
        self.reference = Reference(self.solution)
        found = [v for v in vars(self.tests).values() if isinstance(v, (Test, Growth, Speed))]
        names = [f.name for f in found]
        for i, f in enumerate(found):
            if f.name in names[:i]:
                raise AuthorError(f"tests.py names two tests {f.name}", f.fn.__code__.co_firstlineno)
        self.cases = {}
        for test in found:
            if isinstance(test, Test):
                for i, id in enumerate(test.ids()):
                    self.cases[id] = (test, i)
        self.growths = {f.name: f for f in found if isinstance(f, Growth)}
        self.speeds = {f.name: f for f in found if isinstance(f, Speed)}
        self.running = {}
        self.measuring = {}
        self.held = {}

    def list(self, h, doc):
        """Describe the cases, the growth axes and the speed tests."""
        cases = [
            {"id": id, "class": t.cls, "guards": t.guards, "test": t.name, "seconds": t.seconds or 0, "isolated": t.isolated}
            for id, (t, _) in self.cases.items()
        ]
        growths = [{"name": g.name, "axis": g.axis, "sizes": g.sizes, "closed": g.closed} for g in self.growths.values()]
        speeds = [{"name": s.name, "limit": s.limit, "size": s.size or s.name} for s in self.speeds.values()]
        return {"op": "cases", "cases": cases, "growths": growths, "speeds": speeds}, b""

    def start(self, h, doc):
        """Start a case: its first call, or already its result."""
        test, repetition = self.cases[h["case"]]
        t = T(h["seed"], test.name, repetition, self.reference, self.libraries)
        case = self.running[h["run"], h["case"]] = Case(t, test.fn(t))
        return self.step(h, case.advance)

    def next(self, h, doc):
        """Go on with a case after the runner answered."""
        return self.step(h, lambda: self.running[h["run"], h["case"]].answer(doc))

    def step(self, h, go):
        head, attachment = go()
        if head["op"] == "result":
            self.drop(h, b"")
        return head, attachment

    def drop(self, h, doc):
        """Forget a case that will not go on."""
        self.running.pop((h["run"], h["case"]), None)
        return {"op": "dropped"}, b""

    def measured(self, h, last=0):
        """Begin a growth or speed function."""
        if h["name"] in self.growths:
            f, args, repetition = self.growths[h["name"]], [h["size"]], 0
        else:
            f, args, repetition = self.speeds[h["name"]], [], h.get("size", 0)
        t = T(h["seed"], f.name, repetition, self.reference, self.libraries)
        return Measured(t, f.fn(t, *args), h["mode"], last)

    def measure(self, h, doc):
        """Go through a growth or speed function with the reference, then begin it with the candidate."""
        rehearsed = self.rehearse(h)
        case = self.measuring[h["run"]] = self.measured(h, rehearsed.asked)
        case.value = rehearsed.value
        head, attachment = case.advance()
        return {**head, "steps": rehearsed.steps}, attachment

    def setup(self, h, doc):
        """Go on with a growth or speed function after the runner answered to its set-up."""
        return self.measuring[h["run"]].answer(doc)

    def rehearse(self, h):
        """Run a growth or speed function with the reference; counts the steps of its last request, or prepares it."""
        case = self.measured(h)
        own = driver.Driver()
        own.space = vars(self.solution)
        head, doc = case.advance()
        unsent = ""
        while head["op"] == "call":
            if unsent:
                raise AuthorError(f"{h['name']}: {unsent}: keep the result of a set-up as a handle")
            counter = steps.Counter()
            with np.errstate(all="ignore"):
                answer = functools.partial(own.answer, doc)
                reply = counter.run(answer) if h["mode"] == "count" else answer()
            if counter.partial:
                raise AuthorError(f"{h['name']}: the reference takes {counter.n} steps and more: measure smaller sizes")
            told = codec.decode(reply)
            case.value = tuple(told.fields) if told.tag == "ok" and not case.request.opts.get("keep") else ()
            if told.tag == "unsendable":  # nobody asks for the value of the last request
                unsent, reply = told.fields[0], codec.encode(codec.Tagged("ok", None))
            case.steps = counter.n
            head, doc = case.answer(reply)
        self.accept(h["name"], case, head)
        if h["mode"] == "prepare":
            case.request.opts["prepare"] = True
            own.answer(encode_request(case.request))
            self.held[h["run"]] = own.again_call
        return case

    def accept(self, name, case, head):
        """Refuse what an author may not measure."""
        if case.t.form or head["outcome"] != "pass":
            raise AuthorError(f"{name}, with the reference: {head['message']}")
        if case.request.op not in ("call", "method", "library") or case.request.raises:
            raise AuthorError(f"{name}: what is measured is the last request, a t.call, t.method or t.library")

    def agrees(self, h, doc):
        """Compare what the measured call returned with the reference's result."""
        wanted = self.measuring[h["run"]].value
        if not (self.growths.get(h["name"]) or self.speeds[h["name"]]).values:
            return result("pass")
        if not wanted or not alike(*wanted, *wanted):  # nothing to compare, or nothing that can be compared
            return result("pass")
        try:
            reply = codec.decode(doc)
            good = reply.tag == "ok" and alike(*reply.fields, *wanted)
        except Exception:
            good = False
        return result("pass" if good else "fail")

    def time(self, h, doc):
        """Make the held call once."""
        with np.errstate(all="ignore"):
            began = time.perf_counter_ns()
            self.held[h["run"]]()
            ns = time.perf_counter_ns() - began
        return {"op": "timed", "ns": ns}, b""

    def line(self, h):
        """Return where the function begins that a request is about, 0 when it is about none."""
        test, _ = self.cases.get(h.get("case"), (None, 0))
        f = test or self.growths.get(h.get("name")) or self.speeds.get(h.get("name"))
        return f.fn.__code__.co_firstlineno if f else 0

    def end(self, h, doc):
        """Forget everything about one run."""
        self.held.pop(h["run"], None)
        self.measuring.pop(h["run"], None)
        for key in [k for k in self.running if k[0] == h["run"]]:
            del self.running[key]
        return {"op": "ended"}, b""


def read(fd, n):
    parts = []
    while n:
        part = os.read(fd, min(n, 1 << 20))
        if not part:
            sys.exit(0)
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def receive(fd):
    (length,) = U32.unpack(read(fd, 4))
    body = read(fd, length)
    (n,) = U32.unpack_from(body, 0)
    return json.loads(body[4 : 4 + n]), body[4 + n :]


def send(fd, header, attachment=b""):
    head = json.dumps(header).encode()
    data = memoryview(U32.pack(4 + len(head) + len(attachment)) + U32.pack(len(head)) + head + attachment)
    while data:
        data = data[os.write(fd, data):]


def serve(fd_in, fd_out):
    """Load the challenge, then answer requests until the grader goes away."""
    hello, _ = receive(fd_in)
    os.environ["TMPDIR"] = hello["scratch"]
    locks.first_to_go(400)
    seal.seal(hello["scratch"])
    try:
        libraries.load(hello["imports"])
        libraries.rehearse()
        oracle = Oracle(hello["tests"], hello["solution"], hello["imports"])
    except Exception as e:
        name = "solution" if where(e, "solution") else "tests"
        send(fd_out, *author_error(e, name, *blamed(e, "solution")))
        return
    answer = oracle.list({}, b"")
    while True:
        send(fd_out, *answer)
        header, doc = receive(fd_in)
        try:
            answer = getattr(oracle, header["op"])(header, doc)
        except Exception as e:
            answer = author_error(e, "tests", *blamed(e, "tests", oracle.line(header)))


def main():
    # Whatever the author prints must not get between the frames.
    fd_in, fd_out = os.dup(0), os.dup(1)
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    serve(fd_in, fd_out)

