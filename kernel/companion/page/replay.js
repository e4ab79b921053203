// Replay: the recorded session again, through the same fold as the live view. Playing follows the recorded times, with
// long waits shortened.

import { apply, newState } from "./state.js";

/** The longest wait between two records while playing, in ms of the reader's time. */
export const longestWait = 1500;

/**
 * Folds records up to seq. Going on from an earlier state is cheap; going back folds from the start. Returns {state,
 * keys}: keys are the cells that changed, or null when all may have.
 */
export function stateAt(records, seq, from = null) {
  const onward = from && from.seq <= seq;
  const state = onward ? from : newState();
  const keys = new Set();
  for (let i = onward ? indexAfter(records, state.seq) : 0; i < records.length && records[i].seq <= seq; i++) {
    const change = apply(state, records[i]);
    if (change) for (const key of change.cells) keys.add(key);
  }
  return { state, keys: onward ? keys : null };
}

/** The index of the first record after seq. */
export function indexAfter(records, seq) {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if (records[mid].seq <= seq) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** How long to wait after record i before showing the next, at a speed. */
export function waitAfter(records, i, speed) {
  if (i + 1 >= records.length) return 0;
  const gap = Date.parse(records[i + 1].received) - Date.parse(records[i].received);
  return Math.min(longestWait, Math.max(0, gap || 0) / speed);
}
