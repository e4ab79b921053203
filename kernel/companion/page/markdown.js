// The little of markdown that challenge folders use, as plain data.

/** Splits text into [{kind: "p"|"heading"|"code"|"list", text, items, ordered}]. */
export function blocks(text) {
  const out = [];
  let open = null; // the paragraph or list that the next line may continue
  let fence = null;
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    if (fence) {
      if (/^```/.test(line)) fence = null;
      else fence.text += (fence.text ? "\n" : "") + line;
      continue;
    }
    if (/^```/.test(line)) {
      out.push((fence = { kind: "code", text: "" }));
      open = null;
      continue;
    }
    if (!line.trim()) {
      open = null;
      continue;
    }
    const heading = /^#{1,6} +(.*)$/.exec(line);
    const item = /^ {0,3}(?:[-*+]|(\d{1,3})[.)]) +(.*)$/.exec(line);
    if (heading) {
      out.push({ kind: "heading", text: heading[1] });
      open = null;
    } else if (item) open = listItem(out, open, item);
    else if (open && open.kind === "list") open.items[open.items.length - 1] += ` ${line.trim()}`;
    else if (open) open.text += ` ${line.trim()}`;
    else out.push((open = { kind: "p", text: line.trim() }));
  }
  return out;
}

function listItem(out, open, [, number, text]) {
  if (!open || open.kind !== "list") out.push((open = { kind: "list", ordered: number !== undefined, items: [] }));
  open.items.push(text);
  return open;
}

/** Splits a line into [{kind: "text"|"code"|"bold"|"emphasis", text}]. */
export function inline(text) {
  const out = [];
  const mark = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;
  let from = 0;
  for (let m; (m = mark.exec(text)); from = mark.lastIndex) {
    if (m.index > from) out.push({ kind: "text", text: text.slice(from, m.index) });
    if (m[1] !== undefined) out.push({ kind: "code", text: m[1] });
    else if (m[2] !== undefined) out.push({ kind: "bold", text: m[2] });
    else out.push({ kind: "emphasis", text: m[3] });
  }
  if (from < text.length) out.push({ kind: "text", text: text.slice(from) });
  return out;
}
