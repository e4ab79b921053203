// What the rubric found in the code: the line, why, and one better form. Findings with two witnesses cost points, the
// others are advice.

import { el } from "./dom.js";
import { phrase } from "./prose.js";
import { asList, asNumber, asObject, asText, oneLine, plural, points, visible } from "./text.js";
import { criterionWord } from "./words.js";

/** The findings of one verdict; reveal(verdict, cell, line) jumps to a line of the notebook. */
export function findingsView(verdict, reveal) {
  const all = asList(verdict.report.findings)
    .map(asObject)
    .sort((a, b) => asNumber(b.points) - asNumber(a.points));
  const cost = all.filter((f) => f.severity === "costs");
  const advice = all.filter((f) => f.severity !== "costs");
  const one = (f) => findingView(f, verdict, reveal);
  return el(
    "section.findings",
    null,
    el(
      "h3",
      null,
      "Findings",
      all.length > 0 &&
        el("span.dim", null, ` ${cost.length} ${cost.length === 1 ? "costs" : "cost"} points, ${advice.length} advice`),
    ),
    all.length === 0 && el("p.empty", null, "Nothing found in this run."),
    cost.slice(0, 60).map(one),
    advice.length > 0 &&
      el(
        "details",
        { open: cost.length === 0 },
        el("summary", null, `${plural(advice.length, "piece", "pieces")} of advice, no points`),
        advice.slice(0, 60).map(one),
      ),
  );
}

function findingView(f, verdict, reveal) {
  const line = asNumber(f.line);
  const witnesses = asList(f.witnesses)
    .filter((w) => typeof w === "string")
    .map((w) => visible(oneLine(w, 120)));
  return el(
    "article.finding",
    { "data-severity": f.severity === "costs" ? "costs" : "advice" },
    el(
      "div.finding-head",
      null,
      f.severity === "costs" && el("strong.points", null, `\u2212${points(asNumber(f.points))}`),
      line > 0 &&
        el("button.link", { type: "button", onclick: () => reveal(verdict, asText(f.cell), line) }, `Line ${line}`),
      el("span.rule", { title: `Rule ${visible(oneLine(asText(f.rule), 24))}` }, criterionWord(asText(f.criterion))),
    ),
    asText(f.code) && el("pre.snippet", { tabindex: "0" }, visible(asText(f.code).slice(0, 2000))),
    el("p.why", null, phrase(visible(asText(f.why).slice(0, 1000)))),
    asText(f.better) &&
      el(
        "div.better",
        null,
        el("span.dim", null, "Better"),
        el("pre.snippet", { tabindex: "0" }, visible(asText(f.better).slice(0, 2000))),
      ),
    witnesses.length > 0 && el("p.dim.witnesses", null, `Witnesses: ${witnesses.join("; ")}`),
  );
}
