/** The message log: keeps nodes by key, so that a change touches one message and leaves focus and scroll alone. */

import { receivedBubble, ownBubble } from "./bubble.js";
import { CardView } from "./card.js";
import { byId, el, icon } from "./dom.js";
import { moment } from "./time.js";
import { words } from "./words.js";

const PAUSE = 5 * 60_000; // a gap after which the time is shown again
const NEAR = 80; // pixels from the end that still count as being at the end

const isCard = (message) => message.card && (message.card.title || message.card.fields?.length || message.card.actions?.length || message.card.inputs?.length || message.card.image);

export class Log {
  #nodes = new Map(); // key → {node, stamp, view?}
  #jumpTo = null;
  #top = 0;

  constructor(hooks) {
    this.hooks = hooks;
    this.node = byId("log");
    this.scroller = byId("scroller");
    this.jump = byId("jump");
    this.jump.addEventListener("click", () => this.#follow());
    // Pictures load late, keyboards open: whoever was at the end stays there.
    this.pinned = true;
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const follow = new ResizeObserver(() => this.pinned && this.toEnd());
    follow.observe(this.node);
    follow.observe(this.scroller);
  }

  get atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
  }

  /** Only scrolling up lets go of the end; growing content is not scrolling. */
  #scrolled() {
    const top = this.scroller.scrollTop;
    if (this.atEnd) this.pinned = true;
    else if (top < this.#top) this.pinned = false;
    this.#top = top;
    if (this.#jumpTo === null ? this.atEnd : this.seen(this.#jumpTo)) this.#hideJump();
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Another person or conversation: everything anew and silently. */
  reset() {
    this.#nodes.clear();
    this.node.setAttribute("aria-busy", "true");
    this.node.replaceChildren();
    this.#hideJump();
    this.pinned = true;
  }

  ready() {
    this.node.removeAttribute("aria-busy");
  }

  /** `entries` is Box.timeline(). Nodes that stand where they belong are not moved: moving would lose the focus. */
  show(entries) {
    const wanted = [];
    let before = -Infinity;
    for (const entry of entries) {
      if (entry.at - before > PAUSE || !Number.isFinite(before)) wanted.push(this.#time(entry));
      before = Number.isFinite(entry.at) ? entry.at : before;
      wanted.push(this.#entry(entry));
    }
    const keep = new Set(wanted);
    for (const [key, kept] of this.#nodes) {
      if (keep.has(kept.node)) continue;
      kept.node.remove();
      this.#nodes.delete(key);
    }
    let place = this.node.firstChild;
    for (const node of wanted) {
      if (node === place) place = place.nextSibling;
      else this.node.insertBefore(node, place);
    }
    if (this.pinned) this.toEnd();
  }

  #time(entry) {
    const text = moment(entry.at);
    return this.#kept(`time:${entry.key}`, text, (node) => {
      node.className = "time";
      node.textContent = text;
    }).node;
  }

  #entry(entry) {
    if (entry.kind === "own") {
      const { item } = entry;
      return this.#kept(entry.key, `${item.state}|${item.problem}|${Boolean(item.file?.thumb)}`, (node) => {
        node.className = "message own";
        node.dataset.testid = "message";
        node.dataset.state = item.state;
        node.replaceChildren(el("span", { class: "sr-only", text: `${words.you}：` }), ...ownBubble(item, this.hooks));
      }).node;
    }
    const { message, version } = entry.item;
    const kept = this.#kept(entry.key, String(version), (node, self) => {
      node.className = isCard(message) ? "message bot with-card" : "message bot";
      node.dataset.testid = "message";
      if (!isCard(message)) {
        self.view = null;
        node.replaceChildren(this.#face(), receivedBubble(message, this.hooks));
      } else if (self.view) {
        self.view.update(entry.item);
      } else {
        self.view = new CardView(entry.item, this.hooks);
        node.replaceChildren(this.#face(), self.view.node);
        if (message.file) node.append(receivedBubble({ file: message.file }, this.hooks));
      }
    });
    return kept.node;
  }

  #face() {
    return el("span", { class: "face", "aria-hidden": "true" }, icon("mark"));
  }

  #kept(key, stamp, draw) {
    let kept = this.#nodes.get(key);
    if (!kept) {
      kept = { node: el("div"), stamp: null, view: null };
      this.#nodes.set(key, kept);
    }
    if (kept.stamp !== stamp) {
      kept.stamp = stamp;
      draw(kept.node, kept);
    }
    return kept;
  }

  /** Whether the node of this message can be seen now. */
  seen(key) {
    const kept = this.#nodes.get(key);
    if (!kept) return false;
    const own = kept.node.getBoundingClientRect();
    const frame = this.scroller.getBoundingClientRect();
    return own.bottom > frame.top + 24 && own.top < frame.bottom - 24;
  }

  offerJump(text, key = null) {
    const above = key !== null && this.#nodes.get(key)?.node.getBoundingClientRect().top < this.scroller.getBoundingClientRect().top;
    this.#jumpTo = key;
    this.jump.replaceChildren(icon(above ? "up" : "down"), document.createTextNode(text));
    this.jump.hidden = false;
  }

  #follow() {
    const kept = this.#jumpTo === null ? null : this.#nodes.get(this.#jumpTo);
    if (!kept) this.toEnd();
    else {
      kept.node.scrollIntoView({ block: "center" });
      kept.view?.node.focus({ preventScroll: true });
    }
    this.#hideJump();
  }

  #hideJump() {
    this.jump.hidden = true;
    this.#jumpTo = null;
  }
}
