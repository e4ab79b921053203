// One session's page: records come in, one fold makes the state, the views draw what changed. Nothing here keeps an
// account of its own. While replay is on, notebook, tests, timeline and clock show the past; notes, scores and hints
// always belong to the present.

import { CellsView } from "./cells.js";
import { ClockView } from "./clockview.js";
import { Connection } from "./connection.js";
import { byId, setText } from "./dom.js";
import { GuideView } from "./guide.js";
import { Banner, drawKernel, drawLine, drawTitle } from "./header.js";
import { NotesView } from "./notes.js";
import { stateAt } from "./replay.js";
import { ReplayView, placeOf } from "./replayview.js";
import { ScoreView } from "./scoreview.js";
import { apply, newState } from "./state.js";
import { Tabs } from "./tabs.js";
import { TestsView } from "./tests.js";
import { asObject } from "./text.js";
import { TimelineView } from "./timeline.js";
import { wireExport, wireFinish } from "./topbar.js";

const session = decodeURIComponent(location.pathname.replace(/\/+$/, "").split("/").pop());
const records = [];
const live = newState();
let shown = live; // live itself, or the past while replay is on
let about = {};
let dirtyCells = new Set();
let dirtyTopics = new Set(["session", "clock", "tests", "score", "hints", "notes", "timeline", "kernel"]);
let frame = 0;
let line = { state: "connecting" };

const banner = new Banner(byId("banner"), () => connection.now());
const connection = new Connection(session, { from: () => live.seq, records: take, session: hear, status });
const cells = new CellsView(session, byId("cells"), byId("empty"));
const clock = new ClockView(byId("clock"));
const tabs = new Tabs(byId("tabs"), chosen);
const tests = new TestsView(byId("panel-tests"), follow);
const guide = new GuideView(byId("panel-guide"), (step) => connection.send({ hint: { step } }));
const score = new ScoreView(
  byId("panel-score"),
  (value) => connection.send({ score: value }),
  (seq) => replay.goToSeq(seq),
);
const notes = new NotesView(byId("panel-notes"), session, (note) => connection.send({ note }));
const replay = new ReplayView(byId("replay"), travel);
const timeline = new TimelineView(byId("panel-timeline"), (seq) => replay.goToSeq(seq));

/** Takes records in order; false when one is missing, which makes the connection start again from what we have. */
function take(list) {
  for (const record of list.map(asObject)) {
    if (record.seq <= live.seq) continue;
    if (record.seq !== live.seq + 1) return false;
    records.push(record);
    const change = apply(live, record);
    for (const key of change.cells) dirtyCells.add(key);
    for (const topic of change.topics) dirtyTopics.add(topic);
  }
  draw();
  return true;
}

function hear(session) {
  about = { ...about, ...asObject(session) };
  if (about.clock) clock.sync(asObject(about.clock));
  dirtyTopics.add("session").add("kernel").add("clock");
  draw();
}

function status(now) {
  line = now;
  banner.line(now);
  drawPlace();
  for (const view of [score, notes]) view.line(now.state === "live");
}

/** The pill of this page's line; "Live" would be wrong above a picture of the past. */
function drawPlace() {
  const pill = byId("line");
  const place = placeOf(line.state, shown !== live);
  if (!place) drawLine(pill, line);
  else {
    pill.dataset.kind = place.kind;
    setText(pill, place.text);
  }
  pill.title = place ? place.title : "";
}

/** Draws once per frame however many records came. */
function draw() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    const keys = dirtyCells;
    const topics = dirtyTopics;
    dirtyCells = new Set();
    dirtyTopics = new Set();
    drawTopics(topics);
    if (shown !== live || !keys.size) return;
    cells.update(live, keys);
    if (byId("follow").checked) cells.keepInView([...keys].at(-1));
  });
}

function drawTopics(topics) {
  if (topics.has("session") || topics.has("kernel")) {
    drawTitle(about, live);
    drawKernel(byId("kernel"), about, live);
    guide.load(about.challenge || live.started?.challenge);
    byId("finish").disabled = Boolean(live.finished);
  }
  if (topics.has("score") || topics.has("tests")) score.draw(live);
  if (tabs.current === "score" && topics.has("timeline")) score.drawEvidence(live);
  if (topics.has("hints") || topics.has("session")) guide.draw(live, !live.finished);
  if (topics.has("notes")) notes.draw(live);
  if (topics.has("tests") && shown === live) tests.draw(live);
  if (topics.has("timeline") && tabs.side === "timeline") drawTimeline();
  if (topics.has("session") && live.finished && shown === live) cells.show(live);
  replay.take(records);
  clock.draw(shown, shown === live);
}

function drawTimeline() {
  timeline.draw(live, shown === live ? Infinity : shown.seq);
}

/** A panel that costs something is drawn when it is looked at. */
function chosen(name) {
  if (name === "score") score.drawEvidence(live);
  if (name === "timeline") drawTimeline();
}

/** Replay: shows the session as it was after record seq; null is the present. */
function travel(seq) {
  const before = shown;
  let keys = null;
  if (seq === null) shown = live;
  else ({ state: shown, keys } = stateAt(records, seq, shown === live ? null : shown));
  document.body.classList.toggle("past", seq !== null);
  drawPlace();
  if (keys && before === shown) cells.update(shown, keys);
  else cells.show(shown);
  if (seq !== null && byId("follow").checked) {
    const last = keys ? [...keys].at(-1) : newestCell(shown);
    if (last) cells.keepInView(last);
  }
  tests.draw(shown);
  if (tabs.side === "timeline") drawTimeline();
  clock.draw(shown, seq === null);
}

function newestCell(state) {
  let newest = null;
  for (const cell of state.cells.values()) if (!newest || cell.seq > newest.seq) newest = cell;
  return newest && newest.key;
}

/**
 * Jumps from a finding to its line, in the source that was judged: when the cell has run again since, that is the
 * past. A finding without a cell belongs to the cell that was judged.
 */
function follow(verdict, cellId, line) {
  const run = shown.runs.get(verdict.request);
  const key = cellId && shown.cells.has(`cell ${cellId}`) ? `cell ${cellId}` : run ? run.key : "";
  const cell = shown.cells.get(key);
  if (cell && cell.runs.at(-1).seq > verdict.seq) replay.goToSeq(verdict.seq);
  if (tabs.narrow()) tabs.select("notebook");
  byId("follow").checked = false;
  cells.reveal(key, line);
}

wireExport(session);
wireFinish((why) => connection.send({ finish: { why } }));
setText(byId("title"), session);
for (const gesture of ["wheel", "touchmove"])
  byId("notebook").addEventListener(
    gesture,
    () => {
      byId("follow").checked = false;
    },
    { passive: true },
  );
addEventListener("beforeunload", (event) => {
  score.flush();
  if (score.dirty()) event.preventDefault();
});
setInterval(() => {
  if (!document.hidden) clock.draw(shown, shown === live);
}, 500);
draw();
connection.open();
