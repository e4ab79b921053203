// A report's test results in the form in which the page shows them.

import { asList, asNumber, asObject, asText } from "./text.js";

const order = ["public", "basic", "edge", "property", "contract"];

/** From good to bad; the worst outcome stands for a test of many cases. */
const outcomes = ["pass", "not_run", "form", "fail", "timeout", "error", "killed"];

/** Sorts class names as the rubric lists them; unknown ones come last. */
export function byClass(a, b) {
  const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
  return place(a) - place(b) || a.localeCompare(b);
}

/** The classes of a report with public first: [{name, passed, total}]. */
export function classesOf(report) {
  const list = asList(asObject(report.correctness).classes)
    .map(asObject)
    .map((c) => ({ name: asText(c.name), passed: asNumber(c.passed), total: asNumber(c.total) }));
  const open = asObject(report.public);
  if (asNumber(open.total) > 0 && !list.some((c) => c.name === "public"))
    list.push({ name: "public", passed: asNumber(open.passed), total: asNumber(open.total) });
  return list.filter((c) => c.total > 0).sort((a, b) => byClass(a.name, b.name));
}

/**
 * The tests of a report: [{id, class, guards, outcome, message, passed, total}]. Cases that differ only in their
 * number, as in "any_shape[3]", are one test; outcome is its worst, message what the first bad case said.
 */
export function testsOf(report) {
  const tests = new Map();
  for (const c of asList(asObject(report.correctness).cases).map(asObject)) {
    const id = asText(c.id).replace(/\[\d+\]$/, "");
    const outcome = outcomes.includes(c.outcome) ? c.outcome : "not_run";
    let t = tests.get(id);
    if (!t)
      tests.set(
        id,
        (t = {
          id,
          class: asText(c.class),
          guards: asText(c.guards),
          outcome: "pass",
          message: "",
          passed: 0,
          total: 0,
        }),
      );
    t.total++;
    if (outcome === "pass") t.passed++;
    else t.message ||= asText(c.message);
    if (outcomes.indexOf(outcome) > outcomes.indexOf(t.outcome)) t.outcome = outcome;
  }
  return [...tests.values()];
}

/** Runs with a number; a refused one (too many, isolation too low) has none. */
export function gradedRuns(state) {
  return state.verdicts.filter((verdict) => verdict.run > 0);
}
