/** Making elements. Words become text nodes only, so nothing a person typed can become markup. */

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  mark: "M4.5 5.5A2.5 2.5 0 0 1 7 3h10a2.5 2.5 0 0 1 2.5 2.5v8A2.5 2.5 0 0 1 17 16h-5l-4.5 4.5V16H7a2.5 2.5 0 0 1-2.5-2.5zM8.8 9.4l2.3 2.3 4.2-4.3",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-3.6 3-5.5 6.5-5.5s6.1 1.9 6.5 5.5M16 4.3a3.5 3.5 0 0 1 0 6.5M18 14.9c2 .7 3.3 2.4 3.5 5.1",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20.5 20.5",
  trace: "M5 6h.01M9 6h11M5 12h.01M9 12h11M5 18h.01M9 18h7",
  close: "M6 6l12 12M18 6 6 18",
  clip: "M20 11.5 12.3 19a5 5 0 0 1-7-7.1l8-7.9a3.3 3.3 0 0 1 4.7 4.7l-7.9 7.8a1.7 1.7 0 0 1-2.4-2.4L14.5 7.3",
  send: "M4 12 20.5 4.5 16 20l-4-6zM12 14l8.5-9.5",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  down: "M12 5v14M6 13l6 6 6-6",
  up: "M12 19V5M6 11l6-6 6 6",
};

/** An element: `class`, `text`, `data` and `on` are special, everything else is an attribute (false and null are left out). */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function placeIcons(root) {
  for (const slot of root.querySelectorAll("[data-icon]")) slot.replaceChildren(icon(slot.dataset.icon));
}

export const byId = (id) => document.getElementById(id);

const LINK = /https?:\/\/[^\s<>"'，。；、！？（）【】《》]+/g;

/** Text with its web addresses made clickable; only http and https ever become links. */
export function linked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(from, match.index), el("a", { href: match[0], target: "_blank", rel: "noopener noreferrer", text: match[0] }));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== "").map((part) => (typeof part === "string" ? document.createTextNode(part) : part));
}

/** An address of this site, or null: cards and files may point nowhere else. */
export function ownAddress(address) {
  try {
    const url = new URL(address, location.href);
    return url.origin === location.origin && /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

const SHARED = location.pathname.startsWith("/kiosk"); // a shared device remembers nothing of anybody

/** Remembered text; a full or forbidden storage only means that less is remembered. */
export function remember(storage, key, value) {
  if (SHARED) return false;
  try {
    storage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function recall(storage, key) {
  if (SHARED) return null;
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}
