// The bar at the foot of the page: a slider over the recorded events, play, speed, and the way back to live.

import { el, setText } from "./dom.js";
import { indexAfter, waitAfter } from "./replay.js";
import { clock } from "./text.js";

/** What the pill of the page's line says instead of "Live" while replay shows the past; null when it need not. */
export function placeOf(lineState, past) {
  if (!past || lineState !== "live") return null;
  const title = "Notebook, tests, timeline and clock show the past. The line to the companion is live.";
  return { kind: "past", text: "Replay", title };
}

/** show(seq) is called with the record to show, or null for live. */
export class ReplayView {
  constructor(node, show) {
    Object.assign(this, { node, show, records: [], at: null, timer: null });
    this.play = el("button.play", { type: "button", onclick: () => this.toggle() }, "Play");
    this.slider = el("input", {
      type: "range",
      min: "0",
      max: "0",
      value: "0",
      "aria-label": "Recorded events",
      oninput: () => {
        this.stop();
        this.goTo(Number(this.slider.value));
      },
    });
    this.speed = el(
      "select",
      { "aria-label": "Speed" },
      [1, 4, 16, 60].map((n) => el("option", { value: String(n), selected: n === 4 }, `${n}\u00d7`)),
    );
    this.where = el("output.where");
    this.live = el("button.primary", { type: "button", onclick: () => this.leave(), hidden: true }, "Back to live");
    node.replaceChildren(this.play, this.speed, this.slider, this.where, this.live);
    this.label();
  }

  /** Takes the records so far; the list may have grown. */
  take(records) {
    this.records = records;
    this.slider.max = String(records.length);
    if (this.at === null) this.slider.value = String(records.length);
    this.label();
  }

  /** Goes to the state after a record. */
  goToSeq(seq) {
    this.stop();
    this.goTo(indexAfter(this.records, seq));
  }

  goTo(count) {
    this.at = Math.max(0, Math.min(count, this.records.length));
    this.slider.value = String(this.at);
    this.live.hidden = false;
    this.node.classList.add("on");
    this.show(this.at ? this.records[this.at - 1].seq : 0);
    this.label();
  }

  toggle() {
    if (this.timer !== null) return this.stop();
    if (this.at === null || this.at >= this.records.length) this.goTo(0);
    setText(this.play, "Pause");
    this.step();
  }

  step() {
    if (this.at >= this.records.length) return this.stop();
    this.goTo(this.at + 1);
    this.timer = setTimeout(() => this.step(), waitAfter(this.records, this.at - 1, Number(this.speed.value)));
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    setText(this.play, "Play");
  }

  leave() {
    this.stop();
    this.at = null;
    this.live.hidden = true;
    this.node.classList.remove("on");
    this.slider.value = this.slider.max;
    this.show(null);
    this.label();
  }

  label() {
    const n = this.records.length;
    this.play.disabled = n === 0;
    if (n === 0) return setText(this.where, "Nothing recorded");
    const place = this.at ?? n;
    const at = place ? Date.parse(this.records[place - 1].received) - Date.parse(this.records[0].received) : 0;
    setText(this.where, this.at === null ? `Live, ${n} events` : `${clock(at)}, event ${place} of ${n}`);
    this.slider.setAttribute("aria-valuetext", this.where.textContent);
  }
}
