// Words and numbers as the page shows them.

/** What a field of a record holds as text; anything else than text is the empty string. */
export function asText(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.filter((part) => typeof part === "string").join("");
  return "";
}

/** A finite number, or the fallback. */
export function asNumber(value, fallback = 0) {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

/** A plain object, or an empty one. */
export function asObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

/** A list, or an empty one. */
export function asList(value) {
  return Array.isArray(value) ? value : [];
}

/** The first n characters, with the number of characters left out. */
export function cut(text, n) {
  if (text.length <= n) return { text, rest: 0 };
  const surrogate = (text.charCodeAt(n - 1) & 0xfc00) === 0xd800;
  const shown = text.slice(0, surrogate ? n - 1 : n);
  return { text: shown, rest: text.length - shown.length };
}

/** One line, shortened: for timelines and labels. */
export function oneLine(text, n = 120) {
  const line = visible(text).replace(/\s+/g, " ").trim();
  const { text: shown, rest } = cut(line, n);
  return rest ? shown + "\u2026" : shown;
}

/** 83 000 ms is "1:23"; hours appear only when there are any. */
export function clock(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const pad = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes}:${pad(s % 60)}`;
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${pad(s % 60)}`;
}

/** How long a cell took: 8 ms, 1.2 s, 3:04. */
export function duration(ns) {
  const ms = ns / 1e6;
  if (ms < 0.95) return "< 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  return clock(ms);
}

/** Bytes for people. */
export function bytes(n) {
  if (n < 1000) return `${n} bytes`;
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

/** Points without needless digits: 12, 7.5, 3.25. */
export function points(value) {
  return String(Math.round(value * 100) / 100);
}

/** The wall clock's time of a moment in ms, in the reader's own zone. */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
}

/** Count with its noun. */
export function plural(n, one, many = one + "s") {
  return `${n} ${n === 1 ? one : many}`;
}

const tricky =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * Control and direction characters made visible. Text that reads differently from how it runs ("Trojan Source") must
 * not fool the interviewer.
 */
export function visible(text) {
  return text.replace(tricky, (c) => `\u2039U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}\u203a`);
}
