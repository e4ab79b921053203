import assert from "node:assert/strict";
import { test } from "node:test";
import { evidence } from "../evidence.js";
import { stateAt } from "../replay.js";
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
    problem_solving: ["No plan cell was run", "No cell of their own tried the answer yet"],
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
