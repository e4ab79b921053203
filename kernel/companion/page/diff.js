// The difference between two versions of a cell, line by line.

/** Beyond this many pairs of lines the middle is shown as replaced whole; no cell that people write comes near. */
const mostPairs = 1_500_000;

/**
 * Compares two texts and returns [{op, text, a, b}]: op is "same", "del" or "add", a and b the line numbers (from 1) in
 * the old and the new text, where the line has one.
 */
export function diffLines(before, after) {
  const a = split(before);
  const b = split(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const out = [];
  const put = (op, i, j) =>
    out.push({ op, text: op === "add" ? b[j] : a[i], a: op === "add" ? null : i + 1, b: op === "del" ? null : j + 1 });
  for (let i = 0; i < head; i++) put("same", i, i);
  middle(a, b, head, a.length - tail, b.length - tail, put);
  for (let k = tail; k > 0; k--) put("same", a.length - k, b.length - k);
  return out;
}

function split(text) {
  return text === "" ? [] : text.replace(/\r\n?/g, "\n").split("\n");
}

/** Longest common subsequence of what lies between the common head and the common tail. */
function middle(a, b, from, endA, endB, put) {
  const n = endA - from;
  const m = endB - from;
  if (n * m > mostPairs) {
    for (let i = from; i < endA; i++) put("del", i, null);
    for (let j = from; j < endB; j++) put("add", null, j);
    return;
  }
  const width = m + 1;
  const longest = new Uint32Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[from + i] === b[from + j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && a[from + i] === b[from + j]) put("same", from + i++, from + j++);
    else if (j >= m || (i < n && longest[(i + 1) * width + j] >= longest[i * width + j + 1]))
      put("del", from + i++, null);
    else put("add", null, from + j++);
  }
}

/** How many lines came and went. */
export function counts(lines) {
  let added = 0;
  let removed = 0;
  for (const line of lines) {
    if (line.op === "add") added++;
    if (line.op === "del") removed++;
  }
  return { added, removed };
}

/** Leaves only changes with some lines around them; a run of left-out lines becomes {op: "gap", count}. */
export function hunks(lines, around = 2) {
  const keep = new Uint8Array(lines.length);
  lines.forEach((line, i) => {
    if (line.op === "same") return;
    for (let k = Math.max(0, i - around); k <= Math.min(lines.length - 1, i + around); k++) keep[k] = 1;
  });
  const out = [];
  for (let i = 0; i < lines.length; i++) {
    if (keep[i]) {
      out.push(lines[i]);
      continue;
    }
    const last = out[out.length - 1];
    if (last && last.op === "gap") last.count++;
    else out.push({ op: "gap", count: 1 });
  }
  return out;
}
