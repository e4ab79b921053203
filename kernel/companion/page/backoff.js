// When to try again after a lost connection: soon at first, then less often, never two pages at the same moment.

/** Milliseconds before attempt n (from 0). random gives 0..1. */
export function delay(n, random = Math.random) {
  const longest = Math.min(15_000, 500 * 2 ** Math.min(n, 10));
  return Math.round(longest * (0.6 + 0.4 * random()));
}
