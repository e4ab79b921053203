// Results of the hidden tests, which the companion found in its own runner: a grid of class by run, and one run's cases,
// each with its outcomes over the runs.

import { el, fill } from "./dom.js";
import { findingsView } from "./findings.js";
import { asList, asNumber, asObject, asText, oneLine, plural, timeOfDay, visible } from "./text.js";

/** Runs side by side in the grid, and in a case's strip. */
const mostRuns = 24;
const mostStrip = 12;

const marks = { pass: "\u2713", fail: "\u2717", form: "\u25d0", error: "!", timeout: "\u23f1", killed: "\u2298", not_run: "\u00b7" };
const outcomeWords = { pass: "pass", fail: "fail", form: "right values, wrong form", error: "raised", timeout: "too slow", killed: "stopped", not_run: "not run" };
const statusWords = { not_started: "Nothing to grade yet", syntax_error: "A cell does not parse", load_error: "The code does not load in a fresh process", refused: "The grader declined" };
const order = ["public", "basic", "edge", "property", "contract"];

/** The classes of a report with public first: [{name, passed, total}]. */
export function classesOf(report) {
  const correctness = asObject(report.correctness);
  const list = asList(correctness.classes).map(asObject).map((c) => ({ name: asText(c.name), passed: asNumber(c.passed), total: asNumber(c.total) }));
  const open = asObject(report.public);
  if (asNumber(open.total) > 0 && !list.some((c) => c.name === "public")) list.push({ name: "public", passed: asNumber(open.passed), total: asNumber(open.total) });
  const place = (c) => (order.includes(c.name) ? order.indexOf(c.name) : order.length);
  return list.filter((c) => c.total > 0).sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}

/** The panel. draw(state) shows a state; reveal(key, cellId, line) is called when a finding is followed. */
export class TestsView {
  constructor(node, reveal) {
    Object.assign(this, { node, reveal, chosen: null });
  }

  draw(state) {
    this.state = state;
    const verdicts = graded(state);
    const last = state.verdicts.at(-1);
    const refused = last && !last.run && el("p.note-line", null, el("strong", null, "The last run was not graded. "), visible(oneLine(asText(last.report.message), 300)));
    if (!verdicts.length) {
      fill(this.node, el("h2", null, "Tests"), el("p.empty", null, "No tests have run. They run when a cell defines the challenge's entry point."), refused);
      return;
    }
    const shown = verdicts.find((v) => v.seq === this.chosen) || verdicts.at(-1);
    fill(this.node, el("h2", null, "Tests"), refused, this.grid(verdicts.slice(-mostRuns), shown), this.run(shown), findingsView(shown, this.reveal));
  }

  choose(seq) {
    this.chosen = seq === graded(this.state).at(-1).seq ? null : seq;
    this.draw(this.state);
    this.node.querySelector(".grid [aria-pressed=true]")?.focus();
  }

  grid(verdicts, shown) {
    const reports = verdicts.map((v) => classesOf(v.report));
    const names = [...new Set(reports.flat().map((c) => c.name))].sort((a, b) => (order.indexOf(a) + 99) % 99 - (order.indexOf(b) + 99) % 99);
    const head = verdicts.map((v) => el("th", { scope: "col" }, el("button.run-no", { type: "button", "aria-pressed": String(v === shown), title: `Run ${v.run}, ${timeOfDay(v.at)}`, "aria-label": `Show run ${v.run}`, onclick: () => this.choose(v.seq) }, String(v.run))));
    const rows = names.map((name) => el("tr", null, el("th", { scope: "row" }, visible(oneLine(name, 24))), verdicts.map((v, i) => square(v, name, reports[i].find((c) => c.name === name), v === shown))));
    return el("div.scroll", null, el("table.grid", null, el("caption", null, "Passed tests by class and run"), el("thead", null, el("tr", null, el("th", { scope: "col" }, "Run"), head)), el("tbody", null, rows)));
  }

