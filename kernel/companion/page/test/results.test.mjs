import assert from "node:assert/strict";
import { test } from "node:test";
import { classesOf, testsOf } from "../results.js";

const c = (id, outcome, message = "") => ({ id, class: "property", outcome, message, guards: "g" });

test("cases of one test are one line with its worst outcome and the first bad message", () => {
  const tests = testsOf({
    correctness: {
      cases: [
        c("a", "pass"),
        c("p[0]", "pass"),
        c("p[1]", "fail", "one"),
        c("p[2]", "error", "two"),
        c("p[3]", "form"),
        c("q[0]", "pass"),
        c("q[1]", "pass"),
      ],
    },
  });
  assert.deepEqual(
    tests.map((t) => [t.id, t.outcome, t.message, t.passed, t.total]),
    [
      ["a", "pass", "", 1, 1],
      ["p", "error", "one", 1, 4],
      ["q", "pass", "", 2, 2],
    ],
  );
});

test("an outcome that is not known is not a pass", () => {
  for (const outcome of ["__proto__", "future", "", null, 5])
    assert.notEqual(testsOf({ correctness: { cases: [c("a", outcome)] } })[0].outcome, "pass");
});

test("classes come in the rubric's order, public first, even when the report lists it apart", () => {
  const report = {
    public: { passed: 1, total: 2 },
    correctness: {
      classes: [
        { name: "new", passed: 0, total: 1 },
        { name: "contract", passed: 1, total: 1 },
        { name: "basic", passed: 3, total: 4 },
        { name: "none", passed: 0, total: 0 },
      ],
    },
  };
  assert.deepEqual(
    classesOf(report).map((k) => `${k.name} ${k.passed}/${k.total}`),
    ["public 1/2", "basic 3/4", "contract 1/1", "new 0/1"],
  );
});

test("a report without results has none", () => {
  for (const report of [{}, { correctness: null }, { correctness: { classes: "x", cases: [null, 1] } }])
    assert.deepEqual(classesOf(report), []);
});
