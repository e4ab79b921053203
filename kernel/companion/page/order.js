// Where a cell stands in the notebook. A kernel is told which cell runs, not where it is, so the place is inferred: the
// cells that every challenge notebook has come in their known order, and a new cell most likely stands under the one
// that ran before it. Running everything from the top gives the true order.

const known = ["assay-start", "assay-clarify", "assay-plan", "assay-solution", "assay-test", "assay-help"];

/**
 * Puts key into the list of keys. id is its cell id in the notebook, before the key that ran last, idOf gives a key's
 * id.
 */
export function place(list, key, id, before, idOf) {
  const rank = known.indexOf(id);
  let at;
  if (rank >= 0) at = list.findIndex((other) => known.indexOf(idOf(other)) > rank);
  else at = list.indexOf(before) + 1 || -1;
  if (at < 0) list.push(key);
  else list.splice(at, 0, key);
}
