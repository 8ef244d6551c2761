/** What a shared device asks of the server. */

import { problemWords } from "./words.js";

/** An answer that was a no; `code` names it, `message` is for the person. */
export class Refusal extends Error {
  constructor(status, body) {
    super(problemWords(status, body.message ?? ""));
    Object.assign(this, { status, code: body.code ?? "" });
  }
}

async function call(path, body, options = {}) {
  let answer;
  try {
    answer = await fetch(`/kiosk/api/${path}`, {
      cache: "no-store", credentials: "same-origin",
      ...(body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }), ...options,
    });
  } catch {
    throw new Refusal(0, {});
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, said);
  return said;
}

export const kioskApi = {
  device: () => call("device"),
  register: (code) => call("register", { code }),
  logOn: (said, pin, own) => call("log-on", { said, pin, ...(own && { new: own }) }),
  /** {idle, left} in seconds: somebody is there. */
  stay: () => call("stay", {}),
  /** `keepalive`: sent although the page is going away. */
  logOff: (keepalive = false) => call("log-off", {}, { keepalive }),
};
