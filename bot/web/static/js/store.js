/** What each person has received, read and said. One Box a person; boxes outlive switching to somebody else. */

import { businessNow } from "./time.js";
import { recall, remember } from "./dom.js";

const MOST_OWN = 200; // own messages kept for one conversation
const CLOCK_SLACK = 60_000; // an own message from later than this is from before the server was made anew

export class Box {
  #read;

  constructor(person) {
    this.person = person;
    this.lastSeq = 0;
    this.received = new Map(); // "card:<id>" or "seq:<n>" → {key, seq, last, version, conversation, message, formerState}
    this.#read = JSON.parse(recall(localStorage, this.#readKey) ?? "{}");
    this.own = new OwnMessages(person);
  }

  get #readKey() {
    return `hrbot.read.${this.person}`;
  }

  /** Takes in messages; returns what is new and which cards changed. The same seq twice is once. */
  accept(messages) {
    const added = [];
    const changed = [];
    for (const message of [...messages].sort((a, b) => a.seq - b.seq)) {
      const key = message.card?.id ? `card:${message.card.id}` : `seq:${message.seq}`;
      const known = this.received.get(key);
      if (!known) {
        const item = { key, seq: message.seq, last: message.seq, version: 1, conversation: message.conversation || "direct", message };
        this.received.set(key, item);
        added.push(item);
      } else if (message.seq > known.last) {
        const formerState = known.message.card.state;
        Object.assign(known, { last: message.seq, version: known.version + 1, message });
        if (formerState !== message.card.state) known.formerState = formerState;
        changed.push(known);
      }
      this.lastSeq = Math.max(this.lastSeq, message.seq);
    }
    return { added, changed };
  }

  /** After everything was fetched from the start: a server made anew counts from one again, so old marks go. */
  settle() {
    if (Math.max(0, ...Object.values(this.#read)) > this.lastSeq) this.#keepRead({});
    this.own.forgetAfter(this.lastSeq, businessNow() + CLOCK_SLACK);
  }

  unread(conversation = null) {
    let count = 0;
    for (const item of this.received.values()) {
      if (conversation !== null && item.conversation !== conversation) continue;
      if (item.last > (this.#read[item.conversation] ?? 0)) count += 1;
    }
    return count;
  }

  markRead(conversation) {
    let last = 0;
    for (const item of this.received.values()) if (item.conversation === conversation) last = Math.max(last, item.last);
    if (last > (this.#read[conversation] ?? 0)) this.#keepRead({ ...this.#read, [conversation]: last });
  }

  /** Another window of the same browser may have read more. */
  reloadRead() {
    this.#read = JSON.parse(recall(localStorage, this.#readKey) ?? "{}");
  }

  #keepRead(read) {
    this.#read = read;
    remember(localStorage, this.#readKey, JSON.stringify(read));
  }

  /**
   * The conversation in order. An own message stands after all that had been received when it was said and before
   * all that came later: this stays true whatever the clocks of browser and server say.
   */
  timeline(conversation) {
    const received = [...this.received.values()].filter((item) => item.conversation === conversation);
    const own = this.own.of(conversation);
    return [
      ...received.map((item) => ({ kind: "received", key: item.key, order: item.seq, at: Date.parse(item.message.at), item })),
      ...own.map((item) => ({ kind: "own", key: `own:${item.id}`, order: item.anchor + 0.5, at: item.at, item })),
    ].sort((a, b) => a.order - b.order || (a.kind === "own" ? a.at - b.at : 0));
  }
}

/** Own messages, which the inbox never echoes, kept for this browser tab. */
export class OwnMessages {
  #lists = new Map();

  constructor(person) {
    this.person = person;
  }

  #key(conversation) {
    return `hrbot.own.${this.person}.${conversation}`;
  }

  of(conversation) {
    if (!this.#lists.has(conversation)) {
      this.#lists.set(conversation, JSON.parse(recall(sessionStorage, this.#key(conversation)) ?? "[]"));
    }
    return this.#lists.get(conversation);
  }

  add(conversation, item) {
    const list = this.of(conversation);
    list.push(item);
    if (list.length > MOST_OWN) list.splice(0, list.length - MOST_OWN);
    this.save(conversation);
  }

  remove(conversation, id) {
    const list = this.of(conversation);
    const place = list.findIndex((item) => item.id === id);
    if (place >= 0) list.splice(place, 1);
    this.save(conversation);
  }

  save(conversation) {
    const list = this.of(conversation);
    if (remember(sessionStorage, this.#key(conversation), JSON.stringify(list))) return;
    // Full: small pictures are what takes the room.
    const lean = list.map(({ file, ...item }) => (file ? { ...item, file: { ...file, thumb: null } } : item));
    remember(sessionStorage, this.#key(conversation), JSON.stringify(lean.slice(-MOST_OWN / 4)));
  }

  forgetAfter(lastSeq, latest) {
    const start = `hrbot.own.${this.person}.`;
    for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(start))) {
      const conversation = key.slice(start.length);
      const kept = this.of(conversation).filter((item) => item.anchor <= lastSeq && item.at <= latest);
      if (kept.length === this.of(conversation).length) continue;
      this.#lists.set(conversation, kept);
      this.save(conversation);
    }
  }
}
