/** The people list: grouped by department, searchable, walked with the arrow keys. */

import { byId, el } from "./dom.js";
import { fits, keysOf, named } from "./pinyin.js";
import { words } from "./words.js";

const TINTS = 6;

/** A coloured square with the end of the name, as people know it from their work chat. */
export function avatar(person) {
  const sum = [...person.id].reduce((total, char) => (total * 31 + char.codePointAt(0)) % 9973, 7);
  return el("span", { class: `avatar tint-${sum % TINTS}`, "aria-hidden": "true", text: [...person.name].slice(-2).join("") });
}

export class People {
  #buttons = new Map(); // id → {button, badge, said, item}
  #sections = []; // {section, count, ids}

  constructor(people, choose) {
    this.choose = choose;
    this.people = people;
    this.names = new Map(people.map((person) => [person.id, person.name]));
    this.keys = new Map(people.map((person) => [person.id, keysOf(person, this.names.get(person.manager))]));
    this.search = byId("people-search");
    this.list = byId("people-list");
    this.nobody = el("p", { class: "empty", text: words.nobody, hidden: true });
    this.#draw();
    this.search.addEventListener("input", () => this.filter());
    this.search.addEventListener("keydown", (event) => this.#searchKeys(event));
    this.list.addEventListener("keydown", (event) => this.#listKeys(event));
  }

  #draw() {
    const departments = grouped(this.people);
    for (const [department, members] of departments) {
      const items = members.map((person) => this.#item(person));
      const count = el("span", { class: "count", "aria-hidden": "true", text: String(members.length) });
      const section = el("section", { "aria-label": department }, el("h3", {}, el("span", { text: department }), count), el("ul", {}, items));
      this.#sections.push({ section, count, ids: members.map((person) => person.id) });
    }
    this.list.replaceChildren(...this.#sections.map(({ section }) => section), this.nobody);
  }

  #item(person) {
    const badge = el("span", { class: "badge", hidden: true });
    const said = el("span", { class: "sr-only" });
    const manager = this.names.get(person.manager);
    const button = el("button", {
      type: "button", class: "person", tabindex: "-1", title: manager ? words.reportsTo(manager) : null,
      data: { testid: `person-${person.id}`, person: person.id }, on: { click: () => this.choose(person.id) },
    }, avatar(person), el("span", { class: "person-text" }, el("span", { class: "person-name", text: person.name }), el("span", { class: "person-title", text: [person.title, manager && words.reportsTo(manager)].filter(Boolean).join(" · ") })), badge, said);
    const item = el("li", {}, button);
    this.#buttons.set(person.id, { button, badge, said, item });
    return item;
  }

  get #shown() {
    return [...this.#buttons.values()].filter(({ item }) => !item.hidden).map(({ button }) => button);
  }

  filter() {
    const typed = this.search.value.trim();
    let found = 0;
    for (const { section, count, ids } of this.#sections) {
      const here = ids.filter((id) => {
        const fit = fits(this.keys.get(id), typed);
        this.#buttons.get(id).item.hidden = !fit;
        return fit;
      });
      section.hidden = here.length === 0;
      count.textContent = String(here.length);
      found += here.length;
    }
    this.nobody.hidden = found > 0;
    byId("people-count").textContent = typed ? words.people(found) : "";
    this.#oneTabStop();
  }

  /** One stop for the tab key: the chosen person, or the first that is shown. */
  #oneTabStop() {
    const shown = this.#shown;
    const stop = shown.find((button) => button.getAttribute("aria-current")) ?? shown[0];
    for (const { button } of this.#buttons.values()) button.tabIndex = button === stop ? 0 : -1;
  }

  #best() {
    const ids = this.#shown.map((button) => button.dataset.person);
    return ids.find((id) => named(this.keys.get(id), this.search.value)) ?? ids[0];
  }

  #searchKeys(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") this.#shown[0]?.focus();
    else if (event.key === "Enter" && this.#shown[0]) this.choose(this.#best());
    else if (event.key === "Escape" && this.search.value) {
      this.clear();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  #listKeys(event) {
    const shown = this.#shown;
    const here = shown.indexOf(document.activeElement);
    if (here < 0) return;
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) this.search.focus();
    else shown[Math.min(to, shown.length - 1)].focus();
  }

  clear() {
    this.search.value = "";
    this.filter();
  }

  mark(id) {
    for (const [other, { button }] of this.#buttons) {
      if (other === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    this.#oneTabStop();
    this.#buttons.get(id)?.button.scrollIntoView({ block: "nearest" });
  }

  unread(id, count) {
    const row = this.#buttons.get(id);
    if (!row) return;
    row.badge.hidden = count === 0;
    row.badge.textContent = count > 99 ? "99+" : String(count);
    row.said.textContent = count ? words.unread(count) : "";
    row.badge.setAttribute("aria-hidden", "true");
  }
}

function grouped(people) {
  const groups = new Map();
  for (const person of people) {
    const key = person.department || words.noDepartment;
    groups.set(key, [...(groups.get(key) ?? []), person]);
  }
  return groups;
}
