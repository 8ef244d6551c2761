/** Digits for fingers. */

import { el } from "./dom.js";
import { words } from "./kiosk_words.js";

export class Pad {
  /** hooks: `digit(sign)`, `back()`, `next()`. */
  constructor(node, hooks) {
    const key = (text, testid, press, word = false) =>
      el("button", { type: "button", class: word ? "word" : "", text, data: { testid }, on: { click: press } });
    node.replaceChildren(
      ...Array.from("123456789", (sign) => key(sign, `digit-${sign}`, () => hooks.digit(sign))),
      key(words.back, "back", hooks.back, true), key("0", "digit-0", () => hooks.digit("0")), key(words.next, "next", hooks.next, true),
    );
    // A finger on the pad does not take the cursor out of the field.
    node.addEventListener("pointerdown", (event) => event.preventDefault());
  }
}
