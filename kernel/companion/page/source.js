// A cell's source as lines of coloured spans, and the difference between two sources.

import { el } from "./dom.js";
import { counts, diffLines, hunks } from "./diff.js";
import { tokenLines } from "./python.js";
import { plural, visible } from "./text.js";

/** Lines that are coloured and numbered; the rest is one click away. */
const mostLines = 400;

/**
 * A source block; prose (Clarify and Plan cells) is not coloured. Each line has data-line, so that a finding can point
 * at it.
 */
export function sourceView(code, isProse = false) {
  const text = trimmed(code);
  const lines = isProse
    ? text.split("\n").map((line) => [{ kind: line.startsWith("%%") ? "magic" : "name", text: line }])
    : tokenLines(text);
  const view = el("pre.source", { tabindex: "0", "aria-label": "Source" });
  view.append(...lines.slice(0, mostLines).map(lineView));
  if (lines.length > mostLines) {
    const more = el(
      "button.more",
      {
        type: "button",
        onclick: () => {
          more.replaceWith(...lines.slice(mostLines).map((line, i) => lineView(line, i + mostLines)));
        },
      },
      `Show ${plural(lines.length - mostLines, "more line")}`,
    );
    view.append(more);
  }
  return view;
}

/** Source without what no reader would call a change: the kind of line ends, empty lines at the end. */
function trimmed(code) {
  return code.replace(/\r\n?/g, "\n").trimEnd();
}

function lineView(tokens, index) {
  const line = el("span.line", { "data-line": index + 1 });
  for (const { kind, text } of tokens) {
    if (kind === "space" || kind === "name" || kind === "op") line.append(visible(text));
    else line.append(el(`span.py-${kind}`, null, visible(text)));
  }
  line.append("\n");
  return line;
}

/** The change from one source to the next, with a summary for a heading. */
export function diffView(before, after) {
  const lines = diffLines(trimmed(before), trimmed(after));
  const { added, removed } = counts(lines);
  const view = el("pre.diff", {
    tabindex: "0",
    "aria-label": `Difference: ${plural(added, "line")} added, ${removed} removed`,
  });
  for (const line of hunks(lines)) {
    if (line.op === "gap") view.append(el("span.gap", null, `${plural(line.count, "unchanged line")}\n`));
    else
      view.append(
        el(
          `span.line.${line.op}`,
          { "data-mark": { add: "+", del: "\u2212", same: " " }[line.op] },
          visible(line.text) + "\n",
        ),
      );
  }
  if (!added && !removed) view.append(el("span.gap", null, "No change\n"));
  return view;
}

/** True for a run whose text is meant for people. */
export function isProse(run) {
  return run.role === "clarify" || run.role === "plan";
}

/** "+3 -1", and what the first new line says when wanted. */
export function diffStat(before, after, withLine = false) {
  const lines = diffLines(trimmed(before), trimmed(after));
  const { added, removed } = counts(lines);
  const first = withLine && lines.find((line) => line.op === "add" && line.text.trim());
  return added || removed ? `+${added} \u2212${removed}${first ? `  ${first.text.trim()}` : ""}` : "unchanged";
}
