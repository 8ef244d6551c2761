/** The console API, and what can go wrong with it. */

import { problemWords } from "./words.js";

const BASE = location.pathname.startsWith("/kiosk/") ? "/kiosk/chat/api" : "/console/api";
const PATIENCE = 20_000; // milliseconds before a call counts as lost

/** A call that did not succeed: `status` 0 is no network; `message` is a Chinese sentence for the person. */
export class Problem extends Error {
  constructor(status, said = "") {
    super(problemWords(status, said));
    this.status = status;
  }

  /** The same call may succeed later without any change. */
  get passing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

async function call(path, { signal, patience = PATIENCE, ...options } = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), patience);
  const stop = () => limit.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const answer = await fetch(BASE + path, { credentials: "same-origin", cache: "no-store", ...options, signal: limit.signal });
    if (!answer.ok) throw new Problem(answer.status, await saidBy(answer));
    return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(error instanceof SyntaxError ? 502 : 0);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function saidBy(answer) {
  const text = await answer.text().catch(() => "");
  try {
    const body = JSON.parse(text);
    return String(body.message ?? body.error ?? body.detail ?? "");
  } catch {
    return text.length < 200 ? text : "";
  }
}

const post = (path, body, options = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options });

const query = (values) => new URLSearchParams(values).toString();

export const api = {
  people: () => call("/people"),
  groups: () => call("/groups"),
  status: () => call("/status"),
  inbox: (person, after, wait = 0, signal = undefined) =>
    call(`/inbox?${query({ person, after, wait })}`, { signal, patience: wait * 1000 + PATIENCE }),
  /** All that is there now: the server hands out a mailbox in pages. */
  async wholeInbox(person, after, signal = undefined) {
    const all = [];
    for (let last = after; ;) {
      const { messages } = await api.inbox(person, last, 0, signal);
      if (!messages.length) return { messages: all };
      all.push(...messages);
      last = Math.max(...messages.map((message) => message.seq));
    }
  },
  trace: (person, after) => call(`/trace?${query({ person, after })}`),
  press: (person, card, action, inputs) => post("/actions", { from: person, card_id: card, action, ...(inputs ? { inputs } : {}) }),
  say: (message) => post("/messages", message),
  sendFile(message, file) {
    const form = new FormData();
    for (const [name, value] of Object.entries(message)) form.append(name, value);
    form.append("file", file, file.name || "image.png");
    return call("/messages", { method: "POST", body: form, patience: 120_000 });
  },
  /** Where a file of the person lies. */
  file: (person, id) => `${BASE}/files/${encodeURIComponent(id)}?${query({ person })}`,
  logOut: () => fetch("/h5/logout", { method: "POST", credentials: "same-origin" }),
  events: (person, after) => new EventSource(`${BASE}/events?${query({ person, after })}`),
};

/** A fresh message id; randomUUID is missing on plain http inside a company network. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
