import assert from "node:assert/strict";
import { test } from "node:test";
import { mostSource, tokenLines, tokenize } from "../python.js";

const kinds = (source) =>
  tokenize(source)
    .filter((t) => t.kind !== "space")
    .map((t) => `${t.kind}:${t.text}`);

const sources = [
  'def f(x: int = 3) -> str:\n    return f\'{x!r}\' + "a\\"b" # done\n',
  "'''doc\nover lines''' and \"\"\"open to the end",
  "x = 'never closed\ny = 1",
  "@decorator.one(1)\nclass A: pass",
  "%%time\n!ls 'x\nobj?\n",
  "0x1F 0b10 1_000.5e-3j .5 5. 1..real",
  "naïve = 'ünï' ; 变量 = 1; $ ? `",
  "match = 1\nmatch x:\n  case 1: pass",
  "\r\n\t\f",
  "",
  '"',
  "'''",
  "\\",
  "rb'\\x00' Rb\"\" fr'{a}'",
  "\u{1F600} \ud800",
];

test("tokens join to the source again", () => {
  for (const source of sources)
    assert.equal(
      tokenize(source)
        .map((t) => t.text)
        .join(""),
      source,
      JSON.stringify(source),
    );
});

test("lines join to the source again", () => {
  for (const source of sources)
    assert.equal(
      tokenLines(source)
        .map((line) => line.map((t) => t.text).join(""))
        .join("\n"),
      source,
    );
});

test("what a reader wants to see is told apart", () => {
  assert.deepEqual(kinds("def fit(X): return len(X) # n"), [
    "keyword:def",
    "def:fit",
    "op:(",
    "name:X",
    "op:)",
    "op::",
    "keyword:return",
    "builtin:len",
    "op:(",
    "name:X",
    "op:)",
    "comment:# n",
  ]);
  assert.deepEqual(kinds("gram = X @ X.T"), ["name:gram", "op:=", "name:X", "op:@", "name:X", "op:.", "name:T"]);
  assert.deepEqual(kinds("@a.b(1)\ndef c(): pass").slice(0, 4), [
    "decorator:@",
    "decorator:a",
    "decorator:.",
    "decorator:b",
  ]);
  assert.deepEqual(kinds("x.sum(axis=1)"), [
    "name:x",
    "op:.",
    "call:sum",
    "op:(",
    "name:axis",
    "op:=",
    "number:1",
    "op:)",
  ]);
  assert.deepEqual(kinds("%timeit f(1)"), ["magic:%timeit f(1)"]);
  assert.deepEqual(kinds("x = 5 % y"), ["name:x", "op:=", "number:5", "op:%", "name:y"]);
  assert.deepEqual(kinds("match = 1"), ["keyword:match", "op:=", "number:1"]);
  assert.deepEqual(kinds("x = match"), ["name:x", "op:=", "name:match"]);
  assert.deepEqual(kinds("'open\nx"), ["string:'open", "name:x"]);
});

test("large and hostile sources take little time", () => {
  const start = performance.now();
  for (const unit of ['"', "'", "\\", "'''\\", "(", "@", "#", "%", "f'", "0x", "1e", "a.", '"""a'])
    tokenize(unit.repeat(Math.floor(mostSource / unit.length)));
  assert.equal(tokenize("x".repeat(mostSource + 1)).length, 1);
  assert.ok(performance.now() - start < 4000);
});
