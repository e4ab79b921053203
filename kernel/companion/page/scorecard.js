// The scorecard: points by criterion, what nobody has scored yet, and the interval that this leaves.

import { el } from "./dom.js";
import { oneLine, points, visible } from "./text.js";

/** Draws a card of rubric.js; last is the verdict whose tests it shows, if any. */
export function cardView(card, last) {
  const sum = card.of > 0 ? `${points(card.points)} of ${points(card.of)}` : "Not scored yet";
  return [
    el(
      "div.sum",
      null,
      el("strong", null, sum),
      card.of > 0 &&
        el(
          "span.dim",
          null,
          card.high > card.low
            ? `between ${points(card.low)} and ${points(card.high)} of 100: ${points(card.high - card.low)} points not scored`
            : "everything is scored",
        ),
    ),
    interval(card),
    el(
      "table.score",
      null,
      el("caption", null, last ? `Points by criterion, tests of run ${last.run}` : "Points by criterion"),
      el("tbody", null, card.rows.map(rowView)),
    ),
  ];
}

function interval({ low, high }) {
  const got = el("span.got");
  const open = el("span.open");
  got.style.width = `${low}%`;
  Object.assign(open.style, { left: `${low}%`, width: `${Math.max(0, high - low)}%` });
  return el(
    "div.interval",
    { role: "img", "aria-label": `Interval from ${points(low)} to ${points(high)} of 100` },
    got,
    open,
  );
}

function rowView(row) {
  const bar = el("span.got");
  const open = el("span.open");
  bar.style.width = `${(100 * (row.points ?? 0)) / row.of}%`;
  Object.assign(open.style, { left: `${(100 * (row.points ?? 0)) / row.of}%`, width: `${(100 * row.open) / row.of}%` });
  const value =
    row.points === null
      ? el("span.dim", null, "not scored")
      : el(
          "span",
          null,
          el("strong", null, points(row.points)),
          ` of ${points(row.of - row.open)}`,
          row.open > 0 && el("span.dim", null, `, ${points(row.open)} not scored`),
        );
  const details = row.parts.filter((part) => part && typeof part.name === "string");
  return el(
    "tr",
    null,
    el("th", { scope: "row" }, row.name),
    el("td.bar", null, el("span.interval.small", { "aria-hidden": "true" }, bar, open)),
    el(
      "td",
      null,
      details.length
        ? el("details", null, el("summary", null, value), el("ul.parts", null, details.map(partLine)))
        : value,
    ),
  );
}

function partLine(part) {
  const got = typeof part.points === "number" ? `${points(part.points)} of ${points(part.of || 0)}` : "not scored";
  return el(
    "li",
    null,
    visible(oneLine(part.name, 60)),
    ": ",
    got,
    part.why ? el("span.dim", null, ` ${visible(oneLine(String(part.why), 200))}`) : null,
  );
}
