// The challenge author's markdown as elements: paragraphs, lists, fenced code, inline code, bold, emphasis. No raw HTML, no links, no
// pictures: what is not known stays text.

import { el } from "./dom.js";
import { blocks, inline } from "./markdown.js";

/** Draws markdown into a new element. */
export function prose(text) {
  return el("div.prose", null, blocks(text).map(blockView));
}

function blockView(block) {
  switch (block.kind) {
    case "code": return el("pre.snippet", { tabindex: "0" }, block.text);
    case "heading": return el("h4", null, inline(block.text).map(spanView));
    case "list": return el(block.ordered ? "ol" : "ul", null, block.items.map((item) => el("li", null, inline(item).map(spanView))));
    default: return el("p", null, inline(block.text).map(spanView));
  }
}

function spanView({ kind, text }) {
  return kind === "text" ? text : el({ code: "code", bold: "strong", emphasis: "em" }[kind], null, text);
}
