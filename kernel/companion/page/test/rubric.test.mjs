import assert from "node:assert/strict";
import { test } from "node:test";
import { composeWhy, parts, pointsFor, readWhy, scorecard } from "../rubric.js";

const communication = parts.find((part) => part.id === "communication");
const names = parts.find((part) => part.id === "quality_names");
const report = {
  correctness: { points: 30, of: 35 },
  fluency: { points: 20, of: 25 },
  quality: { points: 11, of: 20, not_scored: 8 },
  problem_solving: { points: null, of: 10 },
  communication: { points: null, of: 10 },
};
const scores = (o) => new Map(Object.entries(o).map(([part, points]) => [part, { points }]));

test("bands give points only when every question is answered", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((band) => pointsFor(names, { band })),
    [0, 1, 2, 3, 4],
  );
  assert.equal(pointsFor(communication, { clarifies: 5, approach: 5, visible: 5 }), null);
  assert.equal(pointsFor(communication, { clarifies: 5, approach: 3, visible: 3, hints: 1 }), 5);
  assert.equal(pointsFor(names, { band: 9 }), null);
});

test("a why keeps ratings and remark, and is read back", () => {
  for (const [ratings, remark] of [
    [{ clarifies: 5, hints: 2 }, "asked twice: good"],
    [{}, "only words"],
    [{ visible: 1 }, ""],
    [{}, ""],
    [{}, "clarifies 9/5: not ours"],
  ]) {
    assert.deepEqual(readWhy(communication, composeWhy(communication, ratings, remark)), { ratings, remark });
  }
});

test("what nobody scored is not zero and widens the interval", () => {
  const card = scorecard(report, new Map());
  assert.deepEqual([card.points, card.of, card.low, card.high], [61, 72, 61, 89]);
  assert.equal(card.rows.find((row) => row.id === "communication").points, null);
  assert.deepEqual(
    card.rows.map((row) => row.open),
    [0, 0, 8, 10, 10],
  );
});

test("a person's points add to the machine's", () => {
  const card = scorecard(report, scores({ quality_names: 4, quality_split: 2, problem_solving: 5, communication: 0 }));
  assert.deepEqual([card.points, card.of, card.low, card.high], [72, 100, 72, 72]);
  assert.equal(card.rows.find((row) => row.id === "communication").points, 0);
  assert.equal(card.rows.find((row) => row.id === "quality").points, 17);
});

test("a score that was taken back is not scored again", () => {
  assert.equal(scorecard(report, new Map([["problem_solving", { points: null }]])).of, 72);
});

test("without a report everything is open", () => {
  const card = scorecard(null, new Map());
  assert.deepEqual([card.points, card.of, card.low, card.high], [0, 0, 0, 100]);
});

test("a report that is not one is taken as nothing", () => {
  const card = scorecard({ correctness: "x", quality: { points: "9", of: "z" } }, new Map());
  assert.deepEqual([card.low, card.high], [0, 100]);
});

test("points that the machine could not give stay open, and people's points in a report count once", () => {
  const partly = { ...report, fluency: { points: 10, of: 25, not_scored: 12 } };
  assert.deepEqual([scorecard(partly, new Map()).of, scorecard(partly, new Map()).high], [60, 51 + 40]);
  const combined = {
    ...report,
    quality: {
      points: 14,
      of: 20,
      not_scored: 4,
      parts: [
        { name: "docstring", points: 3, of: 3 },
        { name: "quality_names", points: 3, of: 4, by: "A" },
      ],
    },
  };
  assert.deepEqual(scorecard(combined, scores({ quality_names: 4 })).rows[2].points, 15);
  assert.deepEqual(scorecard(combined, scores({ quality_names: 4 })).rows[2].open, 4);
});
