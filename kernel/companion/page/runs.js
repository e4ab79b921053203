// The runs of cells within a state, and the state's timeline. Called by the steps of state.js alone.

import { place } from "./order.js";

/** Begins a run of a cell; the cell is made when it is new. */
export function openRun(state, e, { code, role, tags, title = role || "cell" }, change) {
  const key = e.cell ? `cell ${e.cell}` : `request ${e.request || e.seq}`;
  let cell = state.cells.get(key);
  if (!cell) {
    state.cells.set(key, (cell = { key, id: e.cell, role: "", runs: [], seq: 0 }));
    place(state.order, key, e.cell, state.last, (other) => state.cells.get(other).id);
  }
  state.last = key;
  if (role) cell.role = role;
  const run = {
    key,
    seq: e.seq,
    at: e.at,
    request: e.request,
    code,
    role,
    tags,
    outputs: [],
    dropped: 0,
    status: "",
    count: 0,
    ns: 0,
    ename: "",
    evalue: "",
    judge: false,
    judged: false,
    verdict: 0,
    magic: "",
    number: cell.runs.length + 1,
  };
  cell.runs.push(run);
  if (e.request) {
    state.runs.set(e.request, run);
    state.open.add(e.request);
  }
  log(state, e, `Ran ${title}${cell.runs.length > 1 ? " again" : ""}`, code, change, key);
  state.timeline.at(-1).before = cell.runs.length > 1 ? cell.runs.at(-2).code : null;
  touch(state, key, e.seq, change);
  return run;
}

/** Ends a run. The next one in the queue runs now, so its cell looks different too. */
export function finish(state, run, result, e, change) {
  Object.assign(run, result);
  state.open.delete(run.request);
  touch(state, run.key, e.seq, change);
  const next = state.open.values().next().value; // it was queued and now runs
  if (next !== undefined) touch(state, state.runs.get(next).key, e.seq, change);
}

/** Marks a cell as changed by record seq. Two states of a cell with the same seq are equal, live or replayed. */
export function touch(state, key, seq, change) {
  const cell = state.cells.get(key);
  if (!cell) return;
  cell.seq = seq;
  change.cells.push(key);
}

/** Adds an entry to the timeline. */
export function log(state, e, title, detail, change, key = "", verdict = null) {
  state.timeline.push({ seq: e.seq, at: e.at, kind: e.kind, title, detail, before: null, key, verdict });
  change.topics.push("timeline");
}

/** What a run is doing: running, queued (an earlier one still runs), judging (tests were asked for), or its end. */
export function runState(state, run) {
  if (run.status === "") return state.open.values().next().value === run.request ? "running" : "queued";
  if (run.judge && !run.judged && !state.finished && run.status === "ok") return "judging";
  return run.status;
}
