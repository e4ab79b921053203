// What the log shows about how the candidate worked: dated facts beside the questions that only a person answers.
// Facts, never points: nothing here counts runs or errors, measures pauses or speed, or judges wording.

import { counts, diffLines } from "./diff.js";
import { asNumber, asObject, asText, oneLine, plural } from "./text.js";

/** The most facts that are shown for one part. */
const most = 7;

/** Facts for the two parts that need them: {problem_solving: [...], communication: [...]}, each {at, seq, text}. */
export function evidence(state) {
  const runs = [...state.cells.values()].flatMap((cell) => cell.runs).sort((a, b) => a.seq - b.seq);
  const versions = solutionVersions(runs);
  return {
    problem_solving: inTime([
      ...planFacts(runs),
      ...testFacts(runs, state),
      ...stepFacts(versions),
      ...repairFacts(versions, runs),
      ...greenFacts(state),
    ]),
    communication: inTime([...cellFacts(runs), ...hintFacts(state, versions)]),
  };
}

/** What was not done comes first, then the rest as it happened. */
function inTime(facts) {
  return facts.slice(0, most).sort((a, b) => a.seq - b.seq);
}

function fact(run, text) {
  return { at: run ? run.at : null, seq: run ? run.seq : 0, text };
}

function isSolution(run) {
  return run.role === "solution" || run.judge;
}

/** Each source of a solution cell that differs from the one before, with what it changed. */
function solutionVersions(runs) {
  const last = new Map();
  const versions = [];
  for (const run of runs.filter(isSolution)) {
    const before = last.get(run.key);
    if (before === undefined || before !== run.code)
      versions.push({ run, first: before === undefined, ...counts(diffLines(before ?? "", run.code)) });
    last.set(run.key, run.code);
  }
  return versions;
}

function planFacts(runs) {
  const plan = runs.find((run) => run.role === "plan");
  if (plan) return [fact(plan, "Wrote a plan")];
  return runs.some(isSolution) ? [fact(null, "No plan cell was run")] : [];
}

/** An own test is any cell that is neither the answer nor prose, run after the answer was there. */
function testFacts(runs, state) {
  const answer = runs.find(isSolution);
  if (!answer) return [];
  const final = state.verdicts.find((verdict) => verdict.final);
  const own = runs.find(
    (run) => run.seq > answer.seq && !isSolution(run) && !run.magic && run.role !== "clarify" && run.role !== "plan",
  );
  if (!own) return [fact(null, "No cell of their own tried the answer yet")];
  return [
    fact(
      own,
      final && own.seq > final.seq
        ? "Tried the answer in a cell of their own, after submitting"
        : "Tried the answer in a cell of their own",
    ),
  ];
}

function stepFacts(versions) {
  if (versions.length < 2) return [];
  const largest = versions.slice(1).reduce((a, b) => (b.added + b.removed > a.added + a.removed ? b : a));
  return [
    fact(
      largest.run,
      `${plural(versions.length, "version")} of the answer; the largest change was +${largest.added} \u2212${largest.removed}`,
    ),
  ];
}

/** After an error: how large the next change was, and whether the same error came back at once. */
function repairFacts(versions, runs) {
  const facts = [];
  for (const failed of runs.filter((run) => isSolution(run) && run.status === "error")) {
    const next = versions.find(({ run }) => run.seq > failed.seq && run.key === failed.key);
    if (!next) continue;
    const again = next.run.status === "error" && next.run.ename === failed.ename ? "; the same error came back" : "";
    facts.push(
      fact(
        next.run,
        `After ${oneLine(failed.ename, 40) || "an error"}: changed +${next.added} \u2212${next.removed}${again}`,
      ),
    );
  }
  return facts.slice(-3);
}

/** First right, then better: a later run with more Fluency and every test still passed. */
function greenFacts(state) {
  const green = state.verdicts.filter(({ report }) => {
    const classes = asObject(report.correctness).classes;
    return (
      asText(report.status) === "graded" &&
      Array.isArray(classes) &&
      classes.length > 0 &&
      classes.every((c) => asNumber(asObject(c).passed) === asNumber(asObject(c).total))
    );
  });
  const fluency = (verdict) => asNumber(asObject(verdict.report.fluency).points);
  const better = green.find((verdict, i) => i > 0 && fluency(verdict) > fluency(green[0]));
  return better
    ? [
        {
          at: better.at,
          seq: better.seq,
          text: `Every test passed in run ${green[0].run}; run ${better.run} kept that with more Fluency`,
        },
      ]
    : [];
}

function cellFacts(runs) {
  return ["clarify", "plan"].flatMap((role) => {
    const run = runs.findLast((r) => r.role === role);
    if (!run) return runs.length ? [fact(null, `No ${role === "clarify" ? "Clarify" : "Plan"} cell was run`)] : [];
    return [
      fact(
        run,
        `${role === "clarify" ? "Clarify" : "Plan"}: ${oneLine(run.code.replace(/^\s*%%\w+[^\n]*\n?/, ""), 160)}`,
      ),
    ];
  });
}

function hintFacts(state, versions) {
  return state.hints.map((hint) => {
    const next = versions.find(({ run }) => run.seq > hint.seq);
    return {
      at: hint.at,
      seq: hint.seq,
      text: `Hint ${hint.step}${next ? `; the next version changed +${next.added} \u2212${next.removed}` : ""}`,
    };
  });
}
