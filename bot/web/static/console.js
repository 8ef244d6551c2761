/** The web chat. Puts the parts together: people, log, composer, trace, and the feed of the chosen person. */

import { api } from "./js/api.js";
import { stateWords } from "./js/card.js";
import { Composer } from "./js/composer.js";
import { byId, el, linked, placeIcons } from "./js/dom.js";
import { Drawers } from "./js/drawers.js";
import { Feed } from "./js/feed.js";
import { atKiosk, KioskChat } from "./js/kiosk_chat.js";
import { Log } from "./js/log.js";
import { avatar, People } from "./js/people.js";
import { prepareViewer } from "./js/picture.js";
import { Sender } from "./js/sender.js";
import { Box } from "./js/store.js";
import { Tabs } from "./js/tabs.js";
import { runClock, setBusinessNow } from "./js/time.js";
import { Trace } from "./js/trace.js";
import { Notice, Typing } from "./js/signs.js";
import { Watch } from "./js/watch.js";
import { drawWelcome } from "./js/welcome.js";
import { words } from "./js/words.js";

const STATUS_EVERY = 60_000;
const FINE_POINTER = matchMedia("(pointer: fine)");

const state = { people: [], groups: [], person: null, conversation: "direct", feed: null, loaded: false, watch: null, kiosk: null };
const boxes = new Map();
const parts = {};

const box = (id = state.person) => boxes.get(id) ?? boxes.set(id, new Box(id)).get(id);
const personOf = (id) => state.people.find((person) => person.id === id);
const groupsOf = (id) => state.groups.filter((group) => (group.members ?? []).includes(id));

/* ---- showing ---- */

function show() {
  const entries = box().timeline(state.conversation);
  byId("welcome").hidden = !state.loaded || entries.length > 0;
  parts.log.show(entries);
  countUnread();
}

function countUnread() {
  if (!document.hidden && state.loaded) box().markRead(state.conversation);
  let elsewhere = 0;
  for (const person of state.people) {
    const count = boxes.has(person.id) ? box(person.id).unread() : 0;
    parts.people.unread(person.id, count);
    if (person.id !== state.person) elsewhere += count;
  }
  for (const id of ["direct", ...groupsOf(state.person).map((group) => group.id)]) parts.tabs.unread(id, box().unread(id));
  const toggle = byId("people-unread");
  toggle.hidden = elsewhere === 0;
  toggle.textContent = elsewhere > 99 ? "99+" : String(elsewhere);
  const own = box().unread();
  if (atKiosk) return; // a browser keeps titles in its history
  const name = personOf(state.person).name;
  document.title = `${own ? `(${own}) ` : ""}${name} · ${words.app}`;
}

function arrived(messages) {
  const first = !state.loaded;
  const { added, changed } = box().accept(messages);
  if (first) {
    box().settle();
    state.loaded = true;
    parts.sender.resume(box(), state.conversation);
  }
  if (!first && added.length + changed.length === 0) return;
  if (!first) parts.typing.stop();
  const wasPinned = parts.log.pinned;
  show();
  if (first) {
    requestAnimationFrame(() => parts.log.ready());
    return;
  }
  const here = (item) => item.conversation === state.conversation;
  if (!wasPinned && added.some(here)) parts.log.offerJump(words.newMessages);
  for (const item of changed.filter(here)) announce(item);
}

function announce(item) {
  const title = item.message.card.title || words.app;
  byId("announcer").textContent = words.cardChanged(title, stateWords(item));
  if (!parts.log.seen(item.key)) parts.log.offerJump(words.cardChangedAbove(title), item.key);
}

/* ---- choosing ---- */

function openPerson(id) {
  if (id === state.person) return;
  state.feed?.stop();
  parts.typing.stop();
  parts.notice.clear();
  Object.assign(state, { person: id, loaded: false });
  const person = personOf(id);
  byId("who").replaceChildren(avatar(person), el("div", {},
    el("h2", { text: person.name, data: { testid: "current-person" } }),
    el("p", { text: [person.department, person.title].filter(Boolean).join(" · ") })));
  parts.people.mark(id);
  parts.tabs.show(groupsOf(id));
  parts.trace.switchTo(id);
  drawWelcome(person, state.people, { say, fill: (text) => parts.composer.fill(text) });
  openConversation("direct");
  state.feed = new Feed(id, {
    after: () => box(id).lastSeq,
    messages: (messages) => state.person === id && arrived(messages),
    trace: (entry) => state.person === id && parts.trace.hint(entry),
    state: (now) => state.person === id && connection(now),
  });
  state.feed.start();
}

/** A session that has ended leads back to where one logs in. */
function connection(now) {
  if (now.status !== 401) parts.notice.connection(now);
  else if (state.kiosk) state.kiosk.gone();
  else location.reload();
}

function openConversation(conversation) {
  state.conversation = conversation;
  parts.typing.stop();
  parts.tabs.mark(conversation);
  parts.log.reset();
  parts.composer.switchTo(`${state.person}/${conversation}`);
  if (state.loaded) parts.sender.resume(box(), conversation);
  show();
  if (state.loaded) requestAnimationFrame(() => parts.log.ready());
}

