// Outputs as the notebook would hold them after each record: streams joined, cleared and updated in place. All of it is
// what the candidate's host reported.

import { asList, asNumber, asObject, asText } from "./text.js";

/** Kept of one run: beyond it only the number of outputs grows. */
export const mostOutputs = 2000;

/** Kept of one stream; the middle of an endless print says nothing. */
export const mostStream = 1 << 20;

/** Applies an output record to its run. touched(key) is called for every cell whose looks change. */
export function addOutput(state, run, event, touched) {
  const d = event.data;
  run.dropped += Math.max(0, asNumber(d.dropped));
  if (d.clear === true) clear(state, run);
  const shaped = shape(d.output, event.seq);
  const display = asText(d.display_id);
  if (d.update === true) update(state, display, shaped, touched);
  else if (shaped) put(state, run, shaped, display);
  touched(run.key);
}

function clear(state, run) {
  for (const output of run.outputs) output.gone = true;
  run.outputs = [];
  run.left = 0;
}

function put(state, run, output, display) {
  const last = run.outputs.at(-1);
  if (output.type === "stream" && last && last.type === "stream" && last.name === output.name) {
    last.text = join(last, output.text);
    return;
  }
  if (run.outputs.length >= mostOutputs) {
    run.left = (run.left || 0) + 1;
    return;
  }
  output.key = run.key;
  run.outputs.push(output);
  if (!display) return;
  if (!state.displays.has(display)) state.displays.set(display, []);
  state.displays.get(display).push(output);
}

function join(stream, text) {
  const whole = stream.text + text;
  if (whole.length <= mostStream) return whole;
  stream.lost = (stream.lost || 0) + whole.length - mostStream;
  return whole.slice(0, mostStream);
}

/** Every output that shows this display id takes the new content; there may be several, in several cells. */
function update(state, display, output, touched) {
  if (!output) return;
  for (const shown of state.displays.get(display) || []) {
    if (shown.gone) continue;
    Object.assign(shown, { ...output, key: shown.key });
    touched(shown.key);
  }
}

/** nbformat's output as {type, seq, ...}, or null when it is none. Unknown types are kept by name only. */
function shape(value, seq) {
  const o = asObject(value);
  switch (o.output_type) {
    case "stream":
      return {
        type: "stream",
        seq,
        name: o.name === "stderr" ? "stderr" : "stdout",
        text: asText(o.text).slice(0, mostStream),
      };
    case "display_data":
    case "execute_result":
      return {
        type: "data",
        seq,
        result: o.output_type === "execute_result",
        data: asObject(o.data),
        metadata: asObject(o.metadata),
      };
    case "error":
      return {
        type: "error",
        seq,
        ename: asText(o.ename),
        evalue: asText(o.evalue),
        traceback: asList(o.traceback).filter((line) => typeof line === "string"),
      };
    case undefined:
      return null;
    default:
      return { type: "unknown", seq, name: asText(o.output_type) };
  }
}
