// What the log shows about how the candidate worked: dated facts beside the questions that only a person answers.
// Facts, never points: nothing here counts runs or errors, measures pauses or speed, or judges wording.

import { counts, diffLines } from "./diff.js";
import { asNumber, asObject, asText, oneLine, plural } from "./text.js";
import { assignedNames, bodyOf, definedNames, mentions, written } from "./written.js";

/** The most facts that are shown for one part. */
const most = 7;

/** Facts for the two parts that need them: {problem_solving: [...], communication: [...]}, each {at, seq, text}. */
export function evidence(state) {
  const runs = [...state.cells.values()].flatMap((cell) => cell.runs).sort((a, b) => a.seq - b.seq);
  const answers = answersOf(runs, state);
  const versions = solutionVersions(answers);
  return {
    problem_solving: inTime([
      ...planFacts(runs),
      ...testFacts(runs, versions, state),
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

/** Runs of an answer; the starter as it was handed out is none, which the companion says of it. */
function answersOf(runs, state) {
  const idle = state.verdicts.filter(({ report }) => asText(report.status) === "not_started");
  const requests = new Set(idle.map(({ request }) => request));
  return runs.filter((run) => isSolution(run) && !requests.has(run.request));
}

/** Each source of a solution cell that differs from the one before, with what it changed. */
function solutionVersions(answers) {
  const last = new Map();
  const versions = [];
  for (const run of answers) {
    const before = last.get(run.key);
    if (before === undefined || before !== run.code)
      versions.push({ run, ...counts(diffLines(before ?? "", run.code)) });
    last.set(run.key, run.code);
  }
  return versions;
}

/** Runs of a Clarify or Plan cell that say something, by the companion's own rule. */
function saying(runs, role) {
  return runs.filter((run) => run.role === role && written(bodyOf(run.code)));
}

/** Why there is no such note: the cell never ran, or ran as it was handed out. */
function unsaid(runs, role) {
  const name = role === "clarify" ? "Clarify" : "Plan";
  const ran = runs.some((run) => run.role === role);
  return fact(null, ran ? `Nothing was written into the ${name} cell` : `No ${name} cell was run`);
}

function planFacts(runs) {
  const [plan] = saying(runs, "plan");
  if (plan) return [fact(plan, "Wrote a plan")];
  return runs.some(isSolution) ? [unsaid(runs, "plan")] : [];
}

/** An own test is any cell that is neither the answer nor prose, and that uses the answer after it was there. */
function testFacts(runs, versions, state) {
  if (!runs.some(isSolution)) return [];
  const final = state.verdicts.find((verdict) => verdict.final);
  const own = ownTest(runs, versions);
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

/** The first such cell. A helper that uses the answer stands for it: a test may be written before and called later. */
function ownTest(runs, versions) {
  if (!versions.length) return undefined;
  const prose = ["clarify", "plan", "help"];
  const names = namesOf(versions);
  for (const run of runs) {
    if (isSolution(run) || run.magic || prose.includes(run.role) || !mentions(run.code, names)) continue;
    if (run.seq > versions[0].run.seq) return run;
    for (const name of names.size ? definedNames(run.code) : []) names.add(name);
  }
  return undefined;
}

function namesOf(versions) {
  const defined = versions.flatMap(({ run }) => definedNames(run.code));
  return new Set(defined.length ? defined : versions.flatMap(({ run }) => assignedNames(run.code)));
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
    const run = saying(runs, role).at(-1);
    if (!run) return runs.length ? [unsaid(runs, role)] : [];
    return [fact(run, `${role === "clarify" ? "Clarify" : "Plan"}: ${oneLine(bodyOf(run.code), 160)}`)];
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
