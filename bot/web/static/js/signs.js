/** Small signs: the connection line above the chat, and 正在输入 below it. */

import { Problem } from "./api.js";
import { byId, el } from "./dom.js";
import { words } from "./words.js";

const BRIEF = 6000; // milliseconds
const NOTICE_AFTER = 1200; // a hiccup shorter than this is not worth a word
const TYPING_AFTER = 250;
const PATIENCE = 20_000;

export class Notice {
  #node = byId("notice");
  #timer = null;
  #standing = false;

  /** `now` is "live", "offline" or a Problem that will not pass by itself. */
  connection(now) {
    if (now === "live") {
      if (this.#standing) this.clear();
    } else if (now instanceof Problem) {
      this.#say(now.message, el("button", { type: "button", class: "link", text: words.refresh, on: { click: () => location.reload() } }));
    } else if (!this.#standing) {
      this.#standing = true;
      this.#timer = setTimeout(() => this.#say(navigator.onLine ? words.reconnecting : words.offline), NOTICE_AFTER);
    }
  }

  briefly(sentence) {
    this.#say(sentence);
    this.#standing = false;
    this.#timer = setTimeout(() => this.clear(), BRIEF);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#standing = false;
    this.#node.hidden = true;
    this.#node.replaceChildren();
  }

  #say(sentence, ...more) {
    clearTimeout(this.#timer);
    this.#standing = true;
    this.#node.replaceChildren(el("span", { text: sentence }), ...more);
    this.#node.hidden = false;
  }
}

export class Typing {
  #node = byId("typing");
  #timers = [];

  /** `grew()` is called when the sign has appeared. */
  constructor(grew) {
    this.grew = grew;
    this.label = this.#node.lastElementChild;
    this.usual = this.label.textContent;
  }

  expect() {
    this.stop();
    this.#timers = [
      setTimeout(() => this.#show(), TYPING_AFTER),
      setTimeout(() => { this.label.textContent = words.noAnswerYet; this.#node.classList.add("late"); }, PATIENCE),
    ];
  }

  #show() {
    this.label.textContent = this.usual;
    this.#node.classList.remove("late");
    this.#node.hidden = false;
    this.grew();
  }

  stop() {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#node.hidden = true;
  }
}
