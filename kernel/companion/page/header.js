// The top of a session's page: what it is, whether the candidate's kernel is there, whether this page is.

import { byId, el, fill, setText } from "./dom.js";
import { asText, oneLine, visible } from "./text.js";

/** Title, mode and the document's title. */
export function drawTitle(about, state) {
  const title = visible(
    oneLine(
      asText(about.title) || state.started?.title || asText(about.challenge) || state.started?.challenge || "Session",
      80,
    ),
  );
  setText(byId("title"), title);
  document.title = `${title} - Assay`;
  const mode = asText(about.mode) || state.started?.mode || "";
  const finished = Boolean(state.finished) || about.state === "finished";
  byId("mode").hidden = !mode && !finished;
  setText(
    byId("mode"),
    [finished && "finished", mode === "practice" ? "practice, unverified" : visible(oneLine(mode, 20))]
      .filter(Boolean)
      .join(", "),
  );
}

/** Whether the candidate's kernel is connected, as the companion sees it. */
export function drawKernel(pill, about, state) {
  const known = about.connected;
  const [kind, text] =
    state.finished && !known
      ? ["done", "Kernel gone, session finished"]
      : known === true
        ? ["good", "Kernel connected"]
        : known === false
          ? ["off", "Candidate\u2019s kernel is not connected"]
          : ["wait", "Kernel: unknown"];
  pill.dataset.kind = kind;
  setText(pill, text);
  const last = state.kernels.at(-1);
  pill.title = last ? visible(oneLine(last.banner, 200)) : "";
}

/** The state of this page's own line to the companion. */
export function drawLine(pill, { state }) {
  const [kind, text] = {
    live: ["good", "Live"],
    connecting: ["wait", "Connecting\u2026"],
    lost: ["off", "Disconnected"],
  }[state];
  pill.dataset.kind = kind;
  setText(pill, text);
}

/** The banner that appears when the page has lost the companion. It counts down and offers to try at once. */
export class Banner {
  constructor(node, retry) {
    Object.assign(this, { node, retry, denied: false });
    this.text = el("span");
    this.button = el("button", { type: "button", onclick: () => this.retry() }, "Try now");
    fill(node, this.text, " ", this.button);
  }

  line({ state, at, why, denied, missing }) {
    if (state === "live") {
      Object.assign(this, { denied: false, missing: false, lost: false, why: "" });
      clearInterval(this.timer);
      this.node.hidden = true;
      return;
    }
    this.denied ||= denied;
    this.missing ||= missing;
    this.lost ||= state === "lost";
    if (!this.lost) return;
    if (at) Object.assign(this, { at, why });
    clearInterval(this.timer);
    this.timer = setInterval(() => this.draw(), 1000);
    this.node.hidden = false;
    this.draw(state === "connecting");
  }

  draw(connecting = false) {
    setText(this.text, this.words(connecting));
  }

  words(connecting) {
    if (this.denied)
      return "This page\u2019s key is no longer valid. Open the Interviewer link of the companion again; what you see here stays as it was.";
    if (this.missing) return "The companion has no such session. Look for it in the list of sessions.";
    const seconds = Math.max(0, Math.ceil((this.at - Date.now()) / 1000));
    const next = connecting || seconds === 0 ? "Trying to connect\u2026" : `Next try in ${seconds} s.`;
    const said = this.why ? ` (${oneLine(this.why, 80)})` : "";
    return `Disconnected from the companion${said}. What you see may be old; what you write is kept and sent later. ${next}`;
  }
}
