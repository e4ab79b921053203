import assert from "node:assert/strict";
import { test } from "node:test";
import { stateAt } from "../replay.js";
import { runState } from "../runs.js";
import { apply, newState } from "../state.js";
import { Log, display, stream } from "./log.mjs";

const fold = (log, upTo = Infinity) => stateAt(log.records, upTo).state;
const plain = (state) =>
  JSON.parse(JSON.stringify(state, (_, v) => (v instanceof Map ? [...v] : v instanceof Set ? [...v] : v)));

test("a cell runs, prints, and ends", () => {
  const log = new Log();
  log.start("r1", "c1", "print(1)");
  log.output("r1", stream("a"));
  log.output("r1", stream("b\n"));
  log.output("r1", stream("warn", "stderr"));
  const running = fold(log);
  assert.equal(runState(running, running.runs.get("r1")), "running");
  log.finish("r1");
  const run = fold(log).runs.get("r1");
  assert.equal(run.status, "ok");
  assert.deepEqual(
    run.outputs.map((o) => [o.name, o.text]),
    [
      ["stdout", "ab\n"],
      ["stderr", "warn"],
    ],
  );
});

test("later requests wait until the first has ended", () => {
  const log = new Log();
  log.start("r1", "c1", "1");
  log.start("r2", "c2", "2");
  let state = fold(log);
  assert.deepEqual(
    [...state.runs.values()].map((run) => runState(state, run)),
    ["running", "queued"],
  );
  const change = apply(state, log.finish("r1"));
  assert.deepEqual(change.cells, ["cell c1", "cell c2"], "the queued cell is drawn again, because it runs now");
  assert.deepEqual(
    [...state.runs.values()].map((run) => runState(state, run)),
    ["ok", "running"],
  );
});

test("a judged cell waits for its verdict", () => {
  const log = new Log();
  log.start("r1", "c1", "def f(): pass", "solution");
  log.finish("r1", "ok", { judge: true });
  const state = fold(log);
  assert.equal(runState(state, state.runs.get("r1")), "judging");
  apply(state, log.add("verdict", { run: 3, report: { status: "graded" } }, { request: "r1", cell: "c1", own: true }));
  assert.equal(runState(state, state.runs.get("r1")), "ok");
  assert.equal(state.runs.get("r1").verdict, 3);
});

test("a restarted kernel ends what was running", () => {
  const log = new Log();
  log.add("kernel_started", { banner: "one" });
  log.start("r1", "c1", "while True: pass");
  log.start("r2", "c2", "1");
  log.add("kernel_started", { banner: "two" });
  const state = fold(log);
  assert.deepEqual(
    [...state.runs.values()].map((run) => run.status),
    ["lost", "lost"],
  );
  assert.equal(state.open.size, 0);
  assert.equal(state.timeline.at(-1).title, "Kernel restarted");
});

test("a cell that runs again keeps its place and its earlier runs", () => {
  const log = new Log();
  for (const [request, cell, code] of [
    ["r1", "a", "1"],
    ["r2", "b", "2"],
    ["r3", "a", "3"],
  ]) {
    log.start(request, cell, code);
    log.finish(request);
  }
  const state = fold(log);
  assert.deepEqual([...state.cells.keys()], ["cell a", "cell b"]);
  assert.deepEqual(
    state.cells.get("cell a").runs.map((run) => run.code),
    ["1", "3"],
  );
});

test("executions without a cell id stand for themselves", () => {
  const log = new Log();
  log.start("r1", "", "1");
  log.start("r2", "", "1");
  assert.equal(fold(log).cells.size, 2);
});

test("clear_output empties, an update replaces in every cell that shows it", () => {
  const log = new Log();
  log.start("r1", "a", "1");
  log.output("r1", stream("gone"));
  log.output("r1", null, { clear: true });
  log.output("r1", display({ "text/plain": "old" }), { display_id: "d" });
  log.start("r2", "b", "2");
  log.output("r2", display({ "text/plain": "old" }), { display_id: "d" });
  const update = log.output("r2", display({ "text/plain": "new" }), { display_id: "d", update: true });
  const state = fold(log, update.seq - 1);
  const change = apply(state, update);
  assert.deepEqual([...new Set(change.cells)].sort(), ["cell a", "cell b"]);
  for (const run of state.runs.values())
    assert.deepEqual(
      run.outputs.map((o) => [o.data["text/plain"], o.seq]),
      [["new", update.seq]],
    );
});

