import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, diffLines, hunks } from "../diff.js";

const side = (lines, op) =>
  lines
    .filter((l) => l.op === "same" || l.op === op)
    .map((l) => l.text)
    .join("\n");

test("either side of a difference is that text again", () => {
  const texts = ["", "a", "a\nb\nc", "a\nc", "x\na\nb\nc\ny", "b\na\nc\nb", "\n\n", "a\n\nb"];
  for (const before of texts) {
    for (const after of texts) {
      const lines = diffLines(before, after);
      assert.equal(side(lines, "del"), before, JSON.stringify([before, after]));
      assert.equal(side(lines, "add"), after, JSON.stringify([before, after]));
    }
  }
});

test("a change in the middle leaves the rest alone and numbers the lines", () => {
  const lines = diffLines("a\nb\nc", "a\nB\nB2\nc");
  assert.deepEqual(
    lines.map((l) => [l.op, l.text, l.a, l.b]),
    [
      ["same", "a", 1, 1],
      ["del", "b", 2, null],
      ["add", "B", null, 2],
      ["add", "B2", null, 3],
      ["same", "c", 3, 4],
    ],
  );
  assert.deepEqual(counts(lines), { added: 2, removed: 1 });
});

test("the longest common part is found", () => {
  assert.deepEqual(counts(diffLines("a\nb\nc\nd\ne", "b\nx\nc\ne\nf")), { added: 2, removed: 2 });
});

test("too many lines are replaced whole instead of compared for ever", () => {
  const before = Array.from({ length: 3000 }, (_, i) => `a${i}`).join("\n");
  const after = Array.from({ length: 3000 }, (_, i) => `b${i}`).join("\n");
  const start = performance.now();
  assert.deepEqual(counts(diffLines(before, after)), { added: 3000, removed: 3000 });
  assert.ok(performance.now() - start < 500);
});

test("hunks keep some lines around a change and count what they leave out", () => {
  const before = Array.from({ length: 20 }, (_, i) => `l${i}`);
  const after = before.with(10, "new");
  assert.deepEqual(
    hunks(diffLines(before.join("\n"), after.join("\n")), 1).map((l) => (l.op === "gap" ? l.count : l.op)),
    [9, "same", "del", "add", "same", 8],
  );
});
