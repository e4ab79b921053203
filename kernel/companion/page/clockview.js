// The phase clock on the page: four bars with the planned range marked, one clock for all. Past the range a bar goes on
// in a second calm colour; being late is information for the interviewer, not an alarm.

import { el, setText } from "./dom.js";
import { phases, range, reading, standing } from "./phases.js";
import { clock } from "./text.js";

/** The clock strip. set(state, server) gives it a state and the companion's clock; tick() draws the moment. */
export class ClockView {
  constructor(node) {
    this.bars = phases.map((phase) => new Bar(phase));
    this.total = el("span.total-time");
    this.word = el("span.dim");
    node.replaceChildren(...this.bars.map((bar) => bar.node), el("div.total", null, this.total, this.word));
    this.server = null;
    this.budgets = {};
  }

  /** The companion's clock arrived; from here its time goes on by this computer's monotonic clock. */
  sync(server) {
    this.server = server;
    this.heard = performance.now();
    if (server.phase && server.budget_ms > 0) this.budgets[server.phase] = server.budget_ms;
  }

  /** Draws state's account; live says whether time goes on or stands at the last record. */
  draw(state, live) {
    const since = live && this.server ? performance.now() - this.heard : 0;
    const now = reading(state.account, live ? this.server : null, state.finished ? 0 : since);
    for (const bar of this.bars)
      bar.draw(
        now.spent[bar.phase.id],
        now.phase === bar.phase.id,
        range(bar.phase, state.account.minutes, this.budgets[bar.phase.id]),
      );
    setText(this.total, clock(now.total));
    setText(this.word, now.phase === "" ? "not started" : now.phase === "finished" ? "finished" : "in all");
  }
}

class Bar {
  constructor(phase) {
    this.phase = phase;
    this.used = el("span.used");
    this.plan = el("span.plan");
    this.fill = el("span.fill");
    this.past = el("span.past-range");
    this.band = el("span.band");
    const track = el("span.track", { "aria-hidden": "true" }, this.band, this.fill, this.past);
    this.node = el("div.phase", null, el("span.name", null, phase.name), this.used, track, this.plan);
  }

  draw(used, current, { low, high }) {
    const scale = Math.max(high * 1.25, used * 1.05);
    const where = standing(used, { low, high });
    setText(this.used, used > 0 || current ? clock(used) : "\u2013");
    setText(this.plan, where === "past" ? `${minutes(low, high)}, ${clock(used - high)} past` : minutes(low, high));
    this.fill.style.width = `${(100 * Math.min(used, high)) / scale}%`;
    this.past.style.left = `${(100 * high) / scale}%`;
    this.past.style.width = `${(100 * Math.max(0, used - high)) / scale}%`;
    this.band.style.left = `${(100 * low) / scale}%`;
    this.band.style.width = `${(100 * (high - low)) / scale}%`;
    this.node.dataset.standing = where;
    this.node.classList.toggle("current", current);
    if (current) this.node.setAttribute("aria-current", "step");
    else this.node.removeAttribute("aria-current");
  }
}

function minutes(low, high) {
  const number = (ms) => String(Math.round(ms / 6000) / 10);
  return `${number(low)}\u2013${number(high)} min`;
}
