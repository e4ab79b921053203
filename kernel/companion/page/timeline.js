// The session's course, newest first. Each entry is a place that replay can go to.

import { el, fill } from "./dom.js";
import { inline } from "./markdown.js";
import { classesOf } from "./results.js";
import { diffStat } from "./source.js";
import { asText, clock, oneLine, plural, visible } from "./text.js";
import { statusWord } from "./words.js";

const page = 150;

/** The panel. go(seq) shows the session as it was at that record. */
export class TimelineView {
  constructor(node, go) {
    this.go = go;
    this.most = page;
    this.list = el("ol.events");
    this.more = el("button.more", {
      type: "button",
      hidden: true,
      onclick: () => {
        this.most += page * 4;
        this.draw(this.state, this.at);
      },
    });
    fill(
      node,
      el("h2", null, "Timeline"),
      el("p.dim", null, "Choose an entry to see the session as it was then."),
      this.list,
      this.more,
    );
  }

  /** Draws all entries of state; those after record at (replay) are dimmed. */
  draw(state, at = Infinity) {
    Object.assign(this, { state, at });
    const all = state.timeline;
    const moves = state.account.moves;
    fill(
      this.list,
      all
        .slice(-this.most)
        .reverse()
        .map((entry) => this.entry(entry, state, moves, at)),
    );
    this.more.hidden = all.length <= this.most;
    this.more.textContent = `Show ${plural(all.length - this.most, "earlier entry", "earlier entries")}`;
  }

  entry(entry, state, moves, at) {
    const { text, title } = detailOf(entry);
    const moved = moves.find((move) => move.seq === entry.seq);
    return el(
      "li",
      { "data-kind": entry.kind, class: entry.seq > at ? "later" : null },
      el(
        "button.event",
        { type: "button", onclick: () => this.go(entry.seq) },
        el("time", null, clock(entry.at - state.began)),
        el("span.what", null, visible(oneLine(entry.title, 60)), moved && el("span.chip", null, moved.phase)),
        el("span.detail.dim", { title: title ?? text }, text),
      ),
    );
  }
}

const details = new WeakMap(); // comparing two sources is not free, and the list is drawn often

function detailOf(entry) {
  if (!details.has(entry)) details.set(entry, detail(entry));
  return details.get(entry);
}

/** What an entry says in one line: {text, title}; title is the code that the text puts in words, if any. */
export function detail(entry) {
  if (entry.verdict) return summary(entry.verdict.report);
  if (entry.before !== null) return { text: oneLine(diffStat(entry.before, entry.detail, true), 90) };
  // a hint is the author's markdown, and one line has no place for its marks
  const spans = entry.kind === "hint" ? inline(entry.detail) : [{ text: entry.detail }];
  return { text: oneLine(spans.map(({ text }) => text).join(""), 90) };
}

function summary(report) {
  const classes = classesOf(report).map((c) => `${c.name} ${c.passed}/${c.total}`);
  if (classes.length) return { text: oneLine(classes.join("  "), 90) };
  const status = asText(report.status);
  return { text: statusWord(status), title: visible(oneLine(status, 40)) };
}
