// The session as a fold over its records. Live view, replay and reconnect all call apply with records in order of seq
// and get the same state; nothing else ever changes it. Everything in a record that came from the candidate's host is a
// claim and may be malformed: each field is read through a reader that tolerates it.

import { asList, asNumber, asObject, asText } from "./text.js";
import { newAccount, observe } from "./phases.js";
import { addOutput } from "./outputlog.js";
import { finish, log, openRun, touch } from "./runs.js";

/** The empty session. */
export function newState() {
  return {
    seq: 0,
    now: 0,
    began: 0,
    started: null,
    finished: null,
    cells: new Map(),
    order: [],
    last: "",
    runs: new Map(),
    displays: new Map(),
    open: new Set(),
    verdicts: [],
    hints: [],
    notes: [],
    scores: new Map(),
    kernels: [],
    timeline: [],
    account: newAccount(),
  };
}

/**
 * Applies one record and returns what changed: {cells: [key...], topics: [name...]}. A record that was applied before
 * (a reconnect overlaps) changes nothing and gives null.
 */
export function apply(state, record) {
  const seq = asNumber(record.seq);
  if (seq <= state.seq) return null;
  state.seq = seq;
  const moved = observe(state.account, record);
  state.now = state.account.now;
  state.began ||= state.now;
  const step = steps[record.kind];
  const event = {
    seq,
    at: state.now,
    kind: asText(record.kind),
    request: asText(record.request),
    cell: asText(record.cell),
    data: asObject(record.data),
  };
  const change = { cells: [], topics: moved ? ["clock"] : [] };
  if (step) step(state, event, change);
  return change;
}

const steps = Object.assign(Object.create(null), {
  session_started(state, e, change) {
    state.started = {
      challenge: asText(e.data.challenge),
      title: asText(e.data.title),
      mode: asText(e.data.mode),
      policy: asText(e.data.policy),
      version: asText(e.data.version),
      notebook: asText(e.data.notebook),
    };
    log(state, e, "Session started", "", change);
    change.topics.push("session");
  },

  kernel_started(state, e, change) {
    for (const request of state.open) finish(state, state.runs.get(request), { status: "lost" }, e, change);
    state.kernels.push({
      at: e.at,
      seq: e.seq,
      banner: asText(e.data.banner),
      python: asText(e.data.python),
      ended: null,
    });
    log(state, e, state.kernels.length > 1 ? "Kernel restarted" : "Kernel started", asText(e.data.banner), change);
    change.topics.push("kernel");
  },

  kernel_ended(state, e, change) {
    for (const request of state.open) finish(state, state.runs.get(request), { status: "lost" }, e, change);
    const last = state.kernels.at(-1);
    if (last) last.ended = { at: e.at, why: asText(e.data.why) };
    log(state, e, "Kernel ended", asText(e.data.why), change);
    change.topics.push("kernel");
  },

  cell_started(state, e, change) {
    if (e.data.silent === true) return;
    const role = asText(e.data.role);
    openRun(
      state,
      e,
      { code: asText(e.data.code), role, tags: asList(e.data.tags).filter((tag) => typeof tag === "string") },
      change,
    );
  },

  output(state, e, change) {
    const run = state.runs.get(e.request);
    if (run) addOutput(state, run, e, (key) => touch(state, key, e.seq, change));
  },

  cell_finished(state, e, change) {
    const run = state.runs.get(e.request);
    if (!run) return;
    const d = e.data;
    finish(
      state,
      run,
      {
        status: asText(d.status) || "ok",
        count: asNumber(d.execution_count),
        ns: asNumber(d.duration_ns),
        ename: asText(d.ename),
        evalue: asText(d.evalue),
        judge: d.judge === true,
      },
      e,
      change,
    );
    if (d.status === "error") log(state, e, asText(d.ename) || "Error", asText(d.evalue), change, run.key);
  },

  magic(state, e, change) {
    const name = asText(e.data.name);
    const code = [`%${e.data.body ? "%" : ""}${name} ${asText(e.data.args)}`.trim(), asText(e.data.body)]
      .filter(Boolean)
      .join("\n");
    const run =
      state.runs.get(e.request) ||
      openRun(
        state,
        e,
        { code, role: name === "clarify" || name === "plan" ? name : "", tags: [], title: `%${name}` },
        change,
      );
    run.magic = name;
    finish(state, run, { status: "ok" }, e, change);
  },

  verdict(state, e, change) {
    const report = asObject(e.data.report);
    const verdict = {
      seq: e.seq,
      at: e.at,
      run: asNumber(e.data.run, state.verdicts.length + 1),
      final: e.data.final === true,
      report,
      request: e.request,
      cell: e.cell,
    };
    state.verdicts.push(verdict);
    const run = state.runs.get(e.request);
    if (run) {
      Object.assign(run, { verdict: verdict.run, judged: true });
      touch(state, run.key, e.seq, change);
    }
    log(state, e, verdict.run ? `Tests, run ${verdict.run}` : "Not graded", "", change, run && run.key, verdict);
    change.topics.push("tests", "score");
  },

  hint(state, e, change) {
    state.hints.push({
      seq: e.seq,
      at: e.at,
      step: asNumber(e.data.step),
      of: asNumber(e.data.of),
      text: asText(e.data.text),
      cost: asText(e.data.cost),
    });
    log(state, e, `Hint ${asNumber(e.data.step)} given`, asText(e.data.text), change);
    change.topics.push("hints");
  },

  note(state, e, change) {
    state.notes.push({
      seq: e.seq,
      at: e.at,
      text: asText(e.data.text),
      by: asText(e.data.by),
      show: e.data.show === true,
    });
    log(state, e, e.data.show === true ? "Note, shown to the candidate" : "Note", asText(e.data.text), change);
    change.topics.push("notes");
  },

  score(state, e, change) {
    const points = typeof e.data.points === "number" ? e.data.points : null;
    state.scores.set(asText(e.data.part), {
      seq: e.seq,
      at: e.at,
      points,
      why: asText(e.data.why),
      by: asText(e.data.by),
    });
    change.topics.push("score");
  },

  session_finished(state, e, change) {
    state.finished = { seq: e.seq, at: e.at, why: asText(e.data.why) };
    log(state, e, "Session finished", asText(e.data.why), change);
    change.topics.push("session");
  },
});
