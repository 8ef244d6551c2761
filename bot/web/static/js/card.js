/** A live card: drawn from what the server sent, replaced in place when it changes. */

import { api } from "./api.js";
import { el, linked, ownAddress } from "./dom.js";
import { openViewer } from "./picture.js";
import { CARD_STATES, words } from "./words.js";

const AGAIN_AFTER = 3000; // milliseconds until a press that changed nothing may be repeated
const BUTTONS_ONLY = /^\s*(\[[^\]]+\]\s*)+$/;
const CHIPS = 6; // so many short options are shown side by side, more in a list

/** The card's state in words. A card that was never anything but done is an answer, not a matter: no word. */
export function stateWords(item) {
  const { state } = item.message.card;
  if (!state || (state === "done" && !item.formerState)) return "";
  return CARD_STATES[state] ?? state;
}

export class CardView {
  #dirty = new Map(); // input id → what the person entered
  #busy = null;
  #timer = null;
  #problem = null; // {words, action}

  /** hooks: `person()` → id; `pressed()` after a press was accepted. */
  constructor(item, hooks) {
    this.item = item;
    this.hooks = hooks;
    this.version = 0;
    this.node = el("article", { class: "card", tabindex: "-1" });
    this.update(item);
  }

  update(item) {
    if (this.version === item.version) return;
    const first = this.version === 0;
    this.item = item;
    this.version = item.version;
    this.#busy = null;
    this.#problem = null;
    clearTimeout(this.#timer);
    // The log announces what is new; a replaced card is announced in one short sentence elsewhere.
    if (!first) this.node.setAttribute("aria-live", "off");
    this.#draw();
  }

  #draw() {
    const { card } = this.item.message;
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.focus ?? "card" : null;
    this.node.dataset.testid = `card-${card.id}`;
    this.node.dataset.state = card.state ?? "";
    this.node.dataset.template = card.template ?? "";
    this.node.setAttribute("aria-label", [card.title, stateWords(this.item)].filter(Boolean).join("，"));
    this.node.replaceChildren(...[
      this.#head(card), this.#image(card), this.#fields(card), this.#body(card), ...(card.inputs ?? []).map((input) => this.#input(card, input)),
      this.#trouble(), this.#actions(card),
    ].filter(Boolean));
    if (focused !== null) {
      const place = [...this.node.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === focused);
      (place ?? this.node).focus({ preventScroll: true });
    }
  }

  #head(card) {
    const state = stateWords(this.item);
    if (!card.title && !state) return null;
    return el("header", { class: "card-head" },
      el("div", { class: "card-titles" },
        card.title && el("h3", { text: card.title }),
        card.subtitle && el("p", { class: "subtitle", text: card.subtitle })),
      state && el("span", { class: `state state-${card.state in CARD_STATES ? card.state : "other"}`, text: state, data: { testid: "card-state" } }));
  }

  #image(card) {
    const address = card.image ? ownAddress(card.image.url ?? card.image) : null;
    if (!address) return null;
    const label = card.image.alt ?? card.title ?? words.picture;
    return el("button", { type: "button", class: "picture", "aria-label": words.openPicture(label), data: { focus: "image" }, on: { click: () => openViewer(address, label) } },
      el("img", { src: address, alt: label, loading: "lazy" }));
  }

  #fields(card) {
    if (!card.fields?.length) return null;
    return el("dl", { class: "fields" }, card.fields.map((field) => el("div", {}, el("dt", { text: field.label }), el("dd", { text: field.value ?? "" }))));
  }

  #body(card) {
    const said = card.body || (card.fields?.length ? "" : this.#words(card));
    return said ? el("p", { class: "card-body" }, linked(said)) : null;
  }

  /** What the message says beyond the card's title and buttons. */
  #words(card) {
    const lines = this.item.message.text.split("\n").filter((line) => line.trim() !== card.title && !BUTTONS_ONLY.test(line));
    return lines.join("\n").trim();
  }

  #input(card, input) {
    const value = this.#dirty.get(input.id) ?? input.value ?? "";
    const keep = (event) => this.#dirty.set(input.id, event.target.value);
    const id = `input-${card.id}-${input.id}`;
    const common = { id, name: input.id, data: { testid: `input-${input.id}`, focus: `input:${input.id}` }, on: { input: keep, change: keep } };
    if (input.kind === "choice") {
      const options = (input.options ?? []).map((option) => (typeof option === "object" ? option : { value: option, label: option }));
      return options.length <= CHIPS ? this.#chips(id, input, options, value, keep) : this.#list(input, options, value, common);
    }
    const field = input.kind === "text"
      ? el("textarea", { ...common, rows: "2", maxlength: "2000" })
      : el("input", { ...common, type: input.kind === "time" ? "time" : "date" });
    field.value = value;
    return el("div", { class: "input" }, el("label", { for: id, text: input.label }), field);
  }

  #list(input, options, value, common) {
    const select = el("select", common, el("option", { value: "", text: words.choose }),
      options.map((option) => el("option", { value: option.value, text: option.label })));
    select.value = value;
    return el("div", { class: "input" }, el("label", { for: common.id, text: input.label }), select);
  }

  #chips(id, input, options, value, keep) {
    return el("fieldset", { class: "input chips", data: { testid: `input-${input.id}` } }, el("legend", { text: input.label }),
      el("div", { class: "chip-row" }, options.map((option) => {
        const radio = el("input", { type: "radio", name: id, value: option.value, data: { focus: `input:${input.id}:${option.value}` }, on: { change: keep } });
        radio.checked = option.value === value;
        return el("label", { class: "chip" }, radio, el("span", { text: option.label }));
      })));
  }

  #trouble() {
    if (!this.#problem) return null;
    return el("p", { class: "trouble", role: "alert" }, el("span", { text: this.#problem.words }),
      el("button", { type: "button", class: "link", text: words.retry, data: { focus: "retry" }, on: { click: () => this.press(this.#problem.action) } }));
  }

  #actions(card) {
    if (!card.actions?.length) return null;
    return el("div", { class: "actions" }, card.actions.map((action) => {
      const pressed = this.#busy === action.id;
      const style = ["primary", "danger"].includes(action.style) ? action.style : "default";
      // aria-disabled, not disabled: a disabled button would drop the keyboard focus to the top of the page.
      return el("button", {
        type: "button", class: `button ${style}${pressed ? " pressed" : ""}`, text: pressed ? words.pressing : action.label,
        "aria-disabled": this.#busy !== null && "true", data: { testid: `action-${action.id}`, focus: `action:${action.id}` },
        on: { click: () => this.press(action.id) },
      });
    }));
  }

  #inputs() {
    const { inputs } = this.item.message.card;
    if (!inputs?.length) return null;
    return Object.fromEntries(inputs.map((input) => [input.id, this.#dirty.get(input.id) ?? input.value ?? ""]));
  }

  async press(action) {
    if (this.#busy !== null) return;
    const { version } = this;
    const until = Date.now() + AGAIN_AFTER;
    this.#busy = action;
    this.#problem = null;
    this.#draw();
    try {
      await api.press(this.hooks.person(), this.item.message.card.id, action, this.#inputs());
      this.hooks.pressed();
      if (this.version === version) this.#timer = setTimeout(() => this.#release(null), Math.max(0, until - Date.now()));
    } catch (problem) {
      if (this.version === version) this.#release({ words: problem.message, action });
    }
  }

  #release(problem) {
    this.#busy = null;
    this.#problem = problem;
    this.#draw();
  }
}
