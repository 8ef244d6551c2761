/** A card's page: says at once that a press is under way, and draws itself anew when the card has changed. */

const PRESSED = { every: 700, most: 45 }; // milliseconds, tries
const RESTING = 5000;

const card = document.querySelector("#card");
const form = document.querySelector("#form");
const here = new URL(location.href);
let touched = false;
let tries = 0;

form?.addEventListener("input", () => { touched = true; });
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // disabled after the browser has read which button it was
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }), 0);
});
// back from the next page: what was kept in memory may be old
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

async function look() {
  const answer = await fetch(`/h5/card/${card.dataset.card}/state${here.search}`, { headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 404) return "over";
  if (!answer.ok) return "same";
  const { version, waiting } = await answer.json();
  if (card.dataset.press) return waiting ? "same" : "new";
  return String(version) === card.dataset.version ? "same" : "new";
}

async function watch() {
  const pressed = Boolean(card.dataset.press);
  let found = "same";
  try {
    if (!document.hidden) found = await look();
  } catch {
    found = "same"; // no network for a moment
  }
  if (found === "over") return;
  if (found === "new" && (pressed || !touched)) {
    if (!pressed) here.search = "";
    location.replace(here);
    return;
  }
  tries += 1;
  if (pressed && tries === PRESSED.most) document.querySelector("#slow").hidden = false;
  setTimeout(watch, pressed && tries < PRESSED.most ? PRESSED.every : RESTING);
}

setTimeout(watch, card.dataset.press ? PRESSED.every / 2 : RESTING);
document.body.dataset.ready = "true";
