/** Looks now and then whether somebody else has something unread, nearest managers first: approvals land there. */

import { api } from "./api.js";

const EVERY = 3000; // milliseconds
const OTHERS = 3; // people looked at in each round beside the manager line
const SOON = [700, 1800]; // after something was said or pressed

export class Watch {
  #turn = 0;
  #busy = false;
  #sweep = null;

  /** `current()` → person id; `box(id)` → Box; `found(id)` when something new was there. */
  constructor(people, { current, box, found }) {
    this.people = people;
    this.byId = new Map(people.map((person) => [person.id, person]));
    Object.assign(this, { current, box, found });
  }

  start() {
    this.#sweep = this.people.map((person) => person.id);
    this.#round();
    setInterval(() => this.#round(), EVERY);
  }

  soon() {
    for (const delay of SOON) setTimeout(() => this.#look(this.#line()), delay);
  }

  /** The managers above the current person. */
  #line() {
    const line = [];
    let id = this.byId.get(this.current())?.manager;
    while (id && this.byId.has(id) && !line.includes(id)) {
      line.push(id);
      id = this.byId.get(id).manager;
    }
    return line;
  }

  async #round() {
    if (document.hidden || this.#busy) return;
    this.#busy = true;
    const all = this.people.map((person) => person.id);
    const others = this.#sweep ?? Array.from({ length: OTHERS }, (_, i) => all[(this.#turn + i) % all.length]);
    this.#turn += OTHERS;
    const whole = await this.#look([...new Set([...this.#line(), ...others])]);
    if (whole) this.#sweep = null;
    this.#busy = false;
  }

  /** False when the server could not be asked: then the next round asks again. */
  async #look(ids) {
    for (const id of ids) {
      if (id === this.current()) continue;
      const box = this.box(id);
      const fromStart = box.lastSeq === 0;
      try {
        const { messages } = await api.wholeInbox(id, box.lastSeq);
        const { added, changed } = box.accept(messages);
        if (fromStart && messages.length) box.settle();
        if (added.length || changed.length) this.found(id);
      } catch (problem) {
        if (problem.passing) return false; // the feed of the chosen person says aloud that the connection is down
      }
    }
    return true;
  }
}
