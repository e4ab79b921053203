// The list of sessions: asks every few seconds while it is looked at.

import { byId, el, fill, setText, url } from "./dom.js";
import { asList, asNumber, asObject, asText, clock, oneLine, plural, points, timeOfDay } from "./text.js";

const every = 4000;
let sessions = [];
let timer;

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(url("api/sessions"), { cache: "no-store" });
    if (answer.status === 401 || answer.status === 403)
      return trouble("This page's key is no longer valid. Open the Interviewer link of the companion again.");
    if (!answer.ok) throw new Error(`the companion answered ${answer.status}`);
    const got = await answer.json();
    sessions = asList(Array.isArray(got) ? got : asObject(got).sessions)
      .map(asObject)
      .sort(byInterest);
    byId("banner").hidden = true;
    line("good", "Connected");
    draw();
  } catch {
    trouble("The companion does not answer. The list may be old; this page tries again by itself.");
  }
  timer = setTimeout(refresh, document.hidden ? every * 8 : every);
}

/** What still runs comes first, then what changed last. */
function byInterest(a, b) {
  const over = (s) => (asText(s.state) === "finished" ? 1 : 0);
  return over(a) - over(b) || (Date.parse(asText(b.updated)) || 0) - (Date.parse(asText(a.updated)) || 0);
}

function trouble(text) {
  line("off", "Not connected");
  setText(byId("banner"), text);
  byId("banner").hidden = false;
  timer = setTimeout(refresh, every);
}

function line(kind, text) {
  byId("line").dataset.kind = kind;
  setText(byId("line"), text);
}

function draw() {
  const want = byId("find").value.trim().toLowerCase();
  const shown = sessions.filter(
    (s) =>
      !want ||
      [s.title, s.challenge, s.id, s.notebook, s.state].some((field) => asText(field).toLowerCase().includes(want)),
  );
  fill(byId("sessions"), shown.slice(0, 500).map(row));
  setText(
    byId("count"),
    shown.length === sessions.length
      ? plural(sessions.length, "session")
      : `${shown.length} of ${plural(sessions.length, "session")}`,
  );
  byId("empty").hidden = sessions.length > 0;
}

function row(s) {
  const title = oneLine(asText(s.title) || asText(s.challenge) || asText(s.id), 80);
  const finished = asText(s.state) === "finished";
  const away = s.connected === false;
  const state = finished ? "Finished" : away ? "Kernel not connected" : "Live";
  return el(
    "tr",
    null,
    el(
      "th",
      { scope: "row" },
      el("a", { href: url("s/", asText(s.id)) }, title),
      el(
        "span.dim.sub",
        null,
        [oneLine(asText(s.notebook), 60) || oneLine(asText(s.challenge), 60), oneLine(asText(s.mode), 20)]
          .filter(Boolean)
          .join(" \u00b7 "),
      ),
    ),
    el("td", null, el("span.pill", { "data-kind": finished ? "done" : away ? "off" : "good" }, state)),
    el("td", null, phase(asObject(s.clock), s.phase)),
    el(
      "td.number",
      null,
      typeof s.points === "number" ? `${points(s.points)} of ${points(asNumber(s.of))}` : "\u2013",
      s.runs > 0 && el("span.dim.sub", null, plural(asNumber(s.runs), "run")),
    ),
    el("td", null, when(s.started)),
    el("td", null, when(s.updated)),
  );
}

function phase(now, name) {
  const word = asText(now.phase) || asText(name);
  if (!word) return "\u2013";
  return `${word[0].toUpperCase()}${word.slice(1)}${now.total_ms ? `, ${clock(asNumber(now.total_ms))} in all` : ""}`;
}

function when(value) {
  const at = Date.parse(asText(value));
  if (!at) return "\u2013";
  const day = new Date(at).toDateString() === new Date().toDateString() ? "" : `${new Date(at).toLocaleDateString()} `;
  return el("time", { datetime: new Date(at).toISOString() }, day + timeOfDay(at));
}

byId("find").addEventListener("input", draw);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});
refresh();
