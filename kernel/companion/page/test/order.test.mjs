import assert from "node:assert/strict";
import { test } from "node:test";
import { place } from "../order.js";

/** The order of cells that first ran in this sequence; "again X" runs X once more. */
function order(...sequence) {
  const list = [];
  let last = "";
  for (const step of sequence) {
    const id = step.replace("again ", "");
    if (!list.includes(id)) place(list, id, id, last, (key) => key);
    last = id;
  }
  return list;
}

test("running from the top gives the notebook's order", () => {
  assert.deepEqual(order("a", "b", "c"), ["a", "b", "c"]);
});

test("a new cell stands under the one that ran before it", () => {
  assert.deepEqual(order("a", "b", "c", "again a", "new"), ["a", "new", "b", "c"]);
});

test("the challenge's own cells keep their order however they ran", () => {
  assert.deepEqual(order("assay-solution", "assay-start", "assay-test", "assay-clarify"), [
    "assay-start",
    "assay-clarify",
    "assay-solution",
    "assay-test",
  ]);
});

test("scratch cells stay between the cells around them", () => {
  assert.deepEqual(order("assay-start", "assay-solution", "scratch", "assay-test", "again assay-solution", "more"), [
    "assay-start",
    "assay-solution",
    "more",
    "scratch",
    "assay-test",
  ]);
});