function choosePerson(id) {
  parts.people.clear();
  parts.drawers.close("people", true);
  if (location.hash !== `#${id}`) location.hash = id;
  if (FINE_POINTER.matches) byId("composer-text").focus();
}

/** The address after # names the person, so that a window stays with theirs. */
function chooseByAddress() {
  if (!personOf(decodeURIComponent(location.hash.slice(1)))) history.replaceState(null, "", `#${firstPerson()}`);
  followHash();
}

function followHash() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (personOf(id)) openPerson(id);
}

/** Somebody ordinary to begin with: reports to a manager, leads nobody, holds no role. */
function firstPerson() {
  const leads = new Set(state.people.map((person) => person.manager));
  const ordinary = state.people.find((person) => person.manager && !leads.has(person.id) && !person.roles?.length);
  return (ordinary ?? state.people[0]).id;
}

/* ---- doing ---- */

async function say(text, files = []) {
  const [person, conversation] = [state.person, state.conversation];
  parts.log.pinned = true;
  parts.typing.expect();
  const sent = files.length
    ? files.map((file, place) => parts.sender.say(box(), conversation, place === 0 ? text : "", file))
    : [parts.sender.say(box(), conversation, text)];
  const done = await Promise.all(sent);
  if (state.person === person && !done.includes(true)) parts.typing.stop();
  state.watch?.soon();
}

function assemble() {
  parts.notice = new Notice();
  parts.typing = new Typing(() => parts.log.pinned && parts.log.toEnd());
  parts.drawers = new Drawers();
  parts.sender = new Sender((changed, conversation) => changed === box() && conversation === state.conversation && show());
  parts.log = new Log({
    person: () => state.person,
    pressed: () => state.watch?.soon(),
    retry: (item) => parts.sender.again(box(), state.conversation, item).then(() => state.watch?.soon()),
    remove: (item) => parts.sender.forget(box(), state.conversation, item),
    fileOf: (item) => parts.sender.fileOf(item),
  });
  parts.composer = new Composer({ send: say, complain: (sentence) => parts.notice.briefly(sentence) });
  parts.tabs = new Tabs(openConversation);
  parts.trace = new Trace(() => document.body.classList.add("no-trace"));
  parts.people = new People(state.people, choosePerson);
  prepareViewer();
}

function listen() {
  window.addEventListener("hashchange", followHash);
  window.addEventListener("online", () => parts.notice.connection("live"));
  window.addEventListener("offline", () => parts.notice.connection("offline"));
  document.addEventListener("visibilitychange", countUnread);
  window.addEventListener("storage", (event) => {
    const id = event.key?.replace(/^hrbot\.read\./, "");
    if (!boxes.has(id)) return;
    box(id).reloadRead();
    countUnread();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || document.body.classList.contains("single")) return;
    event.preventDefault();
    parts.drawers.open("people");
    byId("people-search").focus();
    byId("people-search").select();
  });
  byId("log-out").addEventListener("click", async () => {
    state.feed?.stop();
    await api.logOut();
    localStorage.clear();
    sessionStorage.clear();
    location.replace("/console");
  });
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address after # names the person
    byId("composer-text").focus();
  });
  // A phone's keyboard that covers the page instead of shrinking it.
  const view = window.visualViewport;
  view?.addEventListener("resize", () => {
    const covered = window.innerHeight - view.height > 60 && view.scale === 1;
    document.documentElement.style.setProperty("--view-height", covered ? `${view.height}px` : "100dvh");
  });
}

async function keepTime() {
  const status = await api.status();
  setBusinessNow(status.now);
  return status;
}

async function start() {
  placeIcons(document);
  byId("search-key").textContent = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K";
  const [status, people, groups] = await Promise.all([keepTime(), api.people(), api.groups()]);
  Object.assign(state, { people, groups });
  byId("company").textContent = status.company ?? "";
  runClock(status.demo);
  setInterval(() => keepTime().catch(() => {}), STATUS_EVERY); // the feed says when the server is away
  document.body.classList.toggle("single", people.length < 2);
  document.body.classList.toggle("no-trace", !status.demo);
  assemble();
  listen();
  if (atKiosk) {
    state.kiosk = new KioskChat(people[0], { say, stop: () => state.feed?.stop() });
    openPerson(people[0].id); // not through the address, which browsers keep
    await state.kiosk.start();
  } else chooseByAddress();
  byId("log-out").hidden = status.demo || atKiosk;
  if (status.demo && people.length > 1) {
    state.watch = new Watch(people, { current: () => state.person, box, found: countUnread });
    state.watch.start();
  }
  document.body.dataset.ready = "true";
}

start().catch((problem) => {
  if (atKiosk && problem.status === 401) return location.replace("/kiosk");
  const notice = byId("notice");
  notice.hidden = false;
  notice.replaceChildren(...linked(`${words.loadFailed}${problem.message}`),
    el("button", { type: "button", class: "link", text: words.retry, on: { click: () => location.reload() } }));
  return undefined;
});
