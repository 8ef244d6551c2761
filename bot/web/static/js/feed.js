/** What arrives for the chosen person: a stream of events, or long polls where no stream gets through. */

import { api } from "./api.js";

const WAIT = 25; // seconds of one long poll
const STREAM_AGAIN = 30_000; // after this long on polls the stream is tried again
const HIDDEN_AFTER = 20_000; // a hidden tab gives its connection back: browsers allow six to one host
const HIDDEN_POLL = 5_000;
const SLOWEST = 15_000;
const FAILURES = 2;

export class Feed {
  #alive = false;
  #source = null;
  #abort = new AbortController();
  #hideTimer = null;
  #quiet = null;

  /** hooks: `after()` → last seq; `messages(list)`; `trace(entry|null)`, null for "look it up"; `state("live"|"offline"|Problem)`. */
  constructor(person, hooks) {
    this.person = person;
    this.hooks = hooks;
    this.onVisibility = () => this.#visibility();
  }

  async start() {
    this.#alive = true;
    document.addEventListener("visibilitychange", this.onVisibility);
    if (await this.#catchUp()) this.#stream();
    else if (this.#alive) this.#poll();
  }

  stop() {
    this.#alive = false;
    document.removeEventListener("visibilitychange", this.onVisibility);
    this.#pause();
  }

  #pause() {
    clearTimeout(this.#hideTimer);
    clearInterval(this.#quiet);
    this.#quiet = null;
    this.#source?.close();
    this.#source = null;
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  async #catchUp() {
    const { signal } = this.#abort;
    try {
      const { messages } = await api.wholeInbox(this.person, this.hooks.after(), signal);
      if (signal.aborted || !this.#alive) return false;
      this.hooks.messages(messages);
      this.hooks.trace(null);
      return true;
    } catch (problem) {
      if (!signal.aborted && this.#alive) this.hooks.state(problem.passing ? "offline" : problem);
      return false;
    }
  }

  #stream() {
    if (!this.#alive || this.#source) return;
    const source = api.events(this.person, this.hooks.after());
    let failures = 0;
    this.#source = source;
    source.addEventListener("open", () => {
      failures = 0;
      this.hooks.state("live");
      this.#catchUp(); // what came between the last look and the opening
    });
    source.addEventListener("message", (event) => this.hooks.messages([JSON.parse(event.data)]));
    source.addEventListener("trace", (event) => this.hooks.trace(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      failures += 1;
      if (this.#source !== source || (source.readyState !== EventSource.CLOSED && failures < FAILURES)) return;
      source.close();
      this.#source = null;
      this.#poll();
    });
  }

  async #poll() {
    const { signal } = this.#abort;
    const until = Date.now() + STREAM_AGAIN;
    let [pause, wait] = [500, 0]; // the first answer shall come at once: it says that the server is there
    while (this.#alive && !signal.aborted && !(Date.now() > until && pause === 500)) {
      try {
        const after = this.hooks.after();
        const { messages } = await (wait ? api.inbox(this.person, after, wait, signal) : api.wholeInbox(this.person, after, signal));
        if (signal.aborted) return;
        this.hooks.state("live");
        this.hooks.messages(messages);
        this.hooks.trace(null);
        [pause, wait] = [500, WAIT];
      } catch (problem) {
        if (signal.aborted) return;
        this.hooks.state(problem.passing ? "offline" : problem);
        if (!problem.passing && problem.status !== 404) return;
        [pause, wait] = [Math.min(SLOWEST, pause * 2), 0];
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    if (this.#alive && !signal.aborted) this.#stream();
  }

  #visibility() {
    clearTimeout(this.#hideTimer);
    if (document.hidden) {
      this.#hideTimer = setTimeout(() => {
        this.#pause();
        this.#quiet = setInterval(() => this.#catchUp(), HIDDEN_POLL);
      }, HIDDEN_AFTER);
    } else if (this.#quiet) {
      this.#pause();
      this.start();
    }
  }
}
