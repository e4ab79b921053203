// Autosave. A saver holds one value that a person edits, waits until they pause, sends it, and says in words where it
// is: here only, on its way, stored, or refused.

/**
 * Options: send(value) -> Promise, shown(state, message), wait in ms. States: "clean", "waiting", "saving", "saved",
 * "failed". timers is {set, clear}, for tests.
 */
export function saver({
  send,
  shown,
  wait = 700,
  timers = { set: (f, ms) => setTimeout(f, ms), clear: (id) => clearTimeout(id) },
}) {
  let timer = null;
  let value;
  let version = 0;
  let stored = 0;

  async function save() {
    timer = null;
    const mine = version;
    shown("saving");
    try {
      await send(value);
      stored = Math.max(stored, mine);
      if (stored === version) shown("saved");
    } catch (error) {
      if (mine === version) shown("failed", error.message);
    }
  }

  return {
    /** Takes the newest value; it is sent after a pause, or at once. */
    edit(next, now = false) {
      value = next;
      version++;
      if (timer !== null) timers.clear(timer);
      shown("waiting");
      timer = timers.set(save, now ? 0 : wait);
    },
    /** Sends what waits now. */
    flush() {
      if (timer === null) return;
      timers.clear(timer);
      save();
    },
    /** True while the newest value is not stored. */
    dirty: () => stored !== version,
  };
}

/** The words for a state; connected is false while the companion is away. */
export function words(state, message = "", connected = true) {
  switch (state) {
    case "waiting":
      return "Not saved yet";
    case "saving":
      return connected ? "Saving\u2026" : "Kept here until the companion is back";
    case "saved":
      return "Saved";
    case "failed":
      return `Not saved: ${message}`;
    default:
      return "";
  }
}
