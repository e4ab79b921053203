// What the views decide before they draw: words for codes, places, contrast.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { placeOf } from "../replayview.js";
import { goneBack, leftOf } from "../rungrid.js";
import { stateAt } from "../replay.js";
import { detail } from "../timeline.js";
import { capital, criterionWord, isolationWord, statusWord } from "../words.js";
import { Log } from "./log.mjs";

test("codes become words, and an unknown one keeps its letters without acting", () => {
  assert.equal(statusWord("not_started"), "nothing to check yet");
  assert.equal(capital(statusWord("syntax_error")), "Syntax error");
  assert.equal(isolationWord("L2"), "own user, no files, no network (L2)");
  assert.equal(criterionWord("fluency"), "Python Fluency");
  assert.equal(statusWord("a_\u202eb"), "a \u2039U+202E\u203ab");
  assert.equal(isolationWord("L7"), "L7");
  assert.equal(criterionWord("new_one"), "new one");
  assert.equal(statusWord("constructor"), "constructor");
});

test("the timeline speaks in words and without marks of markdown", () => {
  const log = new Log();
  log.add("verdict", { run: 1, report: { status: "not_started" } }, { own: true });
  log.add("verdict", { run: 2, report: { status: "graded", public: { passed: 1, total: 2 } } }, { own: true });
  log.add("hint", { step: 1, of: 3, text: "Use `np.sqrt` on **all** rows" }, { own: true });
  log.start("r", "c", "x = `1` ** 2");
  log.finish("r", "error", { ename: "SyntaxError", evalue: "`" });
  const { timeline } = stateAt(log.records, Infinity).state;
  assert.deepEqual(timeline.map(detail), [
    { text: "nothing to check yet", title: "not_started" },
    { text: "public 1/2" },
    { text: "Use np.sqrt on all rows" },
    { text: "x = `1` ** 2" },
    { text: "`" },
  ]);
});

test("the grid of runs stands at the newest until the reader goes back", () => {
  const grid = { back: false, left: 0 };
  assert.equal(leftOf(grid, 400, 1000), 600);
  assert.equal(leftOf(grid, 400, 300), 0, "all runs fit");
  assert.equal(goneBack(600, 400, 1000), false);
  assert.equal(goneBack(595.4, 400, 1000), false, "a fraction is no wish");
  assert.equal(goneBack(500, 400, 1000), true);
  assert.equal(leftOf({ back: true, left: 500 }, 400, 1047), 500, "a new run came");
  assert.equal(leftOf({ back: true, left: 500 }, 400, 700), 300, "replay has fewer runs");
});

test("above a picture of the past the page does not say Live", () => {
  assert.equal(placeOf("live", true).text, "Replay");
  assert.notEqual(placeOf("live", true).kind, "good");
  assert.equal(placeOf("live", false), null);
  for (const state of ["lost", "connecting"]) assert.equal(placeOf(state, true), null, "that is worth more");
});

const css = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");

test("line numbers can be read, in the light and in the dark", () => {
  const [, number] = /\.source \.line::before \{[^}]*[^-]color: var\(--([a-z-]+)\)/.exec(css("notebook.css"));
  const [light, dark] = [...css("app.css").matchAll(/:root \{([^}]*)\}/g)].map(([, body]) => body);
  for (const body of [light, dark]) {
    const colour = (name) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(body)[1];
    const ratio = contrast(colour(number), colour("surface"));
    assert.ok(ratio >= 4.5, `${colour(number)} on ${colour("surface")} is ${ratio.toFixed(2)}`);
  }
});

/** The contrast of two colours by WCAG 2. */
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
