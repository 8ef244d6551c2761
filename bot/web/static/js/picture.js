/** Pictures without blob: or data: addresses, which the page's content policy forbids: they are drawn on a canvas. */

import { byId, el } from "./dom.js";

const SMALL = 320; // pixels, longer side of a remembered picture
const LARGE = 1600;

export const isPicture = (file) => /^image\/(png|jpe?g|gif|webp|bmp)$/.test(file.type);
export const looksLikePicture = (name) => /\.(png|jpe?g|gif|webp|bmp)$/i.test(name ?? "");

/** A canvas with the picture, at most `longest` pixels; null for what the browser cannot read. */
export async function drawn(blob, longest, label) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    return null;
  }
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = el("canvas", {
    width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)), role: "img", "aria-label": label,
  });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** A small JPEG in base64 for sessionStorage, or null. */
export async function thumbnail(file) {
  const canvas = await drawn(file, SMALL, "");
  return canvas ? canvas.toDataURL("image/jpeg", 0.75).split(",")[1] : null;
}

export function fromThumbnail(base64) {
  return new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], { type: "image/jpeg" });
}

/** Shows a picture large. `source` is an address of this site or a Blob. */
export async function openViewer(source, name) {
  const dialog = byId("viewer");
  const picture = typeof source === "string" ? el("img", { src: source, alt: name }) : await drawn(source, LARGE, name);
  if (!picture) return;
  byId("viewer-stage").replaceChildren(picture);
  byId("viewer-name").textContent = name;
  dialog.showModal();
}

export function prepareViewer() {
  const dialog = byId("viewer");
  byId("viewer-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === byId("viewer-stage")) dialog.close();
  });
}

/** 1.2 MB */
export function sizeWords(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
