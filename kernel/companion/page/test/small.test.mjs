import assert from "node:assert/strict";
import { test } from "node:test";
import { delay } from "../backoff.js";
import { rasterURL, svgURL } from "../image.js";
import { blocks, inline } from "../markdown.js";
import { indexAfter, longestWait, waitAfter } from "../replay.js";
import { saver } from "../saver.js";
import { clock, cut, duration, oneLine, visible } from "../text.js";

test("waits before reconnecting grow, vary and stay short", () => {
  assert.ok(delay(0, () => 0) >= 250 && delay(0, () => 1) <= 500);
  assert.ok(delay(3, () => 0) > delay(0, () => 1));
  for (const n of [10, 100, 1e6]) assert.ok(delay(n, () => 1) <= 15_000);
});

test("only what begins like its type is a picture", () => {
  const png = Buffer.concat([
    Buffer.from([
      0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 9, 0, 0, 0, 9, 8, 2, 0, 0,
      0,
    ]),
    Buffer.alloc(40),
  ]).toString("base64");
  assert.ok(rasterURL("image/png", png).url.startsWith("data:image/png;base64,iVBOR"));
  assert.ok(rasterURL("image/png", png.replace(/(.{20})/g, "$1\n")).url, "line breaks, as Python's encoder makes them");
  const refused = [
    ["image/png", btoa("<svg onload=x>")],
    ["image/jpeg", png],
    ["image/png", `${png}" onerror="x`],
    ["image/png", ""],
    ["image/png", null],
    ["image/png", "%%%"],
    ["text/html", png],
    ["constructor", png],
  ];
  for (const [type, data] of refused) assert.ok(rasterURL(type, data).error, `${type} ${data}`);
  const huge = Buffer.from(png, "base64");
  huge.writeUInt32BE(100_000, 16);
  huge.writeUInt32BE(100_000, 20);
  assert.ok(rasterURL("image/png", huge.toString("base64")).error, "too many pixels");
});

test("SVG becomes a picture's address and nothing else does", () => {
  assert.match(
    svgURL("<svg xmlns='http://www.w3.org/2000/svg'>\u00fc</svg>").url,
    /^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/,
  );
  for (const source of ["", "hello", "<html>", "javascript:alert(1)"]) assert.ok(svgURL(source).error, source);
});

test("the challenge's markdown is read, and HTML in it stays text", () => {
  assert.deepEqual(
    blocks("One\ntwo\n\n- a\n  more\n- b\n\n```python\nx = 1\n\ny\n```\n1. c").map(
      (b) => b.items || `${b.kind}:${b.text}`,
    ),
    ["p:One two", ["a more", "b"], "code:x = 1\n\ny", ["c"]],
  );
  assert.deepEqual(inline("a `x*y*z` **b** *c* 2 * 3 * 4 <b>"), [
    { kind: "text", text: "a " },
    { kind: "code", text: "x*y*z" },
    { kind: "text", text: " " },
    { kind: "bold", text: "b" },
    { kind: "text", text: " " },
    { kind: "emphasis", text: "c" },
    { kind: "text", text: " 2 * 3 * 4 <b>" },
  ]);
});

test("replay finds its place and shortens long waits", () => {
  const records = [1, 2, 3].map((seq) => ({ seq, received: new Date(seq * seq * 1000).toISOString() }));
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((seq) => indexAfter(records, seq)),
    [0, 1, 2, 3, 3],
  );
  assert.deepEqual(
    [waitAfter(records, 0, 4), waitAfter(records, 1, 1), waitAfter(records, 2, 1)],
    [750, longestWait, 0],
  );
});

test("a saver sends the last value once, and says where it is", async () => {
  const said = [];
  const sent = [];
  let fire = null;
  const timers = { set: (f) => ((fire = f), 1), clear: () => (fire = null) };
  let fail = false;
  const s = saver({
    send: async (v) => {
      if (fail) throw new Error("full");
      sent.push(v);
    },
    shown: (state, message) => said.push(message ? `${state} ${message}` : state),
    timers,
  });
  s.edit("a");
  s.edit("b");
  await fire();
  assert.deepEqual([sent, s.dirty()], [["b"], false]);
  fail = true;
  s.edit("c");
  await fire();
  assert.deepEqual(
    [said, s.dirty()],
    [["waiting", "waiting", "saving", "saved", "waiting", "saving", "failed full"], true],
  );
});

test("words and numbers", () => {
  assert.deepEqual([0, 83_000, 3_599_999, 3_600_000, -5].map(clock), ["0:00", "1:23", "59:59", "1:00:00", "0:00"]);
  assert.deepEqual([1e5, 8e6, 1.234e9, 184e9].map(duration), ["< 1 ms", "8 ms", "1.2 s", "3:04"]);
  assert.deepEqual(cut("ab\u{1F600}c", 3), { text: "ab", rest: 3 });
  assert.equal(oneLine("  a\n\tb  c ", 4), "a b \u2026");
  assert.equal(visible("a\u2067b\u0007"), "a\u2039U+2067\u203ab\u2039U+0007\u203a");
});
