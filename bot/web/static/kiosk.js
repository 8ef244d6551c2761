/** A shared device's own page: registration, then badge or number and PIN. It keeps nothing, not even for a moment too long. */

import { kioskApi } from "./js/kiosk_api.js";
import { Pad } from "./js/kiosk_pad.js";
import { byId } from "./js/dom.js";
import { words } from "./js/kiosk_words.js";

const LENGTH = 6;
const READER = 30; // milliseconds between two signs: no finger is so fast, a badge that is read a second time is
const ONCE_MORE = 3_000;
const FORGET_AFTER = 30_000; // milliseconds: whoever walks away half-way leaves nothing

const steps = { who: "who", pin: "pin", own: "own", again: "again" };
const state = { step: steps.who, said: "", pin: "", own: "", typed: "", changing: false, busy: false, timer: null, key: -Infinity };

function complain(sentence) {
  byId("trouble").textContent = sentence;
}

function show() {
  const asksWho = state.step === steps.who;
  byId("question").textContent = words.question[state.step];
  byId("hint").textContent = words.hint[state.step];
  byId("who").hidden = !asksWho;
  byId("dots").hidden = asksWho;
  byId("start-over").hidden = asksWho && !byId("said").value;
  byId("change").hidden = byId("letters").hidden = !asksWho;
  byId("change").setAttribute("aria-pressed", String(state.changing));
  byId("dots").setAttribute("aria-label", words.typed(state.typed.length));
  byId("dots").replaceChildren(...Array.from({ length: LENGTH }, (_, place) => {
    const dot = document.createElement("i");
    dot.classList.toggle("full", place < state.typed.length);
    return dot;
  }));
  if (asksWho) byId("said").focus();
  else document.activeElement?.blur();
  clearTimeout(state.timer);
  if (!asksWho || byId("said").value) state.timer = setTimeout(startOver, FORGET_AFTER);
}

function startOver(sentence = "") {
  Object.assign(state, { step: steps.who, said: "", pin: "", own: "", typed: "", changing: false, busy: false });
  byId("said").value = "";
  byId("said").inputMode = "none"; // a reader types by itself, and the pad has the digits
  complain(typeof sentence === "string" ? sentence : "");
  show();
}

function ask(step, sentence = "") {
  Object.assign(state, { step, typed: "" });
  complain(sentence);
  show();
}

function named() {
  state.said = byId("said").value.trim();
  byId("said").value = "";
  if (state.said) ask(steps.pin);
  else show();
}

function digit(sign) {
  if (state.busy) return;
  if (state.step === steps.who) {
    byId("said").value += sign;
    return show();
  }
  if (state.typed.length >= LENGTH) return undefined;
  state.typed += sign;
  complain("");
  show();
  if (state.typed.length === LENGTH) full();
  return undefined;
}

function back() {
  if (state.step === steps.who) byId("said").value = byId("said").value.slice(0, -1);
  else state.typed = state.typed.slice(0, -1);
  show();
}

function full() {
  if (state.step === steps.pin) {
    state.pin = state.typed;
    if (state.changing) ask(steps.own);
    else logOn();
  } else if (state.step === steps.own) {
    state.own = state.typed;
    ask(steps.again);
  } else if (state.typed === state.own) logOn(state.own);
  else ask(steps.own, words.differ);
}

async function logOn(own = null) {
  state.busy = true;
  complain(words.looking);
  try {
    await kioskApi.logOn(state.said, state.pin, own);
    location.replace("/kiosk/chat");
  } catch (refusal) {
    state.busy = false;
    if (refusal.code === "PinStarting") ask(steps.own, "");
    else if (["PinShape", "PinGuessable", "PinSame"].includes(refusal.code)) ask(steps.own, refusal.message);
    else if (refusal.status === 401) open();
    else startOver(refusal.message);
  }
}

function keys(event) {
  if (byId("entry").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
  if (state.step === steps.who) return; // the field takes them
  const read = event.timeStamp - state.key < READER;
  state.key = event.timeStamp;
  if (/^[0-9]$/.test(event.key) && read) ask(state.step, byId("trouble").textContent); // it is not the PIN
  else if (/^[0-9]$/.test(event.key)) digit(event.key);
  else if (event.key === "Backspace") back();
  else if (event.key === "Escape") startOver();
  else return;
  event.preventDefault();
}

async function register(event) {
  event.preventDefault();
  try {
    await kioskApi.register(byId("code").value);
    history.replaceState(null, "", "/kiosk");
    byId("code").value = "";
    await open();
  } catch (refusal) {
    byId("waiting").hidden = false;
    byId("waiting").textContent = refusal.message;
  }
}

async function open() {
  await kioskApi.logOff(); // whoever was here before and only left the page
  const { name } = await kioskApi.device();
  byId("waiting").hidden = true;
  byId("place").textContent = name ?? "";
  byId("registration").hidden = name !== null;
  byId("entry").hidden = name === null;
  if (name === null) {
    byId("code").value = decodeURIComponent(location.hash.slice(1));
    byId("code").focus();
  } else startOver();
  document.body.dataset.ready = "true";
}

function listen() {
  new Pad(byId("pad"), { digit, back, next: () => state.step === steps.who && named() });
  byId("registration").addEventListener("submit", register);
  byId("who").addEventListener("submit", (event) => {
    event.preventDefault();
    named();
  });
  byId("said").addEventListener("input", () => {
    complain("");
    show();
  });
  byId("start-over").addEventListener("click", () => startOver());
  byId("letters").addEventListener("click", () => {
    byId("said").blur();
    byId("said").inputMode = "text";
    byId("said").focus();
  });
  byId("change").addEventListener("click", () => {
    state.changing = !state.changing;
    show();
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("contextmenu", (event) => event.preventDefault());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}

/** Without a network the page stays and tries again by itself: a browser's own error page would stay for ever. */
function begin() {
  open().catch((problem) => {
    byId("waiting").textContent = `${problem.message}${words.again}`;
    setTimeout(begin, ONCE_MORE);
  });
}

listen();
begin();