  run(verdict) {
    const { report } = verdict;
    const status = asText(report.status);
    const cases = asList(asObject(report.correctness).cases).map(asObject);
    const isolation = asText(asObject(report.isolation).level);
    const facts = [timeOfDay(verdict.at), verdict.final && "submitted", isolation && `isolation ${visible(oneLine(isolation, 8))}`];
    const clean = asObject(report.clean_run);
    return el("section.run-detail", null,
      el("h3", null, `Run ${verdict.run}`, el("span.dim", null, " " + facts.filter(Boolean).join(" \u00b7 "))),
      status && status !== "graded" && el("p.note-line", null, el("strong", null, statusWords[status] || visible(status)), report.message ? `: ${visible(oneLine(asText(report.message), 400))}` : "", report.line ? ` (line ${asNumber(report.line)})` : ""),
      asText(asObject(report.correctness).why) && el("p.note-line", null, visible(asText(report.correctness.why))),
      clean.ok === false && el("p.note-line", null, el("strong", null, "Differs from the live kernel. "), visible(oneLine(asText(clean.note), 300))),
      cases.length > 0 && this.cases(cases));
  }

  cases(cases) {
    const failed = cases.filter((c) => c.outcome !== "pass");
    const passed = cases.filter((c) => c.outcome === "pass");
    const history = graded(this.state).slice(-mostStrip).map((v) => new Map(asList(asObject(v.report.correctness).cases).map(asObject).map((c) => [asText(c.id), asText(c.outcome)])));
    const list = (some) => el("ul.cases", null, some.slice(0, 200).map((c) => caseView(c, history)), some.length > 200 && el("li.dim", null, `${some.length - 200} more`));
    return el("div", null,
      failed.length ? list(failed) : el("p.good-line", null, "Every test passed."),
      passed.length > 0 && failed.length > 0 && el("details", null, el("summary", null, `${plural(passed.length, "passed test")}`), list(passed)),
      failed.length === 0 && el("details", null, el("summary", null, plural(passed.length, "test")), list(passed)));
  }
}

/** Runs with a number; a refused one (too many, isolation too low) has none. */
function graded(state) {
  return state.verdicts.filter((v) => v.run > 0);
}

function square(verdict, name, result, shown) {
  if (!result) return el("td", { class: shown ? "shown" : null }, el("span.square.none", { "aria-label": "no result" }, "\u2013"));
  const share = result.passed / result.total;
  const kind = share === 1 ? "all" : share === 0 ? "nothing" : "some";
  const box = el(`span.square.${kind}`, { title: `${name}, run ${verdict.run}: ${result.passed} of ${result.total}` }, el("span.level", { "aria-hidden": "true" }), el("span.number", null, `${result.passed}/${result.total}`));
  box.firstChild.style.height = `${Math.round(share * 100)}%`;
  return el("td", { class: shown ? "shown" : null }, box);
}

function caseView(c, history) {
  const outcome = Object.hasOwn(marks, c.outcome) ? c.outcome : "not_run";
  const strip = history.map((run) => run.get(asText(c.id))).map((past) => el(`span.dot.o-${Object.hasOwn(marks, past) ? past : "none"}`, { title: outcomeWords[past] || "no result" }));
  return el("li.case", null,
    el("div.case-head", null,
      el(`span.mark.o-${outcome}`, { "aria-label": outcomeWords[outcome] }, marks[outcome]),
      el("code", null, visible(oneLine(asText(c.id), 80))),
      el("span.dim", null, visible(oneLine(asText(c.class), 20))),
      el("span.push"),
      el("span.strip", { role: "img", "aria-label": "Outcomes over the runs" }, strip)),
    outcome !== "pass" && el("p.case-why", null, el("strong", null, outcomeWords[outcome]), c.message ? `: ${visible(oneLine(asText(c.message), 600))}` : ""),
    asText(c.guards) && el("p.case-guards", null, visible(oneLine(asText(c.guards), 300))));
}
