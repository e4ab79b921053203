// The part of the rubric that only people can give: anchors, points and the sum. The machine's points come from the
// latest verdict; what nobody scored stays "not scored" and widens the interval, it is never zero and never rescaled.

import { asList, asNumber, asObject } from "./text.js";

/** What a person scores. One question gives a part's points alone; several share them equally. */
export const parts = Object.freeze([
  {
    id: "problem_solving",
    criterion: "problem_solving",
    name: "Problem Solving",
    of: 10,
    questions: [
      {
        id: "band",
        name: "Problem Solving",
        anchors: {
          1: "writes everything, submits untested",
          3: "plans or tests, not both; fixes by trial",
          5: "states cases, builds in checked steps, tests its own edge cases, narrows faults by experiment",
        },
      },
    ],
  },
  {
    id: "communication",
    criterion: "communication",
    name: "Communication",
    of: 10,
    questions: [
      {
        id: "clarifies",
        name: "Clarifies",
        anchors: {
          1: "starts coding on an ambiguous statement",
          3: "asks about format only",
          5: "asks about input, edges and limits; restates the task; records the decision",
        },
      },
      {
        id: "approach",
        name: "Explains the approach",
        anchors: {
          1: "describes syntax",
          3: "gives a workable plan",
          5: "compares two options with cost and says why this one",
        },
      },
      {
        id: "visible",
        name: "Works visibly",
        anchors: {
          1: "silent or unrelated talk, even when asked",
          3: "explains when asked",
          5: "says intent before a step and result after it; flags doubts",
        },
      },
      {
        id: "hints",
        name: "Uses hints and feedback",
        anchors: {
          1: "ignores or argues past it",
          3: "takes the literal hint",
          5: "restates it, tests it, carries it further; may rightly reject it with a reason",
        },
      },
    ],
  },
  {
    id: "quality_names",
    criterion: "quality",
    name: "Do names tell the truth?",
    of: 4,
    questions: [
      {
        id: "band",
        name: "Names",
        anchors: { 1: "misleading", 3: "vague but honest", 5: "each name says role and unit" },
      },
    ],
  },
  {
    id: "quality_split",
    criterion: "quality",
    name: "Is the split right?",
    of: 4,
    questions: [
      { id: "band", name: "Split", anchors: { 1: "one blob", 3: "some helpers", 5: "each piece testable alone" } },
    ],
  },
]);

/** Points of a part for its ratings {question: band}; null as long as a question is open. Band 1 is none, 5 all. */
export function pointsFor(part, ratings) {
  let sum = 0;
  for (const { id } of part.questions) {
    const band = ratings[id];
    if (!(band >= 1 && band <= 5)) return null;
    sum += (band - 1) / 4;
  }
  return (part.of * sum) / part.questions.length;
}

/** A score's "why": the ratings in words, then the remark. A partial rating is kept here too, with points null. */
export function composeWhy(part, ratings, remark) {
  const words = part.questions
    .filter(({ id }) => ratings[id])
    .map(({ id }) => `${id} ${ratings[id]}/5`)
    .join(", ");
  return [words, remark.trim()].filter(Boolean).join(": ");
}

/** The ratings and the remark out of a "why" that composeWhy made; anything else is all remark. */
export function readWhy(part, why) {
  const ids = part.questions.map(({ id }) => id).join("|");
  const found = new RegExp(`^((?:${ids}) [1-5]/5(?:, (?:${ids}) [1-5]/5)*)(?:: |$)`).exec(why);
  if (!found) return { ratings: {}, remark: why };
  const ratings = Object.fromEntries(
    found[1].split(", ").map((word) => [word.split(" ")[0], Number(word.split(" ")[1][0])]),
  );
  return { ratings, remark: why.slice(found[0].length) };
}

const criteria = [
  ["correctness", "Correctness", 35],
  ["fluency", "Python Fluency", 25],
  ["quality", "Code Quality", 20],
  ["problem_solving", "Problem Solving", 10],
  ["communication", "Communication", 10],
];

/**
 * The scorecard: {rows: [{id, name, of, points (null: not scored), open (points nobody gave), why}], points, of, low,
 * high} from a report (or null) and the persons' scores (a Map of part to {points}).
 */
export function scorecard(report, scores) {
  const rows = criteria.map(([id, name, of]) => row(id, name, of, report && asObject(report[id]), scores));
  const sum = (f) => rows.reduce((total, r) => total + f(r), 0);
  const low = sum((r) => r.points ?? 0);
  const open = sum((r) => r.open);
  return { rows, points: low, of: sum((r) => r.of - r.open), low, high: low + open };
}

function row(id, name, fallback, machine, scores) {
  const m = machine || {};
  const of = asNumber(m.of, fallback);
  const mine = parts.filter((part) => part.criterion === id);
  const given = mine.filter((part) => typeof scores.get(part.id)?.points === "number");
  const people = given.reduce((sum, part) => sum + scores.get(part.id).points, 0);
  const peopleOf = given.reduce((sum, part) => sum + part.of, 0);
  const whole = mine.reduce((sum, part) => sum + part.of, 0) >= of; // only people score it
  const byMachine = whole || typeof m.points !== "number" ? null : m.points - counted(m, mine);
  const points = byMachine === null && !given.length ? null : (byMachine ?? 0) + people;
  const missing =
    byMachine === null
      ? of
      : asNumber(
          m.not_scored,
          mine.reduce((sum, part) => sum + part.of, 0),
        ) + included(m, mine);
  return {
    id,
    name,
    of,
    points,
    open: Math.max(0, missing - peopleOf),
    why: typeof m.why === "string" ? m.why : "",
    parts: asList(m.parts),
  };
}

/** Points of people's parts that the report already includes, so that they are not added twice. */
function counted(machine, mine) {
  return people(machine, mine).reduce((sum, part) => sum + asNumber(part.points), 0);
}

function included(machine, mine) {
  return people(machine, mine).reduce((sum, part) => sum + asNumber(part.of), 0);
}

function people(machine, mine) {
  const ids = new Set(mine.map((part) => part.id));
  return asList(machine.parts).filter((part) => ids.has(part?.name) && typeof part.points === "number");
}
