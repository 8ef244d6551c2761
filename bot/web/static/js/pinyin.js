/** Finding people by what one types: a name, an id in pinyin, its initials, a department, a title, a manager. */

const SYLLABLE = /^(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|vn|ia|ie|iu|ua|uo|ui|ue|ve|er|a|o|e|i|u|v)/;

/** Splits `pinyin` into exactly `count` syllables, or null: "lilei", 2 → ["li", "lei"]. */
function syllables(pinyin, count) {
  if (count === 0) return pinyin === "" ? [] : null;
  const longest = SYLLABLE.exec(pinyin)?.[0] ?? "";
  for (let length = longest.length; length > 0; length -= 1) {
    const rest = syllables(pinyin.slice(length), count - 1);
    if (rest) return [pinyin.slice(0, length), ...rest];
  }
  return null;
}

/** What one may type for a person, in lower case. */
export function keysOf(person, managerName) {
  const pinyin = person.id.toLowerCase().replace(/[^a-z]/g, "");
  const initials = (syllables(pinyin, [...person.name].length) ?? []).map((part) => part[0]).join("");
  return {
    spelled: [person.id.toLowerCase(), pinyin, initials].filter(Boolean),
    written: [person.name, person.department, person.title, managerName].filter(Boolean).map((text) => text.toLowerCase()),
  };
}

/** Whether the person is meant, not only somebody of that department or manager: decides whom Enter chooses. */
export function named(keys, typed) {
  const word = typed.trim().toLowerCase();
  return word !== "" && (keys.written[0].includes(word) || keys.spelled.some((key) => key.startsWith(word)));
}

/** Every word typed must fit somewhere; pinyin fits from its start, Chinese anywhere. */
export function fits(keys, typed) {
  return typed.toLowerCase().split(/\s+/).filter(Boolean).every(
    (word) => keys.spelled.some((key) => key.startsWith(word)) || keys.written.some((key) => key.includes(word)),
  );
}
