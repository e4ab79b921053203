// Results of the hidden tests, which the companion found in its own runner: a grid of class by run, and one run's
// cases, each with its outcomes over the runs.

import { el, fill } from "./dom.js";
import { findingsView } from "./findings.js";
import { byClass, classesOf, gradedRuns, testsOf } from "./results.js";
import { asNumber, asObject, asText, oneLine, plural, timeOfDay, visible } from "./text.js";

/** Runs side by side in the grid, and in a case's strip. */
const mostRuns = 24;
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
};
const statusWords = {
  not_started: "Nothing to grade yet",
  syntax_error: "A cell does not parse",
  load_error: "The code does not load in a fresh process",
  refused: "The grader declined",
};

/** The panel. draw(state) shows a state; reveal(key, cellId, line) is called when a finding is followed. */
export class TestsView {
  constructor(node, reveal) {
    Object.assign(this, { node, reveal, chosen: null });
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
    const shown = verdicts.find((v) => v.seq === this.chosen) || verdicts.at(-1);
    fill(
      this.node,
      el("h2", null, "Tests"),
      refused,
      this.grid(verdicts.slice(-mostRuns), shown),
      this.run(shown),
      findingsView(shown, this.reveal),
    );
    // Many runs are wider than the panel: the one that is shown stays in sight.
    const scroll = this.node.querySelector(".scroll");
    const column = scroll.querySelector("[aria-pressed=true]").parentElement;
    scroll.scrollLeft = column.offsetLeft + column.offsetWidth - scroll.clientWidth + 8;
  }

  choose(seq) {
    this.chosen = seq === gradedRuns(this.state).at(-1).seq ? null : seq;
    this.draw(this.state);
    this.node.querySelector(".grid [aria-pressed=true]")?.focus();
  }

  grid(verdicts, shown) {
    const reports = verdicts.map((v) => classesOf(v.report));
    const names = [...new Set(reports.flat().map((c) => c.name))].sort(byClass);
    const head = verdicts.map((v) =>
      el(
        "th",
        { scope: "col" },
        el(
          "button.run-no",
          {
            type: "button",
            "aria-pressed": String(v === shown),
            title: `Run ${v.run}, ${timeOfDay(v.at)}`,
            "aria-label": `Show run ${v.run}`,
            onclick: () => this.choose(v.seq),
          },
          String(v.run),
        ),
      ),
    );
    const rows = names.map((name) =>
      el(
        "tr",
        null,
        el("th", { scope: "row" }, visible(oneLine(name, 24))),
        verdicts.map((v, i) =>
          square(
            v,
            name,
            reports[i].find((c) => c.name === name),
            v === shown,
          ),
        ),
      ),
    );
    return el(
      "div.scroll",
      null,
      el("p.caption", { id: "grid-title" }, "Passed tests by class and run"),
      el(
        "table.grid",
        { "aria-labelledby": "grid-title" },
        el("thead", null, el("tr", null, el("th", { scope: "col" }, "Run"), head)),
        el("tbody", null, rows),
      ),
    );
  }

  run(verdict) {
    const { report } = verdict;
    const status = asText(report.status);
    const tests = testsOf(report);
    const isolation = asText(asObject(report.isolation).level);
    const facts = [
      timeOfDay(verdict.at),
      verdict.final && "submitted",
      isolation && `isolation ${visible(oneLine(isolation, 8))}`,
    ];
    const clean = asObject(report.clean_run);
    return el(
      "section.run-detail",
      null,
      el("h3", null, `Run ${verdict.run}`, el("span.dim", null, " " + facts.filter(Boolean).join(" \u00b7 "))),
      status &&
        status !== "graded" &&
        el(
          "p.note-line",
          null,
          el("strong", null, statusWords[status] || visible(status)),
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
      .map((v) => new Map(testsOf(v.report).map((t) => [t.id, t.outcome])));
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

function square(verdict, name, result, shown) {
  if (!result)
    return el("td", { class: shown ? "shown" : null }, el("span.square.none", { "aria-label": "no result" }, "\u2013"));
  const share = result.passed / result.total;
  const kind = share === 1 ? "all" : share === 0 ? "nothing" : "some";
  const box = el(
    `span.square.${kind}`,
    { title: `${name}, run ${verdict.run}: ${result.passed} of ${result.total}` },
    el("span.level", { "aria-hidden": "true" }),
    el("span.number", null, `${result.passed}/${result.total}`),
  );
  box.firstChild.style.height = `${Math.round(share * 100)}%`;
  return el("td", { class: shown ? "shown" : null }, box);
}

function testView(t, history) {
  const strip = history
    .map((run) => run.get(t.id))
    .map((past) => el(`span.dot.o-${past || "none"}`, { title: outcomeWords[past] || "no result" }));
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
      el("span.strip", { role: "img", "aria-label": "Outcomes over the runs" }, strip),
    ),
    t.outcome !== "pass" &&
      el(
        "p.case-why",
        null,
        el("strong", null, outcomeWords[t.outcome]),
        t.message ? `: ${visible(oneLine(t.message, 600))}` : "",
      ),
    t.guards && el("p.case-guards", null, visible(oneLine(t.guards, 300))),
  );
}
