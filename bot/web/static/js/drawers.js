/** The panels at both sides: fixed columns where there is room, drawers over the chat where there is not. */

import { byId, recall, remember } from "./dom.js";

const PHONE = matchMedia("(max-width: 700px)");
const ROOMY = matchMedia("(min-width: 1101px)");
const TRACE_OPEN = "hrbot.trace";

const isDrawer = (name) => (name === "people" ? PHONE.matches : !ROOMY.matches);

export class Drawers {
  #open = { people: false, trace: recall(localStorage, TRACE_OPEN) !== "closed" };

  constructor() {
    this.#open.trace &&= ROOMY.matches;
    for (const name of ["people", "trace"]) byId(`${name}-toggle`).addEventListener("click", () => this.toggle(name));
    for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => this.close(button.dataset.close, true));
    byId("backdrop").addEventListener("click", () => this.closeDrawers());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !byId("viewer").open) this.closeDrawers(true);
    });
    for (const media of [PHONE, ROOMY]) {
      media.addEventListener("change", () => {
        this.#open.people = false;
        this.#open.trace = ROOMY.matches && recall(localStorage, TRACE_OPEN) !== "closed";
        this.#show();
      });
    }
    this.#show();
  }

  toggle(name) {
    if (this.#open[name]) this.close(name, true);
    else this.open(name);
  }

  open(name) {
    this.#open[name] = true;
    this.#keep(name);
    this.#show();
    if (isDrawer(name)) byId(name).querySelector(name === "people" ? "input" : "button").focus();
  }

  close(name, giveBack = false) {
    if (!this.#open[name]) return;
    this.#open[name] = false;
    this.#keep(name);
    this.#show();
    if (giveBack) byId(`${name}-toggle`).focus();
  }

  closeDrawers(giveBack = false) {
    for (const name of ["people", "trace"]) if (isDrawer(name)) this.close(name, giveBack);
  }

  #keep(name) {
    if (name === "trace" && ROOMY.matches) remember(localStorage, TRACE_OPEN, this.#open.trace ? "open" : "closed");
  }

  #show() {
    const covering = ["people", "trace"].find((name) => this.#open[name] && isDrawer(name));
    for (const name of ["people", "trace"]) {
      byId(name).classList.toggle("open", this.#open[name]);
      byId(`${name}-toggle`).setAttribute("aria-expanded", String(this.#open[name]));
      byId(name).inert = covering !== undefined && covering !== name;
    }
    byId("columns").classList.toggle("with-trace", this.#open.trace);
    byId("chat").inert = covering !== undefined;
    byId("backdrop").hidden = covering === undefined;
  }
}
