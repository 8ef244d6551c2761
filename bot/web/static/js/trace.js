/** What happened behind the chat: what was understood, who handled it, what was sent. */

import { api } from "./api.js";
import { byId, el } from "./dom.js";
import { moment } from "./time.js";
import { FACTS, TRACE_KINDS, VALUES, words } from "./words.js";

const MOST = 200;

export class Trace {
  #person = null;
  #last = 0;
  #pulling = null;
  #again = false;

  /** `denied()` is called when this person may see no trace. */
  constructor(denied) {
    this.denied = denied;
    this.list = byId("trace-list");
  }

  switchTo(person) {
    this.#person = person;
    this.#last = 0;
    this.list.replaceChildren(el("p", { class: "empty", text: words.traceEmpty }));
  }

  /** An event of the stream. Without its number it only says that there is something to fetch, so nothing shows twice. */
  async hint(entry) {
    if (entry?.n && entry.n === this.#last + 1) this.#add([entry]);
    else if (this.#pulling) this.#again = true;
    else await this.#pull();
  }

  async #pull() {
    const person = this.#person;
    this.#pulling = person;
    try {
      do {
        this.#again = false;
        const { entries } = await api.trace(person, this.#last);
        if (person !== this.#person) return;
        this.#add(entries.filter((entry) => entry.n > this.#last));
      } while (this.#again);
    } catch (problem) {
      if (problem.status === 403 || problem.status === 404) this.denied();
    } finally {
      this.#pulling = null;
      if (person !== this.#person) this.#pull();
    }
  }

  #add(entries) {
    if (!entries.length) return;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    this.list.querySelector(".empty")?.remove();
    for (const entry of entries) {
      this.#last = Math.max(this.#last, entry.n);
      this.list.append(entryNode(entry));
    }
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}

function entryNode({ at, kind, text, detail }) {
  const known = kind in TRACE_KINDS;
  return el("article", { class: `entry kind-${known ? kind : "other"}`, data: { testid: "trace-entry", kind } },
    el("header", {}, el("span", { class: "kind", text: known ? TRACE_KINDS[kind] : kind }), el("time", { datetime: at, text: moment(Date.parse(at)) })),
    text && el("p", { class: "entry-text", text }),
    detail && Object.keys(detail).length > 0 && facts(detail));
}

function facts(detail) {
  const plain = [];
  const nested = {};
  for (const [name, value] of Object.entries(detail)) {
    if (value === null || value === undefined || value === "") continue;
    if (name === "confidence" && Number.isFinite(Number(value))) plain.push(row(name, certainty(Number(value))));
    else if (name === "slots" && isRecord(value)) plain.push(row(name, slotList(value)));
    else if (isRecord(value) || (Array.isArray(value) && value.some((part) => typeof part === "object"))) nested[name] = value;
    else plain.push(row(name, document.createTextNode(Array.isArray(value) ? value.join("、") : String(value))));
  }
  return el("div", {}, plain.length > 0 && el("dl", { class: "facts" }, plain),
    Object.keys(nested).length > 0 && el("details", {}, el("summary", { text: words.raw }), el("pre", { text: JSON.stringify(nested, null, 2) })));
}

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const row = (name, node) => el("div", {}, el("dt", { text: FACTS[name] ?? name }), el("dd", {}, node));

function certainty(value) {
  return el("span", { class: "certainty" }, el("meter", { min: "0", max: "1", low: "0.5", high: "0.8", optimum: "1", value, "aria-hidden": "true" }), `${Math.round(value * 100)}%`);
}

function slotList(slots) {
  const entries = Object.entries(slots);
  if (!entries.length) return document.createTextNode("—");
  return el("ul", { class: "slots" }, entries.map(([name, value]) =>
    el("li", {}, el("span", { text: FACTS[name] ?? name }), el("b", { text: isRecord(value) ? JSON.stringify(value) : [value].flat().map((one) => VALUES[one] ?? one).join("、") }))));
}
