// Tabs over the panels. On a wide window the notebook stands beside them; on a narrow one it is a tab of its own.

import { byId, el } from "./dom.js";

const names = [
  ["notebook", "Notebook"],
  ["tests", "Tests"],
  ["guide", "Guide"],
  ["score", "Score"],
  ["notes", "Notes"],
  ["timeline", "Timeline"],
];

/**
 * Builds the tab list. select(name) chooses a panel and calls chosen(name); narrow() says whether the notebook is a
 * tab now.
 */
export class Tabs {
  constructor(node, chosen = () => {}) {
    this.chosen = chosen;
    this.narrowQuery = matchMedia("(max-width: 1000px)");
    this.buttons = new Map(
      names.map(([name, title]) => [
        name,
        el(
          "button.tab",
          {
            type: "button",
            role: "tab",
            id: `tab-${name}`,
            "aria-controls": name === "notebook" ? "notebook" : `panel-${name}`,
            onclick: () => this.select(name),
          },
          title,
        ),
      ]),
    );
    node.replaceChildren(...this.buttons.values());
    node.addEventListener("keydown", (event) => this.key(event));
    this.narrowQuery.addEventListener("change", () => this.select(this.narrow() ? "notebook" : this.side || "tests"));
    this.select(this.narrow() ? "notebook" : "tests");
  }

  narrow() {
    return this.narrowQuery.matches;
  }

  select(name) {
    if (this.current !== undefined) this.chosen(name);
    this.current = name;
    if (name !== "notebook") this.side = name;
    document.body.dataset.tab = name;
    for (const [id, button] of this.buttons) {
      button.setAttribute("aria-selected", String(id === name));
      button.tabIndex = id === name ? 0 : -1;
      if (id !== "notebook") byId(`panel-${id}`).hidden = id !== (this.side || "tests");
    }
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const ids = [...this.buttons.keys()].filter((id) => this.buttons.get(id).offsetParent !== null);
    const next = ids[(ids.indexOf(this.current) + step + ids.length) % ids.length];
    this.select(next);
    this.buttons.get(next).focus();
    event.preventDefault();
  }
}
