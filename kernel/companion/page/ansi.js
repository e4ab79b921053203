// Terminal text. Colours and weight (SGR) are kept; every other control sequence is dropped: titles, links and
// clipboard writes (OSC), cursor moves, device strings, C1. A candidate's output can therefore never do more than be
// coloured.

import { visible } from "./text.js";

const plain = Object.freeze({
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  invert: false,
  fg: null,
  bg: null,
});

// One alternative for each thing that can follow: strings that end with BEL or ST (or never), CSI, other escapes, C1
// CSI.
const control =
  /\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|(?=\x1b)|$)|[\x9d\x90\x98\x9e\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|(?=\x1b)|$)|(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]|$)|\x1b[ -/]*[0-~]?/g;

/**
 * Splits terminal text into [{text, style}] with style one of the shared constant objects' shape: {bold, dim, italic,
 * underline, strike, invert, fg, bg}; a colour is an index 0..255, a "rgb(r, g, b)" string or null.
 */
export function parse(input) {
  const source = overwrite(input);
  const spans = [];
  let style = plain;
  let from = 0;
  control.lastIndex = 0;
  for (let m; (m = control.exec(source));) {
    if (m[0] === "") {
      control.lastIndex++;
      continue;
    }
    push(spans, source.slice(from, m.index), style);
    from = m.index + m[0].length;
    if (m[2] === "m") style = sgr(style, m[1]);
  }
  push(spans, source.slice(from), style);
  return spans;
}

/** The text alone. */
export function strip(input) {
  return parse(input)
    .map((span) => span.text)
    .join("");
}

function push(spans, text, style) {
  if (!text) return;
  const last = spans[spans.length - 1];
  if (last && last.style === style) last.text += visible(text);
  else spans.push({ text: visible(text), style });
}

/**
 * Progress bars: what follows a carriage return replaces the line so far, with its colours. One at the end replaces
 * nothing.
 */
function overwrite(text) {
  if (!text.includes("\r") && !text.includes("\b")) return text;
  return text.split("\n").map(lastWritten).join("\n");
}

function lastWritten(line) {
  const parts = line.split("\r");
  let shown = parts.pop();
  while (shown === "" && parts.length) shown = parts.pop();
  const rub = /[^\b\x1b]\x08/g;
  for (let i = 0; i < 200 && shown.includes("\b"); i++) {
    const next = shown.replace(rub, "");
    if (next === shown) break;
    shown = next;
  }
  return shown.replaceAll("\b", "");
}

const switches = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { invert: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { invert: false },
  29: { strike: false },
  39: { fg: null },
  49: { bg: null },
};

function sgr(style, params) {
  if (/[^0-9;:]/.test(params)) return style;
  const codes = params.split(/[;:]/).map((p) => (p === "" ? 0 : Number(p)));
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const n = codes[i];
    if (n === 0) next = plain;
    else if (n === 38 || n === 48) {
      const [colour, used] = extended(codes, i + 1);
      if (colour !== null) next = { ...next, [n === 38 ? "fg" : "bg"]: colour };
      i += used;
    } else next = merge(next, switches[n] || basic(n));
  }
  return next;
}

function merge(style, change) {
  return change ? { ...style, ...change } : style;
}

function basic(n) {
  if (n >= 30 && n <= 37) return { fg: n - 30 };
  if (n >= 40 && n <= 47) return { bg: n - 40 };
  if (n >= 90 && n <= 97) return { fg: n - 82 };
  if (n >= 100 && n <= 107) return { bg: n - 92 };
  return null;
}

function extended(codes, at) {
  if (codes[at] === 5) return [inByte(codes[at + 1]) ? palette(codes[at + 1]) : null, 2];
  if (codes[at] === 2) {
    const rgb = codes.slice(at + 1, at + 4);
    return [rgb.length === 3 && rgb.every(inByte) ? `rgb(${rgb.join(", ")})` : null, 4];
  }
  return [null, 0];
}

function inByte(n) {
  return Number.isInteger(n) && n >= 0 && n <= 255;
}

/** The 256 colours: 16 named (the style sheet's), a cube of 6 x 6 x 6, 24 greys. */
function palette(n) {
  if (n < 16) return n;
  if (n >= 232)
    return `rgb(${Array(3)
      .fill(8 + (n - 232) * 10)
      .join(", ")})`;
  const level = (i) => (i === 0 ? 0 : 55 + i * 40);
  const c = n - 16;
  return `rgb(${level(Math.floor(c / 36))}, ${level(Math.floor(c / 6) % 6)}, ${level(c % 6)})`;
}
