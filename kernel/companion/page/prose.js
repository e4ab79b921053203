// The challenge author's markdown as elements: paragraphs, lists, fenced code, inline code, bold, emphasis. No raw
// HTML, no links, no pictures: what is not known stays text.

import { el } from "./dom.js";
import { blocks, inline } from "./markdown.js";

/** Draws markdown into a new element. */
export function prose(text) {
  return el("div.prose", null, blocks(text).map(blockView));
}

/** One line of markdown as nodes: code, bold and emphasis, nothing else. */
export function phrase(text) {
  return inline(text).map(spanView);
}

function blockView(block) {
  switch (block.kind) {
    case "code":
      return el("pre.snippet", { tabindex: "0" }, block.text);
    case "heading":
      return el("h4", null, phrase(block.text));
    case "list":
      return el(
        block.ordered ? "ol" : "ul",
        null,
        block.items.map((item) => el("li", null, phrase(item))),
      );
    default:
      return el("p", null, phrase(block.text));
  }
}

function spanView({ kind, text }) {
  return kind === "text" ? text : el({ code: "code", bold: "strong", emphasis: "em" }[kind], null, text);
}
