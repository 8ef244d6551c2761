/** The conversations of one person: direct, and a tab for each group. */

import { byId, el } from "./dom.js";
import { words } from "./words.js";

export class Tabs {
  #tabs = new Map(); // conversation → {button, badge, said}

  constructor(choose) {
    this.choose = choose;
    this.node = byId("tabs");
    this.node.addEventListener("keydown", (event) => this.#keys(event));
  }

  show(groups) {
    this.#tabs.clear();
    const all = [{ id: "direct", name: words.direct }, ...groups];
    this.node.replaceChildren(...all.map((group) => this.#tab(group)));
    this.node.hidden = groups.length === 0;
  }

  #tab(group) {
    const badge = el("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    const said = el("span", { class: "sr-only" });
    const button = el("button", {
      type: "button", class: "tab", role: "tab", "aria-controls": "scroller", title: group.members ? words.members(group.members.length) : null,
      data: { testid: `tab-${group.id}`, conversation: group.id }, on: { click: () => this.choose(group.id) },
    }, el("span", { text: group.name }), badge, said);
    this.#tabs.set(group.id, { button, badge, said });
    return button;
  }

  mark(conversation) {
    for (const [id, { button }] of this.#tabs) {
      button.setAttribute("aria-selected", String(id === conversation));
      button.tabIndex = id === conversation ? 0 : -1;
    }
  }

  unread(conversation, count) {
    const tab = this.#tabs.get(conversation);
    if (!tab) return;
    tab.badge.hidden = count === 0;
    tab.badge.textContent = count > 99 ? "99+" : String(count);
    tab.said.textContent = count ? words.unread(count) : "";
  }

  #keys(event) {
    const ids = [...this.#tabs.keys()];
    const here = ids.findIndex((id) => this.#tabs.get(id).button === document.activeElement);
    const to = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    const id = ids[(to + ids.length) % ids.length];
    this.choose(id);
    this.#tabs.get(id).button.focus();
  }
}
