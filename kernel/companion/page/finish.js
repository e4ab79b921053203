// Finishing a session asks once more, because it cannot be undone.

import { byId, setText } from "./dom.js";

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
