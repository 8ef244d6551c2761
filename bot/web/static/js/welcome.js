/** What an empty chat says: what one can ask here. */

import { byId, el, icon } from "./dom.js";
import { SUGGESTIONS, words } from "./words.js";

function suggestionsFor(person, people) {
  const leads = people.some((other) => other.manager === person.id);
  return [
    ...(leads ? SUGGESTIONS.manager : []),
    ...(person.roles ?? []).flatMap((role) => (role in SUGGESTIONS ? SUGGESTIONS[role] : [])),
    ...SUGGESTIONS.everybody,
  ].slice(0, 6);
}

/** hooks: `say(text)` sends; `fill(text)` only puts it into the composer. */
export function drawWelcome(person, people, hooks) {
  const use = (text) => (text.endsWith("…") ? hooks.fill(text.slice(0, -1)) : hooks.say(text));
  byId("welcome").replaceChildren(
    el("span", { class: "welcome-mark", "aria-hidden": "true" }, icon("mark")),
    el("h2", { text: words.welcome(person.name) }),
    el("p", { text: words.welcomeLead }),
    el("ul", { class: "suggestions" }, suggestionsFor(person, people).map((text) =>
      el("li", {}, el("button", { type: "button", class: "suggestion", text, data: { testid: "suggestion" }, on: { click: () => use(text) } })))),
  );
}
