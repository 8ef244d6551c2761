/** The web chat on a shared device: who is logged on, how long yet, and the way out. Afterwards nothing is left. */

import { el } from "./dom.js";
import { kioskApi } from "./kiosk_api.js";
import { SHORTCUTS, words } from "./kiosk_words.js";

export const atKiosk = location.pathname.startsWith("/kiosk/");
const ONCE_MORE = 3_000; // milliseconds
const WARN = 10_000; // milliseconds before the end
const TELL_EVERY = 10_000; // the server hears of touches at most so often
const TOUCHES = ["pointerdown", "keydown", "wheel", "touchmove"];

export class KioskChat {
  #idle = 60_000;
  #idleAt = Infinity;
  #endAt = Infinity;
  #told = -Infinity;
  #owed = false; // touched since the server was told
  #gone = false;
  #others = new BroadcastChannel("hrbot.kiosk");

  /** `say(text)` sends; `stop()` ends what the page asks by itself. */
  constructor(person, { say, stop }) {
    this.stop = stop;
    this.left = el("span", { class: "left", data: { testid: "left" } });
    this.still = el("div", { class: "kiosk-still", role: "alertdialog", "aria-live": "assertive", data: { testid: "still" }, hidden: true });
    const leave = el("button", { type: "button", text: words.leave, data: { testid: "leave" }, on: { click: () => this.leave() } });
    const short = SHORTCUTS.map((text) => el("button", { type: "button", text, data: { testid: "shortcut" }, on: { click: () => say(text) } }));
    document.body.classList.add("at-kiosk");
    document.body.prepend(el("div", { class: "kiosk-bar" }, el("strong", { text: person.name, data: { testid: "kiosk-person" } }), this.left, leave));
    document.getElementById("composer").before(el("div", { class: "kiosk-short" }, short));
    document.body.append(this.still);
    this.#listen();
  }

  async start() {
    await this.#tell();
    this.#touched(false);
    setInterval(() => this.#tick(), 250);
    this.#tick();
  }

  #listen() {
    for (const name of TOUCHES) document.addEventListener(name, () => this.#touched(), { passive: true, capture: true });
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    // A closed or left page logs off by itself; the server's own limit is behind that.
    window.addEventListener("pagehide", () => this.#gone || kioskApi.logOff(true).catch(() => {}));
    window.addEventListener("pageshow", (event) => event.persisted && this.gone());
    this.#others.addEventListener("message", () => this.gone());
  }

  #touched(tell = true) {
    if (this.#gone) return;
    this.#idleAt = Date.now() + this.#idle;
    this.#owed ||= tell;
    this.#tick();
  }

  async #tell() {
    this.#told = Date.now();
    this.#owed = false;
    try {
      const { idle, left } = await kioskApi.stay();
      this.#idle = idle * 1000;
      this.#endAt = Date.now() + left * 1000;
    } catch (refusal) {
      if (refusal.status === 401 || refusal.status === 403) this.gone();
    }
  }

  #tick() {
    const ending = this.#endAt <= this.#idleAt;
    const left = Math.min(this.#endAt, this.#idleAt) - Date.now();
    if (this.#gone) return;
    if (left <= 0) {
      this.leave();
      return;
    }
    if (this.#owed && Date.now() - this.#told > TELL_EVERY) this.#tell();
    const seconds = Math.ceil(left / 1000);
    this.left.textContent = words.left(seconds);
    const near = left <= Math.min(WARN, this.#idle / 2);
    if (near) this.#warn(ending, seconds);
    this.still.hidden = !near;
  }

  #warn(ending, seconds) {
    const stay = el("button", { type: "button", class: "stay", text: words.stay, data: { testid: "stay" } });
    const leave = el("button", { type: "button", text: words.leave, on: { click: () => this.leave() } });
    if (this.still.hidden) this.still.replaceChildren(el("div", {}, el("h2", {}), el("p", {}), !ending && stay, leave));
    this.still.querySelector("h2").textContent = ending ? words.ending : words.still;
    this.still.querySelector("p").textContent = ending ? words.endingLead(seconds) : words.stillLead(seconds);
  }

  /** Log off, here and in every other tab. */
  async leave() {
    if (this.#gone) return;
    this.#others.postMessage("gone");
    this.#clear();
    await this.#loggedOff();
    location.replace("/kiosk");
  }

  /** Without a network it says so and waits: the browser's own error page would stay, and nobody is there to leave it. */
  async #loggedOff() {
    for (;;) {
      try {
        await kioskApi.logOff(true);
        return;
      } catch (refusal) {
        if (refusal.status !== 0) return;
        document.body.replaceChildren(el("p", { class: "kiosk-away", role: "alert", text: `${words.cleared}${refusal.message}${words.again}` }));
        await new Promise((done) => { setTimeout(done, ONCE_MORE); });
      }
    }
  }

  /** The session has ended: nothing of it stays in sight. */
  gone() {
    if (this.#gone) return;
    this.#clear();
    location.replace("/kiosk");
  }

  #clear() {
    this.#gone = true;
    this.stop();
    document.body.replaceChildren();
    document.title = "";
  }
}
