import assert from "node:assert/strict";
import { test } from "node:test";
import { evidence } from "../evidence.js";
import { stateAt } from "../replay.js";
import { bodyOf, written } from "../written.js";
import { Log } from "./log.mjs";

const facts = (log) => {
  const { problem_solving, communication } = evidence(stateAt(log.records, Infinity).state);
  return { problem_solving: problem_solving.map((f) => f.text), communication: communication.map((f) => f.text) };
};
const graded = (fluency, passed) => ({
  status: "graded",
  fluency: { points: fluency },
  correctness: { classes: [{ name: "basic", passed, total: 2 }] },
});

test("an empty session has no facts", () => {
  assert.deepEqual(facts(new Log()), { problem_solving: [], communication: [] });
});

test("what was not done is said plainly and without a time", () => {
  const log = new Log();
  log.start("r1", "a", "def f(): pass", "solution");
  log.finish("r1");
  assert.deepEqual(facts(log), {
    problem_solving: ["No Plan cell was run", "No cell of their own tried the answer yet"],
    communication: ["No Clarify cell was run", "No Plan cell was run"],
  });
});

test("plan, own test, steps, repair and first right then better are found", () => {
  const log = new Log();
  log.start("q", "q", "%%clarify\nNaN? no", "clarify", 1000);
  log.start("p", "p", "%%plan\nloop first", "plan", 1000);
  log.start("r1", "a", "one\ntwo", "solution", 1000);
  log.finish("r1", "error", { ename: "TypeError" });
  log.start("r2", "a", "one\n2", "solution", 1000);
  log.finish("r2", "ok", { judge: true });
  log.add("verdict", { run: 1, report: graded(10, 2) }, { own: true, request: "r2" });
  log.add("hint", { step: 1, of: 3, text: "h" }, { own: true });
  log.start("t", "t", "f()", "", 1000);
  log.start("r3", "a", "1\n2\n3", "solution", 1000);
  log.add("verdict", { run: 2, report: graded(25, 1) }, { own: true, request: "r3" });
  log.add("verdict", { run: 3, report: graded(25, 2) }, { own: true, request: "r3" });
  assert.deepEqual(facts(log), {
    problem_solving: [
      "Wrote a plan",
      "After TypeError: changed +1 \u22121",
      "Tried the answer in a cell of their own",
      "3 versions of the answer; the largest change was +2 \u22121",
      "Every test passed in run 1; run 3 kept that with more Fluency",
    ],
    communication: ["Clarify: NaN? no", "Plan: loop first", "Hint 1; the next version changed +2 \u22121"],
  });
});

const cell = (log, name, body, cell = name) => log.add("magic", { name, body, answer: true }, { request: body, cell });
const solved = (log, code = "def solve(x):\n    return x", status = "graded") => {
  const request = `s${log.records.length}`;
  log.start(request, "a", code, "solution");
  log.finish(request, "ok", { judge: true });
  log.add("verdict", { run: 1, report: { status } }, { own: true, request });
};

test("templates that were run as they were handed out are no facts", () => {
  const log = new Log();
  cell(log, "clarify", "- ");
  cell(log, "plan", "Input and output: \nApproach: \nEdge cases: \nHow I will check it: ");
  cell(log, "plan", "", "other");
  solved(log, "def solve(x):\n    raise NotImplementedError", "not_started");
  solved(log);
  log.start("t", "t", "%%test\n# x = [1, 2]\n# solve(x)", "test");
  log.start("h", "h", "# Take the # away from one of these lines and run the cell.\n# %hint", "help");
  log.start("i", "i", "# assay: slug\nimport numpy as np");
  assert.deepEqual(facts(log), {
    problem_solving: ["Nothing was written into the Plan cell", "No cell of their own tried the answer yet"],
    communication: ["Nothing was written into the Clarify cell", "Nothing was written into the Plan cell"],
  });
});

test("a form that was filled in later counts from then, and one that was emptied again stays written", () => {
  const log = new Log();
  cell(log, "plan", "Approach: ");
  cell(log, "plan", "Approach: sort once\nEdge: ");
  cell(log, "plan", "Approach: ");
  solved(log);
  const [plan] = evidence(stateAt(log.records, Infinity).state).problem_solving.filter((f) => f.at !== null);
  assert.deepEqual([plan.text, plan.seq], ["Wrote a plan", 2]);
  assert.ok(facts(log).communication.includes("Plan: Approach: sort once Edge:"));
});

test("what tries the answer is found by the answer's name, wherever code can say it", () => {
  const tried = (...codes) => {
    const log = new Log();
    log.start("early", "e", "def check():\n    assert solve(1) == 1");
    solved(log);
    codes.forEach((code, i) => log.start(`t${i}`, `t${i}`, code));
    return facts(log).problem_solving.includes("Tried the answer in a cell of their own");
  };
  for (const code of ["print(solve(2))", "%timeit solve(2)", 'print(f"{solve(2)}")', "%%test\nsolve(2)", "check()"])
    assert.equal(tried(code), true, code);
  for (const code of ["# solve(2)", "'solve(2)'", "x = 1", "resolve(2)", "%%test", ""])
    assert.equal(tried(code), false, code);
});

test("a test of the starter is no test of the answer", () => {
  const log = new Log();
  solved(log, "def solve(x):\n    raise NotImplementedError", "not_started");
  log.start("t", "t", "solve(1)", "test");
  assert.ok(facts(log).problem_solving.includes("No cell of their own tried the answer yet"));
  solved(log, "solve = sorted");
  log.start("t2", "t", "y = 1");
  const { seq } = log.start("t3", "t", "solve([1])", "test");
  const own = evidence(stateAt(log.records, Infinity).state).problem_solving;
  assert.equal(own.find((f) => f.text === "Tried the answer in a cell of their own").seq, seq);
});

// the cases of TestAFormIsNoNote, which the companion decides
test("a form is no note, by the companion's rule", () => {
  for (const [body, want] of [
    ["", false],
    ["- \n", false],
    ["Approach: \nEdge cases:\n", false],
    ["Approach: sort once\nEdge:\n", true],
    ["- how large can n become?\n- \n", true],
    ["\u0085\u00a0\n", false],
    ["# only a comment", true],
    ["-".repeat(1000) + " ".repeat(100_000) + ":", false],
  ])
    assert.equal(written(body), want, JSON.stringify(body.slice(0, 40)));
  assert.equal(bodyOf("%%plan quick\n  a\nb"), "  a\nb");
  assert.equal(bodyOf("%plan"), "");
});

test("the same error that comes back at once is said", () => {
  const log = new Log();
  for (const [request, code] of [
    ["r1", "a"],
    ["r2", "b"],
  ]) {
    log.start(request, "c", code, "solution");
    log.finish(request, "error", { ename: "KeyError" });
  }
  assert.ok(facts(log).problem_solving.includes("After KeyError: changed +1 \u22121; the same error came back"));
});

test("a test after submitting is told apart", () => {
  const log = new Log();
  log.start("r1", "a", "x", "solution");
  log.add("verdict", { run: 1, final: true, report: graded(1, 1) }, { own: true });
  log.start("t", "t", "f()", "test");
  assert.ok(facts(log).problem_solving.includes("Tried the answer in a cell of their own, after submitting"));
});
