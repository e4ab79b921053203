// The grid of class by run: how many tests passed. A run's column chooses it, and the newest run stays in sight until
// the reader scrolls back.

import { el, fill } from "./dom.js";
import { byClass, classesOf } from "./results.js";
import { oneLine, timeOfDay, visible } from "./text.js";

/** Runs side by side in the grid. */
const mostRuns = 24;

/** Where a box that is wide inside stands: at its end, or where the reader has gone back to. */
export function leftOf({ back, left }, width, content) {
  const end = Math.max(0, content - width);
  return back ? Math.min(left, end) : end;
}

/** Whether a reader who scrolled there has gone back from the end. */
export function goneBack(left, width, content) {
  return left + width < content - 8;
}

/** choose(seq) is called with the verdict whose column was chosen. */
export class RunGrid {
  constructor(choose) {
    Object.assign(this, { choose, back: false, left: 0 });
    this.node = el("div.scroll", { onscroll: () => this.scrolled() });
    // a hidden panel has no width, and gets one when it is looked at
    new ResizeObserver(() => this.place()).observe(this.node);
  }

  draw(verdicts, shown) {
    const list = verdicts.slice(-mostRuns);
    const reports = list.map((v) => classesOf(v.report));
    const names = [...new Set(reports.flat().map((c) => c.name))].sort(byClass);
    const cut = verdicts.length - list.length;
    fill(
      this.node,
      el(
        "p.caption",
        { id: "grid-title" },
        `Passed tests by class and run${cut ? `, the last ${mostRuns} of ${verdicts.length} runs` : ""}. Choose a run to see its tests.`,
      ),
      el(
        "table.grid",
        { "aria-labelledby": "grid-title" },
        el(
          "thead",
          null,
          el(
            "tr",
            null,
            el("th", { scope: "col" }, "Run"),
            list.map((v) => this.head(v, v === shown)),
          ),
        ),
        el(
          "tbody",
          null,
          names.map((name) =>
            el(
              "tr",
              null,
              el("th", { scope: "row" }, visible(oneLine(name, 24))),
              list.map((v, i) => {
                const result = reports[i].find((c) => c.name === name);
                return el("td", { class: v === shown ? "shown" : null }, this.square(v, name, result));
              }),
            ),
          ),
        ),
      ),
    );
  }

  head(v, shown) {
    return el(
      "th",
      { scope: "col" },
      el(
        "button.run-no",
        {
          type: "button",
          "aria-pressed": String(shown),
          title: `Run ${v.run}, ${timeOfDay(v.at)}`,
          "aria-label": `Show run ${v.run}`,
          onclick: () => this.choose(v.seq),
        },
        String(v.run),
      ),
    );
  }

  /** A square chooses its run as the number above does, which is the one place where the Tab key stops. */
  square(v, name, result) {
    const share = result ? result.passed / result.total : 0;
    const kind = !result ? "none" : share === 1 ? "all" : share === 0 ? "nothing" : "some";
    const says = result ? `${result.passed} of ${result.total}` : "no result";
    const level = result && el("span.level", { "aria-hidden": "true" });
    if (level) level.style.height = `${Math.round(share * 100)}%`;
    return el(
      `button.square.${kind}`,
      {
        type: "button",
        tabindex: "-1",
        title: `${visible(oneLine(name, 24))}, run ${v.run}: ${says}`,
        "aria-label": `${visible(oneLine(name, 24))}, run ${v.run}: ${says}`,
        onclick: () => this.choose(v.seq),
      },
      level,
      el("span.number", null, result ? `${result.passed}/${result.total}` : "\u2013"),
    );
  }

  /** Puts the grid where it belongs after it was drawn or has got another width. */
  place() {
    const { node } = this;
    if (!node.clientWidth) return;
    node.scrollLeft = leftOf(this, node.clientWidth, node.scrollWidth);
    this.left = node.scrollLeft;
  }

  scrolled() {
    const { node } = this;
    if (!node.clientWidth || Math.abs(node.scrollLeft - this.left) < 1) return; // our own doing
    this.left = node.scrollLeft;
    this.back = goneBack(this.left, node.clientWidth, node.scrollWidth);
  }

  /** Back to the newest run. */
  follow() {
    this.back = false;
    this.place();
  }

  /** Puts the focus on the run that is shown, if it has a column. */
  focus() {
    this.node.querySelector(".run-no[aria-pressed=true]")?.focus({ preventScroll: true });
  }
}
