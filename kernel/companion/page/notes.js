// Notes: what the interviewer writes down while watching. A note that is still being written is kept in this browser,
// so that a closed tab loses nothing; once added it is a record like any other and cannot be changed.

import { el, fill, setText } from "./dom.js";
import { words } from "./saver.js";
import { clock, visible } from "./text.js";

/** The panel. send({text, show}) stores a note and resolves when it is stored. */
export class NotesView {
  constructor(node, session, send) {
    Object.assign(this, { send, key: `assay draft ${session}` });
    this.text = el("textarea", {
      rows: "4",
      maxlength: "4000",
      placeholder: "Write a note\u2026",
      "aria-label": "Note",
      oninput: () => this.keep(),
      onkeydown: (e) => this.typed(e),
    });
    this.show = el("input", { type: "checkbox", id: "note-show" });
    this.status = el("span.save", { role: "status" });
    this.button = el("button.primary", { type: "button", onclick: () => this.add() }, "Add note");
    this.list = el("ol.notes", { "aria-label": "Notes, newest first" });
    fill(
      node,
      el("h2", null, "Notes"),
      el(
        "div.composer",
        null,
        this.text,
        el(
          "div.row",
          null,
          el("label.check", null, this.show, " Show to the candidate"),
          el("span.push"),
          this.status,
          this.button,
        ),
      ),
      this.list,
    );
    this.text.value = this.draft();
    this.keep(false);
  }

  draft() {
    try {
      return localStorage.getItem(this.key) || "";
    } catch {
      return "";
    }
  }

  keep(say = true) {
    const text = this.text.value;
    this.button.disabled = !text.trim();
    try {
      if (text) localStorage.setItem(this.key, text);
      else localStorage.removeItem(this.key);
      setText(this.status, text ? (say ? "Draft kept in this browser" : "Draft from earlier") : "");
    } catch {
      setText(this.status, text ? "Not added yet" : "");
    }
  }

  typed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.add();
  }

  async add() {
    const text = this.text.value.trim();
    if (!text || this.button.disabled) return;
    this.button.disabled = true;
    this.saving = true;
    setText(this.status, words("saving", "", this.connected));
    try {
      await this.send({ text, show: this.show.checked });
      if (this.text.value.trim() === text) this.text.value = "";
      this.show.checked = false;
      this.keep();
      setText(this.status, this.text.value ? "Draft kept in this browser" : "Saved");
    } catch (error) {
      setText(this.status, `Not saved: ${error.message}`);
      this.button.disabled = false;
    } finally {
      this.saving = false;
    }
  }

  /** Says where a note is while the companion is away. */
  line(connected) {
    this.connected = connected;
    if (this.saving) setText(this.status, words("saving", "", connected));
  }

  draw(state) {
    fill(
      this.list,
      [...state.notes]
        .reverse()
        .slice(0, 300)
        .map((note) =>
          el(
            "li",
            null,
            el(
              "div.note-head",
              null,
              el("time.dim", null, clock(note.at - state.began)),
              note.by && el("span.dim", null, visible(note.by)),
              note.show && el("span.chip", null, "shown to the candidate"),
            ),
            el("p.note-text", null, visible(note.text)),
          ),
        ),
    );
  }
}
