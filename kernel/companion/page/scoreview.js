// The scorecard: what the machine found, what people say, and what nobody has scored yet. Ratings and remarks save
// themselves; a word beside each says where they are.

import { el, fill, setText } from "./dom.js";
import { evidence } from "./evidence.js";
import { composeWhy, parts, pointsFor, readWhy, scorecard } from "./rubric.js";
import { cardView } from "./scorecard.js";
import { saver, words } from "./saver.js";
import { clock, points, timeOfDay, visible } from "./text.js";

/**
 * The panel. send({part, points, why}) stores a score and resolves when it is stored; go(seq) shows a fact's moment.
 */
export class ScoreView {
  constructor(node, send, go) {
    this.go = go;
    this.card = el("div.card");
    this.title = el("summary");
    this.box = el("details.scorecard", null, this.title, this.card);
    this.editors = parts.map((part) => new Editor(part, send));
    fill(
      node,
      el("h2", null, "Score"),
      el(
        "p.dim",
        null,
        "Rate each dimension before you look at the sum. Band 1 gives none of its points, 3 half, 5 all.",
      ),
      this.editors.map((editor) => editor.node),
      this.box,
    );
  }

  draw(state) {
    const last =
      state.verdicts.findLast((v) => v.report.status === "graded") || state.verdicts.findLast((v) => v.run > 0);
    const card = scorecard(last ? last.report : null, state.scores);
    const open = parts.filter((part) => typeof state.scores.get(part.id)?.points !== "number").length;
    setText(this.title, open ? `Scorecard (${open} of your ${parts.length} parts still open)` : "Scorecard");
    if ((!open || document.body.dataset.role === "observer") && !this.shown) this.box.open = this.shown = true;
    fill(this.card, cardView(card, last));
    for (const editor of this.editors) editor.take(state.scores.get(editor.part.id));
  }

  /** The facts of the log beside the questions; drawn when the panel is looked at. */
  drawEvidence(state) {
    const facts = evidence(state);
    for (const editor of this.editors) editor.facts(facts[editor.part.id] || [], state.began, this.go);
  }

  /** Says where unsaved scores are while the companion is away. */
  line(connected) {
    for (const editor of this.editors) editor.line(connected);
  }

  /** Sends what waits; called before the page goes away. */
  flush() {
    for (const editor of this.editors) editor.saver.flush();
  }

  /** True while something is not stored. */
  dirty() {
    return this.editors.some((editor) => editor.saver.dirty());
  }
}

/** One part that a person scores. */
class Editor {
  constructor(part, send) {
    this.part = part;
    this.ratings = {};
    this.status = el("span.save", { role: "status" });
    this.sum = el("span.dim");
    this.remark = el("textarea", {
      rows: "2",
      maxlength: "2000",
      placeholder: "What you saw, in a line or two",
      "aria-label": `Remark on ${part.name}`,
      oninput: () => this.changed(false),
      onchange: () => this.changed(true),
    });
    this.groups = part.questions.map((question) => this.question(question));
    this.clear = el("button.link", { type: "button", onclick: () => this.reset() }, "Take back");
    this.shown = el("ul.facts");
    this.evidence = el(
      "details.evidence",
      { open: true, hidden: true },
      el("summary", null, "From the log: facts, no points"),
      this.shown,
    );
    this.node = el(
      "section.editor",
      { "aria-label": part.name },
      el("div.editor-head", null, el("h3", null, part.name), this.sum, el("span.push"), this.status),
      this.evidence,
      this.groups,
      this.remark,
      el("div.row.end", null, this.clear),
    );
    this.saver = saver({
      send: (value) => send(value),
      shown: (state, message) => this.say(state, message),
    });
    this.paint();
  }

  say(state, message) {
    this.status.dataset.state = state;
    setText(this.status, state === "saved" ? `Saved ${timeOfDay(Date.now())}` : words(state, message, this.connected));
  }

  line(connected) {
    this.connected = connected;
    if (this.status.dataset.state === "saving") this.say("saving");
  }

  question(question) {
    const name = `${this.part.id}-${question.id}`;
    const choice = (band) =>
      el(
        "label.band",
        null,
        el("input", {
          type: "radio",
          name,
          value: String(band),
          onchange: () => {
            this.ratings[question.id] = band;
            this.changed(true);
          },
        }),
        el("span", null, String(band)),
      );
    return el(
      "fieldset.question",
      { "data-question": question.id },
      el("legend", null, this.part.questions.length > 1 ? question.name : "Band"),
      el("div.bands", null, [1, 2, 3, 4, 5].map(choice)),
      el(
        "dl.anchors",
        null,
        [1, 3, 5].map((band) => [el("dt", null, String(band)), el("dd", null, question.anchors[band])]),
      ),
    );
  }

  facts(list, began, go) {
    this.evidence.hidden = list.length === 0;
    fill(
      this.shown,
      list.map(({ at, seq, text }) =>
        el(
          "li",
          null,
          at === null
            ? el("span.when.dim", null, "\u2013")
            : el(
                "button.link.when",
                { type: "button", "aria-label": `Show the session at ${clock(at - began)}`, onclick: () => go(seq) },
                clock(at - began),
              ),
          el("span", null, visible(text)),
        ),
      ),
    );
  }

  reset() {
    this.ratings = {};
    this.remark.value = "";
    this.changed(true);
  }

  changed(now) {
    this.paint();
    this.saver.edit(
      {
        part: this.part.id,
        points: pointsFor(this.part, this.ratings),
        why: composeWhy(this.part, this.ratings, this.remark.value),
      },
      now,
    );
  }

  /** Takes what the log says, unless this page has something newer. */
  take(score) {
    if (!score || score.seq === this.seq || this.saver.dirty()) return;
    this.seq = score.seq;
    if (document.activeElement === this.remark) return;
    const { ratings, remark } = readWhy(this.part, score.why);
    Object.assign(this, { ratings });
    this.remark.value = remark;
    this.paint();
    if (!this.status.textContent) setText(this.status, `Saved ${timeOfDay(score.at)}`);
  }

  paint() {
    for (const group of this.groups)
      for (const input of group.querySelectorAll("input"))
        input.checked = this.ratings[group.dataset.question] === Number(input.value);
    const given = pointsFor(this.part, this.ratings);
    const open = this.part.questions.filter(({ id }) => !this.ratings[id]).length;
    setText(
      this.sum,
      given !== null
        ? `${points(given)} of ${this.part.of}`
        : open < this.part.questions.length
          ? `not scored, ${open} open`
          : "not scored",
    );
    this.clear.hidden = !Object.keys(this.ratings).length && !this.remark.value;
  }
}
