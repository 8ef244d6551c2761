/** Where one writes: Enter sends, except while an input method is composing; files come by button, paste or drop. */

import { byId, el, icon } from "./dom.js";
import { drawn, isPicture, sizeWords } from "./picture.js";
import { words } from "./words.js";

const MOST_FILES = 9;
const MOST_LINES = 6;
const IME = 229; // keyCode of a key that an input method has swallowed
const THUMB = 96;

export class Composer {
  #files = [];
  #drafts = new Map();
  #draftKey = null;
  #composing = false;

  /** hooks: `send(text, files)`; `complain(sentence)`. */
  constructor(hooks) {
    this.hooks = hooks;
    this.text = byId("composer-text");
    this.#typing();
    this.#picking();
    this.#dropping();
    this.grow();
  }

  #typing() {
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("compositionstart", () => { this.#composing = true; });
    this.text.addEventListener("compositionend", () => { this.#composing = false; });
    this.text.addEventListener("input", () => this.grow());
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
      if (this.#composing || event.isComposing || event.keyCode === IME) return;
      event.preventDefault();
      this.submit();
    });
  }

  #picking() {
    const input = byId("file-input");
    byId("pick-file").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add([...input.files]);
      input.value = "";
    });
    this.text.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
  }

  #dropping() {
    const area = byId("chat");
    const cover = byId("drop-cover");
    const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    // Outside the chat a dropped file must not replace the page.
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => carriesFiles(event) && event.preventDefault());
    area.addEventListener("dragenter", (event) => { if (carriesFiles(event)) cover.hidden = false; });
    cover.addEventListener("dragleave", () => { cover.hidden = true; });
    area.addEventListener("drop", (event) => {
      cover.hidden = true;
      if (event.dataTransfer?.files.length) this.add([...event.dataTransfer.files]);
    });
  }

  add(files) {
    for (const file of files) {
      if (file.size === 0) this.hooks.complain(words.emptyFile(file.name));
      else if (this.#files.length >= MOST_FILES) this.hooks.complain(words.tooMany(MOST_FILES));
      else this.#files.push(file);
    }
    this.#showFiles();
    this.text.focus();
  }

  #showFiles() {
    const list = byId("attachments");
    list.hidden = this.#files.length === 0;
    list.replaceChildren(...this.#files.map((file) => {
      const face = el("span", { class: "attachment-face" }, icon("file"));
      if (isPicture(file)) drawn(file, THUMB, file.name).then((canvas) => canvas && face.replaceChildren(canvas));
      return el("li", { class: "attachment", data: { testid: "attachment" } }, face,
        el("span", { class: "attachment-name" }, el("span", { text: file.name || words.picture }), el("small", { text: sizeWords(file.size) })),
        el("button", { type: "button", class: "icon-button", "aria-label": words.removeFile(file.name), on: { click: () => this.#drop(file) } }, icon("close")));
    }));
  }

  #drop(file) {
    this.#files = this.#files.filter((other) => other !== file);
    this.#showFiles();
    this.text.focus();
  }

  submit() {
    const text = this.text.value.trim();
    if (!text && this.#files.length === 0) {
      this.text.focus();
      return;
    }
    const files = this.#files;
    this.#files = [];
    this.text.value = "";
    this.#showFiles();
    this.grow();
    this.hooks.send(text, files);
    this.text.focus();
  }

  fill(text) {
    this.text.value = text;
    this.grow();
    this.text.focus();
    this.text.setSelectionRange(text.length, text.length);
  }

  /** What was typed but not sent waits for its own conversation. */
  switchTo(key) {
    if (this.#draftKey !== null) this.#drafts.set(this.#draftKey, { text: this.text.value, files: this.#files });
    this.#draftKey = key;
    const draft = this.#drafts.get(key) ?? { text: "", files: [] };
    this.text.value = draft.text;
    this.#files = draft.files;
    this.#showFiles();
    this.grow();
  }

  grow() {
    const { text } = this;
    text.style.height = "auto";
    const line = Number.parseFloat(getComputedStyle(text).lineHeight) || 22;
    text.style.height = `${Math.min(text.scrollHeight, line * MOST_LINES + 24)}px`;
    text.classList.toggle("tall", text.scrollHeight > line * MOST_LINES + 24);
  }
}