test("an update after a clear brings nothing back", () => {
  const log = new Log();
  log.start("r1", "a", "1");
  log.output("r1", display({ "text/plain": "old" }), { display_id: "d" });
  log.output("r1", null, { clear: true });
  log.output("r1", display({ "text/plain": "new" }), { display_id: "d", update: true });
  assert.deepEqual(fold(log).runs.get("r1").outputs, []);
});

test("a record that was seen before changes nothing", () => {
  const log = new Log();
  log.start("r1", "a", "1");
  const state = fold(log);
  assert.equal(apply(state, log.records[0]), null);
  assert.equal(state.cells.get("cell a").runs.length, 1);
});

test("replay shows at every record what was live then, going on or going back", () => {
  const log = story();
  const live = newState();
  let moving = null;
  for (const record of log.records) {
    apply(live, record);
    const fresh = stateAt(log.records, record.seq).state;
    moving = stateAt(log.records, record.seq, moving).state;
    assert.deepEqual(plain(fresh), plain(live), `record ${record.seq}`);
    assert.deepEqual(plain(moving), plain(live), `record ${record.seq}, going on`);
  }
  assert.deepEqual(plain(stateAt(log.records, 4, moving).state), plain(fold(log, 4)), "going back");
});

test("what a hostile host sends never throws and makes no strange keys", () => {
  const values = [
    null,
    1,
    "x",
    [],
    {},
    {
      code: {},
      role: [],
      output: 7,
      report: "no",
      step: "x",
      text: null,
      name: 3,
      status: {},
      tags: [1, null],
      banner: {},
      points: "5",
      why: 1,
    },
  ];
  const kinds = [
    "session_started",
    "kernel_started",
    "cell_started",
    "output",
    "cell_finished",
    "magic",
    "verdict",
    "hint",
    "note",
    "score",
    "session_finished",
    "kernel_ended",
    "__proto__",
    "constructor",
    "toString",
    "",
    "future_kind",
  ];
  const log = new Log();
  for (const kind of kinds)
    for (const data of values) log.add(kind, data, { request: "__proto__", cell: "constructor" });
  for (const output of [
    { output_type: "stream", text: {} },
    { output_type: "display_data" },
    { output_type: "error", traceback: "x" },
    { output_type: 5 },
    { output_type: "__proto__" },
  ])
    log.output("__proto__", output);
  const state = fold(log);
  assert.equal(state.seq, log.records.length);
  assert.equal({}.polluted, undefined);
});

test("a long stream is cut and says so", () => {
  const log = new Log();
  log.start("r1", "a", "1");
  for (let i = 0; i < 5; i++) log.output("r1", stream("x".repeat(300_000)));
  const [output] = fold(log).runs.get("r1").outputs;
  assert.equal(output.text.length + output.lost, 1_500_000);
  assert.equal(output.text.length, 1 << 20);
});

function story() {
  const log = new Log();
  log.add("session_started", { challenge: "c", title: "T", minutes: 15 }, { own: true });
  log.add("kernel_started", { banner: "b" }, { after: 10 });
  log.add("magic", { name: "clarify", body: "?" }, { after: 60_000, request: "m1", cell: "q" });
  log.start("r1", "a", "def f(): pass", "solution", 90_000);
  log.output("r1", display({ "text/plain": "old" }), { display_id: "d" });
  log.finish("r1", "ok", { judge: true }, 200);
  log.add("verdict", { run: 1, report: { status: "graded" } }, { own: true, request: "r1", after: 500 });
  log.start("r2", "b", "f()", "test", 5000);
  log.output("r2", display({ "text/plain": "new" }), { display_id: "d", update: true });
  log.output("r1", null, { clear: true });
  log.finish("r2", "error", { ename: "E" });
  log.add("score", { part: "communication", points: 5, why: "w" }, { own: true });
  log.add("hint", { step: 1, of: 3, text: "t" }, { own: true });
  log.add("kernel_started", { banner: "b" }, { after: 10 });
  log.add("session_finished", { why: "" }, { own: true, after: 1000 });
  return log;
}
