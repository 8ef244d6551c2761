/** Single messages: bubbles with words, pictures and files. */

import { api } from "./api.js";
import { el, icon, linked, ownAddress } from "./dom.js";
import { atKiosk } from "./kiosk_chat.js";
import { words as kiosk } from "./kiosk_words.js";
import { drawn, fromThumbnail, looksLikePicture, openViewer, sizeWords } from "./picture.js";
import { words } from "./words.js";

const THUMB = 320;

/** hooks: `person()` → whose message it is. */
export function receivedBubble(message, hooks) {
  const parts = [];
  if (message.text) parts.push(el("p", { class: "words" }, linked(message.text)));
  if (message.file) parts.push(receivedFile(message.file, hooks));
  return el("div", { class: "bubble" }, parts);
}

function receivedFile(file, hooks) {
  const address = ownAddress(api.file(hooks.person(), file.id));
  const name = file.name ?? words.picture;
  if (atKiosk && !looksLikePicture(name)) return el("span", { class: "file", title: kiosk.noDownload }, icon("file"), el("span", { text: `${name}（${kiosk.noDownload}）` }));
  if (!address) return el("span", { class: "file" }, icon("file"), el("span", { text: name }));
  if (!looksLikePicture(name)) return el("a", { class: "file", href: address, download: name }, icon("file"), el("span", { text: name }));
  return el("button", { type: "button", class: "picture", "aria-label": words.openPicture(name), on: { click: () => openViewer(address, name) } },
    el("img", { src: address, alt: name, loading: "lazy" }));
}

/** hooks: `retry(item)`, `remove(item)`, `fileOf(item)` → File|null. */
export function ownBubble(item, hooks) {
  const parts = [];
  if (item.file) parts.push(ownFile(item, hooks));
  if (item.text) parts.push(el("p", { class: "words" }, linked(item.text)));
  return [el("div", { class: "bubble" }, parts), deliveryLine(item, hooks)];
}

function ownFile(item, hooks) {
  const { file } = item;
  if (!file.thumb) {
    return el("span", { class: "file" }, icon("file"), el("span", { text: file.name }), el("span", { class: "size", text: sizeWords(file.size) }));
  }
  const small = fromThumbnail(file.thumb);
  const large = hooks.fileOf(item) ?? small;
  const button = el("button", { type: "button", class: "picture", "aria-label": words.openPicture(file.name), on: { click: () => openViewer(large, file.name) } });
  drawn(small, THUMB, file.name).then((canvas) => canvas && button.replaceChildren(canvas));
  return button;
}

function deliveryLine(item, hooks) {
  if (item.state === "sent") return el("p", { class: "delivery sr-only", text: words.sent });
  if (item.state === "pending") return el("p", { class: "delivery", text: words.sending });
  return el("p", { class: "delivery failed", role: "alert" }, el("span", { text: `${words.notSent}：${item.problem ?? ""}` }),
    el("button", { type: "button", class: "link", text: words.retry, data: { testid: "retry" }, on: { click: () => hooks.retry(item) } }),
    el("button", { type: "button", class: "link", text: words.remove, on: { click: () => hooks.remove(item) } }));
}
