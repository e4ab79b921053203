// The interviewer's material for this challenge: questions that a good candidate asks, the ladder of hints, follow-ups.

import { el, fill, url } from "./dom.js";
import { prose } from "./prose.js";
import { asList, asNumber, asObject, asText, oneLine, timeOfDay } from "./text.js";

/** Reads the companion's answer about a challenge, whatever the case of its field names. */
export function material(answer) {
  const a = lower(asObject(answer));
  const read = (list, ...fields) =>
    asList(list)
      .map((item) => (typeof item === "string" ? { [fields[0]]: item } : lower(asObject(item))))
      .map((item) => Object.fromEntries(fields.map((f) => [f, asText(item[f])])));
  return {
    title: asText(a.title),
    minutes: asNumber(a.minutes),
    difficulty: asText(a.difficulty),
    category: asText(a.category),
    terms: asText(a.terms),
    prompt: asText(a.prompt),
    example: asText(a.example),
    clarify:
      typeof a.clarify === "string" ? [{ question: "", answer: a.clarify }] : read(a.clarify, "question", "answer"),
    hints: read(a.hints, "text", "cost"),
    followUps: read(a.follow_ups ?? a.followups ?? a["follow-ups"], "question")
      .map((item) => item.question)
      .filter(Boolean),
  };
}

function lower(object) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The panel. give(step) sends a hint to the candidate and resolves when it is stored. */
export class GuideView {
  constructor(node, give) {
    Object.assign(this, { node, give, slug: "", error: "" });
    fill(node, el("h2", null, "Guide"), el("p.empty", null, "Waiting for the session\u2019s challenge."));
  }

  /** Loads a challenge's material, once per slug. */
  async load(slug) {
    if (!slug || slug === this.slug) return;
    this.slug = slug;
    try {
      const answer = await fetch(url("api/challenge/", slug), { cache: "no-store" });
      if (answer.status === 403) return this.denied();
      if (!answer.ok) throw new Error(`the companion answered ${answer.status}`);
      this.material = material(await answer.json());
    } catch (error) {
      this.slug = "";
      fill(
        this.node,
        el("h2", null, "Guide"),
        el("p.empty", null, `The material for this challenge is not available: ${error.message}.`),
      );
      return;
    }
    this.build();
  }

  /** The companion keeps the material from those who only look on; so this page has no controls either. */
  denied() {
    document.body.dataset.role = "observer";
    fill(this.node, el("h2", null, "Guide"), el("p.empty", null, "This link is for looking on."));
  }

  build() {
    const m = this.material;
    this.ladder = el("ol.ladder");
    fill(
      this.node,
      el("h2", null, "Guide"),
      el(
        "p.dim",
        null,
        [m.minutes && `${m.minutes} min`, m.difficulty, m.category]
          .filter(Boolean)
          .join(" \u00b7 "),
      ),
      m.terms && el("p.dim", null, m.terms),
      m.prompt &&
        el("details.block", null, el("summary", null, "Statement"), prose(m.prompt), m.example && prose(m.example)),
      m.clarify.length > 0 &&
        el("section", null, el("h3", null, "Questions a good candidate asks"), m.clarify.map(questionView)),
      m.hints.length > 0 && el("section", null, el("h3", null, "Hints"), this.ladder),
      m.followUps.length > 0 &&
        el(
          "section",
          null,
          el("h3", null, "Follow-up questions"),
          el("p.dim", null, "Ask two; they say more than the log."),
          el(
            "ul.follow-ups",
            null,
            m.followUps.map((text) => el("li", null, prose(text))),
          ),
        ),
    );
    if (this.state) this.draw(this.state, this.canSend);
  }

  /** Marks the hints that were given; the next one can be given here. */
  draw(state, canSend) {
    Object.assign(this, { state, canSend });
    if (!this.ladder) return;
    const given = new Map(state.hints.map((hint) => [hint.step, hint]));
    const next = Math.max(0, ...given.keys()) + 1;
    fill(
      this.ladder,
      this.material.hints.map((hint, i) => this.step(hint, i + 1, given.get(i + 1), i + 1 === next && canSend)),
    );
  }

  step(hint, number, given, open) {
    const button =
      !given &&
      el("button", { type: "button", disabled: !open, onclick: () => this.send(number, button) }, "Give this hint");
    return el(
      "li.hint",
      { "data-given": given ? "yes" : "no" },
      el(
        "div.hint-head",
        null,
        el("strong", null, `Hint ${number}`),
        hint.cost && el("span.dim", null, oneLine(hint.cost, 60)),
        el("span.push"),
        given ? el("span.chip", null, `given ${timeOfDay(given.at)}`) : button,
      ),
      prose(hint.text),
    );
  }

  async send(step, button) {
    button.disabled = true;
    button.textContent = "Giving\u2026";
    try {
      await this.give(step);
    } catch (error) {
      button.textContent = "Give this hint";
      button.disabled = false;
      button.after(el("span.trouble", { role: "alert" }, error.message));
    }
  }
}

function questionView({ question, answer }) {
  return el("details.question", null, el("summary", null, question || "Notes"), prose(answer));
}
