import assert from "node:assert/strict";
import { test } from "node:test";
import { newAccount, observe, phaseOf, phases, range, reading, standing } from "../phases.js";
import { Log } from "./log.mjs";

const minute = 60_000;
const account = (log) => log.records.reduce((a, record) => (observe(a, record), a), newAccount());

test("time that ends with a run belongs to the phase of the cell that ran", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "a", "", "clarify", 2 * minute);
  log.start("2", "b", "", "plan", 4 * minute);
  log.start("3", "c", "def f(): pass", "solution", 10 * minute);
  log.start("4", "d", "%%test\nf()", "", 3 * minute);
  log.start("5", "e", "scratch", "", minute);
  const now = reading(account(log));
  assert.deepEqual(now, {
    phase: "test",
    spent: { clarify: 2 * minute, plan: 4 * minute, code: 10 * minute, test: 4 * minute },
    total: 20 * minute,
  });
});

test("going back to an earlier phase gives it the time, and what is expected next follows", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "c", "", "solution", 5 * minute);
  log.start("2", "a", "", "clarify", 2 * minute);
  const a = account(log);
  assert.equal(a.phase, "code");
  assert.deepEqual(a.spent, { clarify: 2 * minute, plan: 0, code: 5 * minute, test: 0 });
});

test("a judged cell without a role is code", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "a", "def f(): pass", "", 3 * minute);
  log.finish("1", "ok", { judge: true }, 1000);
  assert.equal(account(log).spent.code, 3 * minute + 1000);
});

test("events that arrive late count when they happened", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "a", "", "clarify", minute);
  const late = log.records[1];
  late.received = new Date(Date.parse(late.received) + 10 * minute).toISOString();
  assert.equal(account(log).spent.clarify, minute);
});

test("a lying monotonic clock never moves time backwards or past the arrival", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "a", "", "clarify", minute);
  log.records[1].mono = 1e18;
  log.start("2", "b", "", "plan", minute);
  log.records[2].mono = -5;
  const a = account(log);
  assert.ok(a.spent.clarify >= 0 && a.spent.clarify <= minute);
  assert.ok(a.spent.plan >= 0 && a.spent.plan <= 2 * minute);
});

test("the companion's clock wins and goes on by the reader's own", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.start("1", "a", "", "clarify", 2 * minute);
  const now = reading(account(log), { phase: "plan", in_phase_ms: 30_000, total_ms: 150_000 }, 5000);
  assert.deepEqual([now.phase, now.spent.plan, now.spent.clarify, now.total], ["plan", 35_000, 2 * minute, 155_000]);
});

test("a finished session stands still", () => {
  const log = new Log();
  log.add("kernel_started", {});
  log.add("session_finished", {}, { own: true, after: 5 * minute });
  log.start("1", "a", "", "plan", minute);
  const now = reading(account(log), { phase: "finished", in_phase_ms: 0, total_ms: 5 * minute }, 60_000);
  assert.deepEqual([now.phase, now.total], ["finished", 5 * minute]);
  assert.equal(reading(account(log)).total, 5 * minute);
});

test("ranges follow the question's length and the companion's budget", () => {
  const code = phases[2];
  const cases = [
    [[0, 0], 12, 18],
    [[25, 0], 12, 18],
    [[30, 0], 12, 18],
    [[15, 0], 12, 18],
    [[40, 0], 16, 24],
    [[25, 36 * minute], 24, 36],
  ];
  for (const [[minutes, budget], low, high] of cases)
    assert.deepEqual(range(code, minutes, budget), { low: low * minute, high: high * minute }, `${minutes} ${budget}`);
  assert.deepEqual(
    [0, 11, 12, 18, 19].map((used) => standing(used * minute, range(code))),
    ["", "before", "within", "within", "past"],
  );
});

test("a cell's phase comes from its role or its magic", () => {
  const cases = [
    ["solution", "", "code"],
    ["test", "", "test"],
    ["", "%%plan\nx", "plan"],
    ["", "  %%test", "test"],
    ["help", "", ""],
    ["__proto__", "", ""],
    ["", "x = '%%plan'", ""],
  ];
  for (const [role, code, want] of cases) assert.equal(phaseOf(role, code), want, `${role} ${code}`);
});
