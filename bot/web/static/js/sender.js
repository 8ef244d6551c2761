/** Says what a person typed: in order, shown at once, tried again under the same message id. */

import { api, newId } from "./api.js";
import { thumbnail } from "./picture.js";
import { businessNow } from "./time.js";
import { words } from "./words.js";

const PAUSES = [1000, 3000]; // milliseconds before the second and third try

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Sender {
  #queues = new Map();
  #underWay = new Set();
  #files = new Map(); // message id → File, for retries

  /** `changed(box, conversation)` is called whenever an own message changed its state. */
  constructor(changed) {
    this.changed = changed;
  }

  async say(box, conversation, text, file = null) {
    const item = { id: newId(), text, at: businessNow(), anchor: box.lastSeq, state: "pending", problem: null };
    if (file) {
      item.file = { name: file.name || "image.png", size: file.size, type: file.type, thumb: null };
      this.#files.set(item.id, file);
    }
    this.#underWay.add(item.id);
    box.own.add(conversation, item);
    this.changed(box, conversation);
    if (file?.type.startsWith("image/")) item.file.thumb = await thumbnail(file);
    this.changed(box, conversation);
    return this.#enqueue(box, conversation, item);
  }

  again(box, conversation, item) {
    item.state = "pending";
    item.problem = null;
    this.changed(box, conversation);
    return this.#enqueue(box, conversation, item);
  }

  /** Goes on with what a reload interrupted; the same id makes sure that it is said only once. */
  resume(box, conversation) {
    for (const item of box.own.of(conversation)) {
      if (item.state === "pending" && !this.#underWay.has(item.id)) this.again(box, conversation, item);
    }
  }

  forget(box, conversation, item) {
    this.#files.delete(item.id);
    box.own.remove(conversation, item.id);
    this.changed(box, conversation);
  }

  fileOf(item) {
    return this.#files.get(item.id) ?? null;
  }

  #enqueue(box, conversation, item) {
    this.#underWay.add(item.id);
    const before = this.#queues.get(box.person) ?? Promise.resolve();
    const now = before.then(() => this.#deliver(box, conversation, item));
    this.#queues.set(box.person, now);
    return now;
  }

  async #deliver(box, conversation, item) {
    const problem = await this.#attempt(box, conversation, item);
    this.#underWay.delete(item.id);
    item.state = problem ? "failed" : "sent";
    item.problem = problem;
    if (!problem) this.#files.delete(item.id);
    box.own.save(conversation);
    this.changed(box, conversation);
    return !problem;
  }

  /** Null, or the sentence that says why it did not go out. */
  async #attempt(box, conversation, item) {
    const message = { from: box.person, text: item.text, conversation, message_id: item.id };
    const file = this.fileOf(item);
    if (item.file && !file) return words.fileLost;
    for (let round = 0; ; round += 1) {
      try {
        await (file ? api.sendFile(message, file) : api.say(message));
        return null;
      } catch (problem) {
        if (!problem.passing || round >= PAUSES.length) return problem.message;
        await sleep(PAUSES[round]);
      }
    }
  }
}
