// Text outputs: text nodes with colours, folded when they are long.

import { parse, strip } from "./ansi.js";
import { el, setText } from "./dom.js";
import { cut, plural, visible } from "./text.js";

/** Characters of one text output that are drawn before "show more". */
const firstText = 20_000;

/** Characters of one text output that are drawn at all. */
export const mostText = 400_000;

/** A line about an output, in our own words. */
export function remark(text) {
  return el("p.remark", null, text);
}

/** Text with colours, folded when it is long. */
export function textView(text, kind, lost = 0) {
  const pre = el("pre.text", { tabindex: "0", "aria-label": kind });
  pre.classList.add(...kind.split(" "));
  const box = foldable(pre, text);
  const part = cut(text, firstText);
  pre.append(...spans(part.text));
  if (part.rest) {
    const more = el(
      "button.more",
      {
        type: "button",
        onclick: () => {
          const all = cut(text, mostText);
          pre.replaceChildren(...spans(all.text));
          if (all.rest) more.replaceWith(remark(`${plural(all.rest, "further character")} not shown`));
          else more.remove();
        },
      },
      `Show ${plural(part.rest, "more character")}`,
    );
    box.append(more);
  }
  if (lost) box.append(remark(`${plural(lost, "further character")} not kept`));
  return box;
}

/** The end of a stream that still grows; the beginning comes back when the run has ended. */
export function tailView({ text, name }) {
  const from = text.length > firstText ? text.indexOf("\n", text.length - firstText) + 1 || text.length - firstText : 0;
  const box = textView(text.slice(from), `stream ${name}`);
  box.classList.add("tail");
  if (from) box.prepend(remark("What came before is shown when the cell has ended"));
  return box;
}

/** Puts a block into a box that starts folded when the text is long. */
function foldable(block, text) {
  const box = el("div.output", null, block);
  let lines = 0;
  for (let at = -1; lines <= 24 && (at = text.indexOf("\n", at + 1)) >= 0;) lines++;
  if (lines <= 24 && text.length < 6000) return box;
  block.classList.add("folded");
  const button = el(
    "button.more",
    {
      type: "button",
      "aria-expanded": "false",
      onclick: () => {
        const folded = block.classList.toggle("folded");
        button.setAttribute("aria-expanded", String(!folded));
        setText(button, folded ? "Unfold" : "Fold");
      },
    },
    "Unfold",
  );
  box.append(button);
  return box;
}

/** The beginning of a text as nodes, with its colours. */
export function coloured(text) {
  return spans(cut(text, firstText).text);
}

function spans(text) {
  return parse(text).map(({ text: part, style }) => {
    const classes = ["bold", "dim", "italic", "underline", "strike"]
      .filter((name) => style[name])
      .map((name) => `sgr-${name}`);
    const [fg, bg] = style.invert ? [style.bg ?? "bg", style.fg ?? "fg"] : [style.fg, style.bg];
    if (!classes.length && fg === null && bg === null) return document.createTextNode(part);
    const span = el("span", { class: classes.join(" ") || null }, part);
    colour(span, "fg", fg);
    colour(span, "bg", bg);
    return span;
  });
}

/** A colour of its own is given to the style sheet, which keeps it readable on a light and on a dark ground. */
function colour(span, name, value) {
  if (typeof value === "string" && value.startsWith("rgb")) {
    span.style.setProperty(`--sgr-${name}`, value);
    span.classList.add(`sgr-${name}-rgb`);
  } else if (value !== null) span.classList.add(`sgr-${name}-${value}`);
}

/** An error with its traceback. */
export function errorView({ ename, evalue, traceback }) {
  const text = traceback.length ? traceback.join("\n") : `${ename}: ${evalue}`;
  const box = textView(text, "traceback");
  box.prepend(
    el(
      "p.ename",
      null,
      el("strong", null, visible(strip(ename)) || "Error"),
      evalue ? ": " : "",
      visible(strip(cut(evalue, 500).text)),
    ),
  );
  return box;
}
