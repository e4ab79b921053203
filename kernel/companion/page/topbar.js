// What the top bar does: exporting, and finishing, which asks once more because it cannot be undone.

import { byId, setText, url } from "./dom.js";

/**
 * Points the export links at a session, and closes their menu as menus close: by a choice, Escape or a click
 * elsewhere.
 */
export function wireExport(session) {
  const menu = byId("export");
  for (const format of ["ipynb", "html", "json"]) {
    const link = url("api/s/", session);
    link.pathname += "/export";
    link.search = `?format=${format}`;
    byId(`export-${format}`).href = link;
  }
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target) || event.target.closest("a")) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.firstElementChild.focus();
  });
}

/** Connects the dialog; finish(why) resolves when the companion has stored it. */
export function wireFinish(finish) {
  const dialog = byId("finish-dialog");
  const yes = byId("finish-yes");
  const trouble = byId("finish-error");
  byId("finish").addEventListener("click", () => {
    trouble.hidden = true;
    yes.disabled = false;
    dialog.showModal();
  });
  byId("finish-no").addEventListener("click", () => dialog.close());
  yes.addEventListener("click", async () => {
    yes.disabled = true;
    try {
      await finish(byId("finish-why").value.trim());
      dialog.close();
    } catch (error) {
      trouble.hidden = false;
      setText(trouble, `Not finished: ${error.message}`);
      yes.disabled = false;
    }
  });
}
