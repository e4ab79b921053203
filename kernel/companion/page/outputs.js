// Outputs of a run. What a candidate's code printed is hostile until proved otherwise, so each kind has one safe way:
// text as text nodes with colours only; pictures as <img> from data: after a look at their first bytes; SVG as a
// picture; HTML only in a frame without scripts and with an origin of its own, from an address whose policy lets it
// load nothing. Everything else is named, not shown.

import { el, reconcile, url, whenNear } from "./dom.js";
import { rasterTypes, rasterURL, svgURL } from "./image.js";
import { asText, bytes, plural, visible } from "./text.js";
import { coloured, errorView, mostText, remark, tailView, textView } from "./textoutput.js";

/** Outputs of one run that are drawn before "show more". */
const firstOutputs = 40;

/** Draws a run's outputs once, into a new element. session is the id for the frame's address. */
export function outputsView(session, run) {
  const box = new OutputsBox(session);
  box.update(run);
  return box.node;
}

/** A run's outputs while they come: what did not change keeps its element, so frames do not load again. */
export class OutputsBox {
  constructor(session) {
    this.session = session;
    this.node = el("div.outputs", { role: "group", "aria-label": "Outputs, as reported by the candidate's host" });
    this.drawn = new Map(); // place -> {mark, node}
    this.most = firstOutputs;
  }

  /** Draws what changed since the last call. */
  update(run) {
    const running = run.status === "";
    const nodes = run.outputs
      .slice(0, this.most)
      .map((output, place) => this.one(output, place, running && place === run.outputs.length - 1));
    const hidden = run.outputs.length - nodes.length;
    if (hidden > 0)
      nodes.push(
        el(
          "button.more",
          {
            type: "button",
            onclick: () => {
              this.most = Infinity;
              this.update(run);
            },
          },
          `Show ${plural(hidden, "more output")}`,
        ),
      );
    if (run.left) nodes.push(remark(`${plural(run.left, "further output")} not kept`));
    if (run.dropped) nodes.push(remark(`${bytes(run.dropped)} of output were not recorded`));
    reconcile(this.node, nodes);
    for (const folded of this.node.querySelectorAll(":scope > .tail > .folded")) folded.scrollTop = folded.scrollHeight;
  }

  one(output, place, tail) {
    const mark = `${output.seq} ${output.type === "stream" ? `${output.text.length} ${tail}` : ""}`;
    const old = this.drawn.get(place);
    if (old && old.mark === mark) return old.node;
    const node = outputView(this.session, output, tail);
    if (old && old.node.querySelector(":scope > button[aria-expanded=true]"))
      node.querySelector(":scope > button[aria-expanded]")?.click();
    this.drawn.set(place, { mark, node });
    return node;
  }
}

/** tail: the run still prints here, so its end is what matters. */
function outputView(session, output, tail = false) {
  switch (output.type) {
    case "stream":
      return tail ? tailView(output) : textView(output.text, `stream ${output.name}`, output.lost);
    case "error":
      return errorView(output);
    case "data":
      return dataView(session, output);
    default:
      return remark(`Output of type ${visible(output.name)} is not shown`);
  }
}

/** The richest form of a bundle that has a safe way; the plain text stays one click away. */
function dataView(session, output) {
  const { data } = output;
  const plain = asText(data["text/plain"]);
  const rich = picture(data) || frame(session, output);
  if (!rich) {
    const [type, text] = textual(data, plain);
    if (type) return textView(text, output.result ? "result" : "display");
    return remark(`Output of type ${Object.keys(data).slice(0, 6).map(visible).join(", ") || "nothing"} is not shown`);
  }
  const box = el("div.output", null, rich);
  if (plain && plain.length < mostText)
    box.append(
      el("details.plain", null, el("summary", null, "As text"), el("pre.text", { tabindex: "0" }, ...coloured(plain))),
    );
  return box;
}

function textual(data, plain) {
  for (const type of ["text/markdown", "text/latex"]) if (asText(data[type])) return [type, asText(data[type])];
  if (plain) return ["text/plain", plain];
  if (data["application/json"] !== undefined)
    return ["application/json", JSON.stringify(data["application/json"], null, 2)];
  const other = Object.keys(data).find(
    (type) => type.startsWith("text/") && type !== "text/html" && asText(data[type]),
  );
  return other ? [other, asText(data[other])] : ["", ""];
}

function picture(data) {
  const type = rasterTypes.find((name) => asText(data[name]));
  const svg = asText(data["image/svg+xml"]);
  if (!type && !svg) return null;
  const made = type ? rasterURL(type, asText(data[type])) : svgURL(svg);
  if (made.error) return remark(`Picture not shown: ${made.error}`);
  const image = el("img.picture", { alt: "Picture output", loading: "lazy", decoding: "async" });
  image.addEventListener("error", () => image.replaceWith(remark("Picture not shown: it does not decode")));
  whenNear(image, () => {
    image.src = made.url;
  });
  return image;
}

/** sandbox without a single allow: no script, no form, no navigation of this page, an opaque origin. */
function frame(session, output) {
  const html = asText(output.data["text/html"]);
  if (!html) return null;
  const view = el("iframe.html", {
    sandbox: "",
    loading: "lazy",
    referrerpolicy: "no-referrer",
    title: "HTML output, isolated",
    tabindex: "0",
  });
  view.style.height = `${height(html)}px`;
  whenNear(view, () => {
    view.src = url("o/", session, String(output.seq));
  });
  return view;
}

/** A frame cannot tell its height without a script, so rows and lines are counted; the frame can be resized by hand. */
function height(html) {
  const rows = (html.match(/<tr[\s>]/gi) || []).length * 23;
  const blocks = (html.match(/<(?:p|li|h\d|br|pre|summary)[\s>/]/gi) || []).length * 22;
  return Math.min(420, Math.max(56, 28 + rows + blocks));
}
