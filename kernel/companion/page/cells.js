// The notebook: one article per cell, in the order that order.js infers. A cell is drawn anew only when a record
// touched it, and its costly parts only when it comes near the screen.

import { el, fill, reconcile, setText, whenNear } from "./dom.js";
import { OutputsBox, outputsView } from "./outputs.js";
import { diffStat, diffView, isProse, sourceView } from "./source.js";
import { runState } from "./runs.js";
import { duration, oneLine, plural, timeOfDay, visible } from "./text.js";

const stateWords = {
  running: "running",
  queued: "queued",
  judging: "tests running",
  ok: "",
  error: "error",
  aborted: "aborted",
  lost: "kernel ended",
};

/** The notebook's view. update(state, keys) draws what changed; show(state) takes another state, as replay does. */
export class CellsView {
  constructor(session, box, empty) {
    Object.assign(this, { session, box, empty });
    this.views = new Map();
  }

  /** Takes a whole state: cells that are the same in both are not drawn again. */
  show(state) {
    this.update(state, state.cells.keys());
  }

  /** Draws the cells with these keys and keeps the list in order. */
  update(state, keys) {
    for (const key of keys) {
      const cell = state.cells.get(key);
      if (!cell) continue;
      if (!this.views.has(key)) this.views.set(key, new CellView(this.session, cell));
      this.views.get(key).update(state, cell);
    }
    for (const key of this.views.keys()) if (!state.cells.has(key)) this.views.delete(key);
    reconcile(
      this.box,
      state.order
        .map((key) => this.views.get(key))
        .filter(Boolean)
        .map((view) => view.node),
    );
    this.empty.hidden = state.cells.size > 0;
  }

  /** Scrolls to a cell, so that its end can be seen: what happens there now. */
  keepInView(key) {
    this.views.get(key)?.node.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  /** Goes to a cell, and to a line of its source; both flash once. */
  reveal(key, line = 0) {
    const view = this.views.get(key);
    if (!view) return false;
    view.build();
    const mark = line ? view.node.querySelector(`.source [data-line="${Number(line)}"]`) : null;
    (mark || view.node).scrollIntoView({ block: mark ? "center" : "nearest", behavior: "instant" });
    for (const node of [view.node, mark]) flash(node);
    view.node.focus({ preventScroll: true });
    return true;
  }
}

function flash(node) {
  if (!node) return;
  node.classList.remove("flash");
  requestAnimationFrame(() => node.classList.add("flash"));
}

class CellView {
  constructor(session, cell) {
    this.session = session;
    this.seq = -1;
    this.head = el("header.cell-head");
    this.body = el("div.cell-body");
    this.node = el("article.cell", { tabindex: "-1" }, this.head, this.body);
    this.built = false;
    whenNear(this.node, () => this.build());
    this.earlier = null;
    this.cell = cell;
  }

  update(state, cell) {
    const run = cell.runs.at(-1);
    const now = runState(state, run);
    if (this.seq === cell.seq && this.state === now) return;
    Object.assign(this, { seq: cell.seq, state: now, cell });
    this.node.dataset.state = now;
    this.node.dataset.role = run.role;
    this.node.setAttribute(
      "aria-label",
      `${cell.role || "Cell"}, ${plural(cell.runs.length, "run")}, ${stateWords[now] ?? "finished"}`,
    );
    this.drawHead(run, now);
    if (this.built) this.drawBody();
    else if (!this.rough || this.rough.dataset.run !== String(run.seq)) this.drawRough(run);
  }

  drawHead(run, now) {
    const word = stateWords[now] ?? visible(now);
    fill(
      this.head,
      el(
        "span.count",
        { "aria-label": "Execution count" },
        `[${now === "running" || now === "judging" ? "*" : run.count || " "}]`,
      ),
      this.cell.role && el(`span.chip.role`, null, visible(oneLine(this.cell.role, 24))),
      run.magic && el("span.chip", null, `%${visible(oneLine(run.magic, 24))}`),
      word && el(`span.chip.state`, null, now === "running" && el("span.spin", { "aria-hidden": "true" }), word),
      run.verdict > 0 && el("span.chip.verdict", null, `tests, run ${run.verdict}`),
      el("span.push"),
      run.ns > 0 && el("span.dim", null, duration(run.ns)),
      el("time.dim", { datetime: new Date(run.at).toISOString() }, timeOfDay(run.at)),
    );
  }

  /** Source as bare text, so that the browser's own search finds it before the cell was ever near. */
  drawRough(run) {
    this.rough = el("pre.source.rough", { "data-run": String(run.seq) }, visible(run.code.slice(0, 20_000)));
    fill(this.body, this.rough);
  }

  build() {
    if (this.built) return;
    this.built = true;
    this.body.replaceChildren();
    this.drawBody();
  }

  drawBody() {
    const run = this.cell.runs.at(-1);
    if (this.run !== run.seq) {
      this.run = run.seq;
      this.source = sourceView(run.code, isProse(run));
      this.outputs = new OutputsBox(this.session);
    }
    this.outputs.update(run);
    this.drawEarlier();
    reconcile(this.body, [this.source, this.outputs.node, this.earlier].filter(Boolean));
  }

  drawEarlier() {
    const runs = this.cell.runs;
    if (runs.length < 2) {
      this.earlier = null;
      return;
    }
    if (!this.earlier) {
      this.earlierTitle = el("summary");
      this.earlierList = el("ol.runs");
      this.earlier = el("details.earlier", { ontoggle: () => this.drawRuns() }, this.earlierTitle, this.earlierList);
    }
    const change = diffStat(runs.at(-2).code, runs.at(-1).code);
    setText(
      this.earlierTitle,
      `${plural(runs.length - 1, "earlier run")}, ${change === "unchanged" ? "the last one the same" : `last change ${change}`}`,
    );
    this.drawRuns();
  }

  drawRuns() {
    const runs = this.cell.runs;
    if (!this.earlier.open || this.drawn === runs.length) return;
    this.drawn = runs.length;
    fill(
      this.earlierList,
      runs.map((run, i) => runView(this.session, run, runs[i - 1], i === runs.length - 1)).reverse(),
    );
  }
}

/** One run in the history: what it changed, and what it gave. */
function runView(session, run, before, last) {
  const inside = el("div.run-body");
  const title = [
    `Run ${run.number}`,
    last && "shown above",
    timeOfDay(run.at),
    run.status === "error" ? visible(run.ename) || "error" : stateWords[run.status],
    before && diffStat(before.code, run.code),
  ];
  const view = el(
    "details.run",
    {
      ontoggle: () => {
        if (!view.open || inside.childElementCount) return;
        inside.append(before ? diffView(before.code, run.code) : sourceView(run.code, isProse(run)));
        if (!last && run.outputs.length) inside.append(outputsView(session, run));
      },
    },
    el("summary", null, title.filter(Boolean).join(" \u00b7 ")),
    inside,
  );
  return el("li", { value: run.number }, view);
}
