// Results of the hidden tests, which the companion found in its own runner: the grid of class by run, and one run's
// cases, each with its outcomes over the runs.

import { el, fill } from "./dom.js";
import { findingsView } from "./findings.js";
import { phrase } from "./prose.js";
import { gradedRuns, testsOf } from "./results.js";
import { RunGrid } from "./rungrid.js";
import { asNumber, asObject, asText, oneLine, plural, timeOfDay, visible } from "./text.js";
import { capital, isolationWord, statusWord } from "./words.js";

/** Runs in a case's strip. */
const mostStrip = 12;

const marks = {
  pass: "\u2713",
  fail: "\u2717",
  form: "\u25d0",
  error: "!",
  timeout: "\u23f1",
  killed: "\u2298",
  not_run: "\u00b7",
};
const outcomeWords = {
  pass: "pass",
  fail: "fail",
  form: "right values, wrong form",
  error: "raised",
  timeout: "too slow",
  killed: "stopped",
  not_run: "not run",
  none: "no result",
};
/** The panel. draw(state) shows a state; reveal(key, cellId, line) is called when a finding is followed. */
export class TestsView {
  constructor(node, reveal) {
    Object.assign(this, { node, reveal, chosen: null });
    this.grid = new RunGrid((seq) => this.choose(seq));
  }

  draw(state) {
    this.state = state;
    const verdicts = gradedRuns(state);
    const last = state.verdicts.at(-1);
    const refused =
      last &&
      !last.run &&
      el(
        "p.note-line",
        null,
        el("strong", null, "The last run was not graded. "),
        visible(oneLine(asText(last.report.message), 300)),
      );
    if (!verdicts.length) {
      fill(
        this.node,
        el("h2", null, "Tests"),
        el("p.empty", null, "No tests have run. They run when a cell defines the challenge's entry point."),
        refused,
      );
      return;
    }
    const newest = verdicts.at(-1);
    const shown = verdicts.find((v) => v.seq === this.chosen) || newest;
    const focused = this.grid.node.contains(document.activeElement);
    this.grid.draw(verdicts, shown);
    fill(
      this.node,
      el("h2", null, "Tests"),
      refused,
      this.grid.node,
      this.run(shown, newest),
      findingsView(shown, this.reveal),
    );
    this.grid.place();
    if (focused) this.grid.focus();
  }

  /** Shows one run until another is chosen; the newest stands for whatever is newest. */
  choose(seq) {
    const newest = seq === gradedRuns(this.state).at(-1).seq;
    this.chosen = newest ? null : seq;
    this.draw(this.state);
    if (newest) this.grid.follow();
    this.grid.focus();
  }

  run(verdict, newest) {
    const { report } = verdict;
    const status = asText(report.status);
    const tests = testsOf(report);
    const isolation = asText(asObject(report.isolation).level);
    const facts = [timeOfDay(verdict.at), verdict.final && "submitted"];
    const clean = asObject(report.clean_run);
    return el(
      "section.run-detail",
      null,
      el(
        "div.run-head",
        null,
        el("h3", null, `Run ${verdict.run}`, el("span.dim", null, " " + facts.filter(Boolean).join(" \u00b7 "))),
        verdict !== newest &&
          el(
            "button.link",
            { type: "button", onclick: () => this.choose(newest.seq) },
            `Show the newest, run ${newest.run}`,
          ),
      ),
      isolation &&
        el("p.dim.isolation", { title: visible(oneLine(isolation, 8)) }, `Isolation: ${isolationWord(isolation)}`),
      status &&
        status !== "graded" &&
        el(
          "p.note-line",
          null,
          el("strong", { title: visible(oneLine(status, 40)) }, capital(statusWord(status))),
          report.message ? `: ${visible(oneLine(asText(report.message), 400))}` : "",
          report.line ? ` (line ${asNumber(report.line)})` : "",
        ),
      asText(asObject(report.correctness).why) && el("p.note-line", null, visible(asText(report.correctness.why))),
      clean.ok === false &&
        el(
          "p.note-line",
          null,
          el("strong", null, "Differs from the live kernel. "),
          visible(oneLine(asText(clean.note), 300)),
        ),
      tests.length > 0 && this.tests(tests),
    );
  }

  tests(tests) {
    const failed = tests.filter((t) => t.outcome !== "pass");
    const passed = tests.filter((t) => t.outcome === "pass");
    const history = gradedRuns(this.state)
      .slice(-mostStrip)
      .map((v) => ({ run: v.run, outcomes: new Map(testsOf(v.report).map((t) => [t.id, t.outcome])) }));
    const list = (some) =>
      el(
        "ul.cases",
        null,
        some.slice(0, 200).map((t) => testView(t, history)),
        some.length > 200 && el("li.dim", null, `${some.length - 200} more`),
      );
    return el(
      "div",
      null,
      legend(tests, history),
      failed.length ? list(failed) : el("p.good-line", null, "Every test passed."),
      passed.length > 0 &&
        el(
          "details",
          null,
          el("summary", null, failed.length ? plural(passed.length, "passed test") : plural(passed.length, "test")),
          list(passed),
        ),
    );
  }
}

/** Bars that look alike have one place in the legend. */
const bars = [
  ["pass", ["pass"]],
  ["form", ["form"]],
  ["fail", ["fail"]],
  ["error", ["error", "timeout", "killed"]],
  ["not_run", ["not_run"]],
  ["none", ["none"]],
];

/** What the bars beside the tests mean; only those that are there. */
function legend(tests, history) {
  const there = new Set(history.flatMap(({ outcomes }) => tests.map(({ id }) => outcomes.get(id) || "none")));
  const [first, last] = [history[0].run, history.at(-1).run];
  return el(
    "p.legend.dim",
    null,
    first === last ? `The bar is run ${first}:` : `Each bar is a run, ${first} to ${last}:`,
    bars.map(([bar, outcomes]) => {
      const words = outcomes.filter((outcome) => there.has(outcome)).map((outcome) => outcomeWords[outcome]);
      return (
        words.length > 0 && el("span.key", null, el(`span.dot.o-${bar}`, { "aria-hidden": "true" }), words.join(" or "))
      );
    }),
  );
}

function testView(t, history) {
  const past = history.map(({ run, outcomes }) => {
    const outcome = outcomes.get(t.id) || "none";
    return { outcome, says: `run ${run}: ${outcomeWords[outcome]}` };
  });
  return el(
    "li.case",
    null,
    el(
      "div.case-head",
      null,
      el(`span.mark.o-${t.outcome}`, { "aria-label": outcomeWords[t.outcome] }, marks[t.outcome]),
      el("code", null, visible(oneLine(t.id, 80))),
      el("span.dim", null, visible(oneLine(t.class, 20)), t.total > 1 && `, ${t.passed} of ${t.total}`),
      el("span.push"),
      el(
        "span.strip",
        { role: "img", "aria-label": past.map(({ says }) => says).join(", ") },
        past.map(({ outcome, says }) => el(`span.dot.o-${outcome}`, { title: capital(says) })),
      ),
    ),
    t.outcome !== "pass" &&
      el(
        "p.case-why",
        null,
        el("strong", null, outcomeWords[t.outcome]),
        t.message ? `: ${visible(oneLine(t.message, 600))}` : "",
      ),
    t.guards && el("p.case-guards", null, phrase(visible(oneLine(t.guards, 300)))),
  );
}
