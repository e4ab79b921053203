import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, strip } from "../ansi.js";

test("colours and weight are kept, and end where they end", () => {
  const spans = parse("a\x1b[1;31mb\x1b[0mc\x1b[38;5;208md\x1b[48;2;1;2;3me\x1b[39;49mf");
  assert.deepEqual(
    spans.map(({ text, style }) => [text, style.bold, style.fg, style.bg]),
    [
      ["a", false, null, null],
      ["b", true, 1, null],
      ["c", false, null, null],
      ["d", false, "rgb(255, 135, 0)", null],
      ["e", false, "rgb(255, 135, 0)", "rgb(1, 2, 3)"],
      ["f", false, null, null],
    ],
  );
});

test("everything but colour is dropped", () => {
  const cases = {
    "title by BEL": ["a\x1b]0;title\x07b", "ab"],
    "link by ST": ["\x1b]8;;http://evil.test\x1b\\x\x1b]8;;\x1b\\", "x"],
    clipboard: ["a\x1b]52;c;Zm9v\x07b", "ab"],
    "OSC that never ends": ["a\x1b]0;all the rest", "a"],
    "C1 OSC": ["a\x9d0;title\x9cb", "ab"],
    DCS: ["a\x1bPq#0\x1b\\b", "ab"],
    "cursor and clear": ["a\x1b[2J\x1b[H\x1b[10;10Hb", "ab"],
    "private modes": ["a\x1b[?1049h\x1b[?25lb", "ab"],
    "C1 CSI colour": ["\x9b31ma\x9b0m", "a"],
    "cut off": ["a\x1b[31", "a"],
    "lone escape": ["a\x1b", "a"],
    charset: ["a\x1b(Bb", "ab"],
    reset: ["a\x1bcb", "ab"],
  };
  for (const [name, [input, want]] of Object.entries(cases)) assert.equal(strip(input), want, name);
});

test("colours out of range and nonsense parameters change nothing", () => {
  for (const code of ["38;5;256", "38;2;1;2", "38;2;999;0;0", "38", "48;5", "?31", "1000"]) {
    const [span] = parse(`\x1b[${code}ma`);
    assert.deepEqual([span.text, span.style.fg, span.style.bg], ["a", null, null], code);
  }
});

test("a carriage return replaces the line, a Windows line end does not", () => {
  assert.equal(strip("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
  assert.equal(strip("10%\r100%\r"), "100%");
  assert.equal(strip("abc\b\bX"), "aX");
});

test("control and direction characters are made visible", () => {
  assert.equal(strip("a\u202eb\u0000c\u200bd"), "a\u2039U+202E\u203ab\u2039U+0000\u203ac\u2039U+200B\u203ad");
});

test("long hostile input takes linear time", () => {
  const start = performance.now();
  for (const unit of ["\x1b]", "\x1b[", "\x1bP", "\b", "\r", "a\b", "\x1b[31m", "\x9d"]) strip(unit.repeat(200_000));
  assert.ok(performance.now() - start < 4000);
});
