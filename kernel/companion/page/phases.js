// The phase clock, by the rules of session.Clock on the companion's side, which decides while the page is live. Here it
// is computed from the same records for the phases that the companion does not send and for the past during replay.
//
// A notebook's cell is run when it has been written. So the time that ends with a run belongs to the phase of the cell
// that ran, and from then on the clock shows the phase that is expected next.

import { asNumber, asObject, asText } from "./text.js";

/** The four phases with the usual question's range in minutes. */
export const phases = Object.freeze([
  { id: "clarify", name: "Clarify", low: 2, high: 3 },
  { id: "plan", name: "Plan", low: 3, high: 5 },
  { id: "code", name: "Code", low: 12, high: 18 },
  { id: "test", name: "Test", low: 3, high: 5 },
]);

/** An account of time by phase that has not started. */
export function newAccount() {
  return {
    phase: "",
    minutes: 0,
    started: 0,
    since: 0,
    now: 0,
    spent: { clarify: 0, plan: 0, code: 0, test: 0 },
    done: {},
    plain: "",
    offsets: new Map(),
    moves: [],
  };
}

/** Takes the next record; true when the phase that the clock shows has changed. */
export function observe(account, record) {
  const at = timeOf(account, record);
  const before = account.phase;
  const data = asObject(record.data);
  switch (record.kind) {
    case "session_started":
      account.minutes = asNumber(data.minutes);
      break;
    case "kernel_started":
      start(account, at);
      break;
    case "cell_started":
      cellStarted(account, record, data, at);
      break;
    case "cell_finished":
      // a judged cell without a role defines the entry point, so it is Code
      if (data.judge === true && asText(record.request) === account.plain) ran(account, "code", at);
      break;
    case "magic":
      if (data.name === "clarify" || data.name === "plan") ran(account, data.name, at);
      break;
    case "session_finished":
      finish(account, at);
      break;
  }
  if (account.phase === before) return false;
  account.moves.push({ phase: account.phase, seq: asNumber(record.seq), at });
  return true;
}

/**
 * When a record happened, in ms. A kernel's events can arrive late, so its monotonic clock counts, anchored where its
 * events arrived soonest; time never runs back and never passes the moment of arrival.
 */
function timeOf(account, record) {
  const received = Date.parse(record.received) || account.now;
  let at = received;
  if (asNumber(record.src_seq) > 0 && asNumber(record.mono, -1) >= 0) {
    const mono = record.mono / 1e6;
    const source = asText(record.source);
    const zero = Math.min(received - mono, account.offsets.get(source) ?? Infinity);
    account.offsets.set(source, zero);
    at = zero + mono;
  }
  return (account.now = Math.max(Math.min(at, received), account.now));
}

function start(account, at) {
  if (account.phase === "") Object.assign(account, { phase: "clarify", started: at, since: at });
}

function cellStarted(account, record, data, at) {
  if (data.silent === true) return;
  start(account, at);
  const phase = phaseOf(asText(data.role), asText(data.code));
  if (phase) ran(account, phase, at);
  else account.plain = asText(record.request);
}

/** The phase of a cell by its role, or by the magic it begins with; "" when it has none. */
export function phaseOf(role, code = "") {
  if (role === "solution") return "code";
  if (role === "clarify" || role === "plan" || role === "test") return role;
  const magic = /^\s*%%(clarify|plan|test)/.exec(code);
  return magic ? magic[1] : "";
}

function ran(account, phase, at) {
  start(account, at);
  if (account.phase === "finished") return;
  account.spent[phase] += at - account.since;
  account.since = at;
  account.done[phase] = true;
  account.phase = next(account.done, phase);
}

function next(done, phase) {
  if (phase !== "clarify" && phase !== "plan") return phase;
  if (done.test) return "test";
  return done.plan || done.code ? "code" : "plan";
}

function finish(account, at) {
  start(account, at);
  if (account.phase === "finished") return;
  account.spent[account.phase] += at - account.since;
  Object.assign(account, { since: at, phase: "finished" });
}

/**
 * What the clock shows: {phase, spent by phase, total}, in ms. Without server it stands at the last record; with the
 * companion's clock {phase, in_phase_ms, total_ms} and the ms since it was heard, its figures win.
 */
export function reading(account, server = null, sinceServer = 0) {
  const spent = { ...account.spent };
  const open = Object.hasOwn(spent, account.phase);
  if (open) spent[account.phase] += account.now - account.since;
  const end = account.phase === "finished" ? account.since : account.now;
  if (!server || !asText(server.phase))
    return { phase: account.phase, spent, total: account.phase ? end - account.started : 0 };
  if (!Object.hasOwn(spent, server.phase)) return { phase: server.phase, spent, total: asNumber(server.total_ms) };
  spent[server.phase] = asNumber(server.in_phase_ms) + sinceServer;
  if (open && account.phase !== server.phase) spent[account.phase] = account.spent[account.phase];
  return { phase: server.phase, spent, total: asNumber(server.total_ms) + sinceServer };
}

/**
 * The planned range of a phase in ms for a question of so many minutes; a budget that the companion gives is the upper
 * end and scales the lower one with it.
 */
export function range(phase, minutes = 0, budget = 0) {
  const factor = Math.max(1, minutes / 30);
  const high = budget > 0 ? budget : phase.high * factor * 60_000;
  return { low: (high * phase.low) / phase.high, high };
}

/** One phase in words: "", "before" the range, "within" it, "past" it. Never a judgement. */
export function standing(used, { low, high }) {
  if (used <= 0) return "";
  if (used > high) return "past";
  return used >= low ? "within" : "before";
}
