// Whether a cell holds anything of the candidate's own. A template that was run as it was handed out is no fact.

import { tokenize } from "./python.js";

/** The text below a cell's magic line. */
export function bodyOf(code) {
  return code.replace(/^\s*%%?\w+[^\n]*\n?/, "");
}

/**
 * Whether a Clarify or Plan cell says anything. The companion decides it by the same rule for the candidate's card
 * (noted in answer.go), so that card and page never disagree: labels and bullets without a word behind them are a form.
 */
export function written(body) {
  return body
    .split("\n")
    .map(trimmed)
    .some((line) => /[^-* ]/.test(line) && !line.endsWith(":"));
}

/** Go's TrimSpace: JavaScript's own knows other characters. A loop, since an expression would take its time. */
function trimmed(line) {
  const space = (at) => /\p{White_Space}/u.test(line[at]);
  let from = 0;
  let to = line.length;
  while (from < to && space(from)) from++;
  while (to > from && space(to - 1)) to--;
  return line.slice(from, to);
}

/** The names that def and class introduce. */
export function definedNames(code) {
  return tokenize(code).flatMap(({ kind, text }) => (kind === "def" ? [text] : []));
}

/** The names that lines assign to: an answer may be an assignment. */
export function assignedNames(code) {
  return [...code.matchAll(/^([\p{L}_][\p{L}\p{N}_]*)[ \t]*(?::[^=\n]+)?=(?!=)/gmu)].map(([, name]) => name);
}

/** Whether code, and not a comment or a plain string in it, mentions one of names; without names any code will do. */
export function mentions(code, names) {
  if (names.size && ![...names].some((name) => code.includes(name))) return false; // the costly part is spared
  const spoken = tokenize(code).filter(
    ({ kind, text }) =>
      kind !== "space" && kind !== "comment" && !(kind === "magic" && text.startsWith("%%test")) && !quoted(kind, text),
  );
  if (!names.size) return spoken.length > 0;
  return spoken.some(({ text }) => text.split(/[^\p{L}\p{N}\p{M}_]+/u).some((word) => names.has(word)));
}

/** A string is no code, but what an f-string has in braces is. */
function quoted(kind, text) {
  return kind === "string" && !/^[rR]?[fFtT]/.test(text);
}
