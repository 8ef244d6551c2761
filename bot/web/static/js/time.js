/** Business time: the server's clock, read in Shanghai whatever the browser's zone is. */

import { byId } from "./dom.js";
import { words } from "./words.js";

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const WEEKDAYS = { Mon: "一", Tue: "二", Wed: "三", Thu: "四", Fri: "五", Sat: "六", Sun: "日" };

let offset = 0; // business time minus this machine's time, in milliseconds

export const businessNow = () => Date.now() + offset;

export function setBusinessNow(iso) {
  const now = Date.parse(iso);
  if (!Number.isNaN(now)) offset = now - Date.now();
}

function parts(instant) {
  return Object.fromEntries(PARTS.formatToParts(instant).map((part) => [part.type, part.value]));
}

const dayOf = (p) => `${Number(p.month)}月${Number(p.day)}日(周${WEEKDAYS[p.weekday]})`;

/** 14:03 today, otherwise 3月18日(周三) 14:03 (with the year when it is another one). Empty for what is no instant. */
export function moment(instant) {
  if (!Number.isFinite(instant)) return "";
  const then = parts(instant);
  const now = parts(businessNow());
  const clock = `${then.hour}:${then.minute}`;
  if (then.year !== now.year) return `${then.year}年${dayOf(then)} ${clock}`;
  return then.month === now.month && then.day === now.day ? clock : `${dayOf(then)} ${clock}`;
}

/** Keeps the clock in the header going; `demo` says that it may be a set clock. */
export function runClock(demo) {
  const place = byId("clock");
  const show = () => {
    const now = parts(businessNow());
    const text = `${dayOf(now)} ${now.hour}:${now.minute}`;
    if (place.textContent !== text) place.textContent = text;
    place.title = demo ? words.clockDemo : words.clock;
  };
  show();
  setInterval(show, 1000);
}
