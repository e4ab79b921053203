// The report's codes in words. The code itself stays within reach as a title.

import { oneLine, visible } from "./text.js";

const statuses = new Map([
  ["graded", "graded"],
  ["not_started", "nothing to check yet"],
  ["syntax_error", "syntax error"],
  ["load_error", "does not load in a fresh process"],
  ["refused", "not graded"],
]);
const levels = new Map([
  ["L0", "limits on time and memory only"],
  ["L1", "no files, no network"],
  ["L2", "own user, no files, no network"],
]);
const criteria = new Map([
  ["fluency", "Python Fluency"],
  ["quality", "Code Quality"],
]);

/** How far grading came: "syntax_error" is "syntax error". A code that is not known keeps its letters. */
export function statusWord(status) {
  return statuses.get(status) ?? plain(status, 40);
}

/** What held the candidate's code while the tests ran: "own user, no files, no network (L2)". */
export function isolationWord(level) {
  return levels.has(level) ? `${levels.get(level)} (${level})` : plain(level, 8);
}

/** The rubric's name of a criterion. */
export function criterionWord(criterion) {
  return criteria.get(criterion) ?? plain(criterion, 24);
}

/** A sentence begins with a capital. */
export function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function plain(code, n) {
  return visible(oneLine(code.replaceAll("_", " "), n));
}
