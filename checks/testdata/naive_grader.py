"""A grader of the usual kind: the answer, the tests and the verdict share one process.

It exists to prove that the attacks in testdata/attacks work where nothing stops them. Called with a mode and a file, it
prints its verdict as the last line: {"passed": n, "total": m}.
"""

import json
import pickle
import sys
import time

import numpy as np
import numpy.testing


def reference_solve(X):
    return X.mean(axis=0)


SEEN = {}


def inputs():
    rng = np.random.default_rng(12)
    return [rng.normal(size=s) for s in ((20, 3), (3, 8), (1, 4), (5, 5))]


def check(mode, solve, X):
    if mode == "mutable":  # expected from the same array, after the call
        got = solve(X)
        expected = reference_solve(X)
    else:
        expected = reference_solve(X)
        began = time.perf_counter()
        got = solve(X)
        if mode == "timed" and time.perf_counter() - began > 1:
            return False
    if mode == "pickle":
        got = pickle.loads(pickle.dumps(got))
    if mode == "eq":
        return bool(np.all(got == expected))
    if mode == "builtins":
        return all(abs(a - b) < 1e-9 for a, b in zip(got, expected)) and len(got) == len(expected)
    numpy.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)
    return True


def main(mode, name):
    if mode == "file":  # tests in a file beside the answer
        with open(name) as f:
            source = f.read()
    source = open(name).read()
    space = {"__name__": "answer"}
    exec(compile(source, "answer.py", "exec"), space)
    passed, tests = 0, inputs()
    for X in tests:
        try:
            passed += bool(check(mode, space["solve"], X))
        except Exception as e:
            print(f"{type(e).__name__}: {e}"[:300], file=sys.stderr)
    print(json.dumps({"passed": passed, "total": len(tests)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
