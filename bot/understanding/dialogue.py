"""What was asked or shown a moment ago decides first: yes, no, never mind, corrections, answers, decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.understanding.corrections import DATES, added, as_amount, cleared, corrected, extended, shift, spread
from bot.understanding.lexicon import document
from bot.understanding.numbers import number
from bot.understanding.slots.reasons import VERB
from bot.understanding.slots.sentence import Sentence, Slots
from bot.understanding.slots.survey import answer
from bot.understanding.types import Understood

Fill = Callable[[Sentence, str], Slots]
OWN_TOPIC, LEANING, SURE = 2.0, 1.0, 0.5
LENGTHENING = {"extend", "retract_part"}
ANSWERED_BY_DAYS = {"start_date", "end_date", "date", "start_time", "end_time", "time"}
PICKS = {"task", "case"}
ANNOUNCING, NAMED = re.compile(r"公告|通知|告知|消息"), 9
"""So many characters name receivers (发给研发部的同事) and no more."""


@cache
def words(name: str) -> re.Pattern[str]:
    """A pattern of lexicon/dialogue.yaml."""
    return re.compile(document("dialogue")[name])


def says_yes(text: str) -> bool:
    """好的, 确认提交."""
    found = words("affirm").match(text)
    return bool(found and words("affirm_tail").fullmatch(text, found.end()))


def says_no(text: str) -> bool:
    """不对, 错了 and nothing more."""
    return bool(words("negate").fullmatch(text) or words("negate_more").fullmatch(text))


def sure(intent: str, slots: Slots | None = None, confidence: float = 0.95) -> Understood:
    """An answer the dialogue is certain of."""
    return Understood(intent, slots or {}, confidence, ((intent, confidence),))


class Dialogue:
    """Reads a sentence against `context.pending`; None means the sentence speaks for itself."""

    def __init__(self, fill: Fill) -> None:
        self.fill = fill

    def read(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float) -> Understood | None:
        """`free` is what the sentence means by itself, `held` how much evidence speaks for that."""
        kind = pending.get("type")
        if kind == "approval_card":
            return self._card(sentence, pending, free)
        if kind == "form_confirm":
            return self._form(sentence, pending, free, held)
        if kind == "slot_question":
            return self._question(sentence, pending, free, held)
        if kind == "survey_question":
            return self._survey(sentence, pending, free, held)
        return None

    def _card(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood) -> Understood | None:
        text = sentence.text
        if free.intent in {"approval.transfer", "approval.add_signer", "approval.urge"} or free.aspect:
            return None
        if words("reject").search(text) and not text.endswith("吗"):
            return sure("approval.reject", self.fill(sentence, "approval.reject"))
        if words("approve").fullmatch(text) or free.intent in {"approval.approve", "offer.approve"}:
            offer = pending.get("kind") == "offer"
            intent = "offer.approve" if offer else "approval.approve"
            return sure(intent, self.fill(sentence, intent))
        return None

    def _form(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float) -> Understood | None:
        text = sentence.text
        if says_yes(text):
            return sure("confirm")
        if says_no(text):
            return sure("deny")
        if words("cancel").fullmatch(text):
            return sure("cancel")
        intent = str(pending.get("intent", ""))
        old = said if isinstance(said := pending.get("slots"), dict) else {}
        if topped := _topped_up(sentence, intent):
            return sure("dialog.correct", topped)
        if self._own_wish(sentence, pending, free, held):
            return None
        again = free.intent == intent == "announcement.create"  # other words for the same receivers, never for all
        wanted = again or words("correct").search(text) is not None
        changed = self._changed(sentence, self._key(pending), old)
        near = {intent, "dialog.correct", "dialog.inform"}
        if changed and (wanted or free.intent in near or (len(text) <= 12 and held < OWN_TOPIC)):
            return sure("dialog.correct", changed, 0.9)
        return sure("dialog.correct", {}, 0.6) if wanted and held < OWN_TOPIC else None

    def _own_wish(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float) -> bool:
        """Whether the sentence leaves the form alone: another topic, a question, or a full wish of its own."""
        text, intent = sentence.text, str(pending.get("intent", ""))
        changing = words("change").search(text) is not None
        if free.aspect == "adjust":
            return bool({"person", "audience", "department"} & free.slots.keys())
        if free.aspect is not None and not (free.aspect in LENGTHENING and "续" not in text and "回来" not in text):
            return not changing or free.aspect not in {"certificate", "pregnancy", pending.get("aspect")}
        if free.intent == intent and intent.startswith("approval."):
            return not changing  # 同意李雷的 while a batch is previewed decides about 李雷, not about the batch
        if free.intent == intent:
            return not changing and self._full(sentence, free, pending)
        if free.intent.startswith("dialog"):
            return False
        asking = words("asking").search(text) is not None and not changing
        firm = held >= OWN_TOPIC or (free.confidence >= SURE and held >= LEANING)
        return firm and (asking or words("correct").search(text) is None)

    def _full(self, sentence: Sentence, free: Understood, pending: Mapping[str, Any]) -> bool:
        """老婆生了我要休陪产假, 后天请年假: a wish with type and day, or another type and a cause.

        通知客服部下午培训: so are receivers with words, no other receivers for the words of before.
        """
        if free.intent == "announcement.create":
            return len(leftover(sentence)) > NAMED and ANNOUNCING.search(sentence.text) is not None
        new, old = free.slots, pending.get("slots")
        kind = new.get("leave_type")
        if kind is None or not isinstance(old, dict) or words("wish").search(sentence.text) is None:
            return False
        cause = bool(new.get("reason")) or len(sentence.text) >= 10
        return "start_date" in new or (cause and kind != old.get("leave_type"))

    def _key(self, pending: Mapping[str, Any]) -> str:
        """By which line of the table the pending form is filled: its shade where that has slots of its own."""
        shade = f"#{pending.get('aspect')}"
        return shade if shade in document("intents") else str(pending.get("intent", ""))

    def _changed(self, sentence: Sentence, key: str, old: Slots) -> Slots:
        shifted = shift(sentence, old) or extended(sentence, old) or added(sentence, old)
        if shifted:
            return shifted
        if re.match(r"(?:把|将)?(?:理由|原因|事由|备注)", sentence.text) and (why := self.fill(sentence, "reason")):
            return why
        new = spread(sentence.text, as_amount(self.fill(corrected(sentence), key), old), old)
        changed = {name: value for name, value in new.items() if old.get(name) != value or name in DATES}
        return changed | cleared(changed, old)

    def _question(
        self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float
    ) -> Understood | None:
        text = sentence.text
        if words("cancel").fullmatch(text):
            return sure("cancel")
        intent, asked = str(pending.get("intent", "")), str(pending.get("asked", ""))
        if asked in PICKS:
            return pick(sentence, asked)
        if asked == "reason":
            return self._why(sentence, intent, free)
        if asked == "content":  # whatever it says, it is what somebody wants to tell others
            return sure("dialog.inform", {asked: sentence.raw.strip()})
        found = inform(sentence, asked, self.fill(sentence, self._key(pending)))
        old = said if isinstance(said := pending.get("slots"), dict) else {}
        if asked in ANSWERED_BY_DAYS and sentence.invalid:
            return sure("dialog.inform", dict(sentence.invalid))
        own = held >= LEANING and free.intent not in {intent, "dialog.inform", "dialog.correct"}
        if own and (len(leftover(sentence)) > 2 or not found):
            return None
        if asked in found:
            return sure("dialog.inform", found | cleared(found, old))
        if words("field").search(text) and (changed := self._changed(sentence, self._key(pending), old)):
            return sure("dialog.correct", changed, 0.9)
        if found and (free.intent in {intent, "dialog.correct", "dialog.inform"} or len(leftover(sentence)) <= 2):
            return sure("dialog.inform", found, 0.8)
        if re.search(r"[吗?]$", text) or words("polite").search(text):
            return None
        return sure("dialog.inform", {asked: sentence.raw.strip()}, 0.6) if asked in FREE else None

    def _why(self, sentence: Sentence, intent: str, free: Understood) -> Understood | None:
        """The answer to 为什么: whatever is said, but no thanks, no change of mind and no bare 驳回."""
        text = sentence.text
        if words("polite").fullmatch(text) or free.intent in {"help", "smalltalk"} or free.aspect == "batch":
            return None
        if intent == "approval.reject":
            if words("approve").fullmatch(text) and not re.match(r"可以|行|好|嗯|1|是|对", text):
                return None
            if VERB.match(text):
                return sure("dialog.inform", self.fill(sentence, "reject_reason"))
        begun = re.match(r"(?:因为|由于|(?:原因|理由|事由)(?:是|为)?[:,]?)", text)
        start = begun.end() if begun else 0
        return sure("dialog.inform", {"reason": sentence.verbatim(start, len(text))})

    def _survey(
        self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float
    ) -> Understood | None:
        found = answer(sentence, pending)
        if words("cancel").fullmatch(sentence.text):
            return sure("cancel")
        if found or held < OWN_TOPIC or free.intent in {"survey.answer", "voice.submit", "smalltalk", "policy.qa"}:
            return sure("survey.answer", found, 0.9)
        return None


FREE = {
    "reason",
    "person",
    "candidate",
    "city",
    "desc",
    "comment",
    "content",
    "title",
    "value",
    "item",
    "course",
    "objective",
    "position",
    "goal",
    "purpose",
}


def inform(sentence: Sentence, asked: str, found: Slots) -> Slots:
    """The asked slot and those that say the same thing more fully; a lone number answers a question for a number."""
    text = sentence.text
    slots = dict(found)
    if asked == "start_date" and slots.get("end_date") == slots.get("start_date"):
        slots.pop("end_date", None)
    if asked == "end_date" and "start_date" in slots:
        slots = {"end_date": slots.get("end_date", slots["start_date"])} | {
            k: v for k, v in slots.items() if k not in {"start_date", "end_date"}
        }
    if asked not in slots:
        lone = re.fullmatch(
            r"(?:大概|就|大约)?([\d.]+|[一二两三四五六七八九十百千]+)(?:个|块|元|%|分|份|吧|左右)*", text
        )
        if lone and asked in {
            "duration_days",
            "duration_hours",
            "amount",
            "count",
            "score",
            "points",
            "progress",
            "kr",
        }:
            value = number(lone[1])
            slots[asked] = int(value) if value == int(value) else value
        if asked == "person" and sentence.mentions:
            slots["person"] = sentence.mentions[0].name
    slots.pop("reason", None)
    return slots


def pick(sentence: Sentence, asked: str) -> Understood | None:
    """Which one is meant: a number of the list, a code, a name; anything else is a sentence of its own."""
    text = sentence.text
    place = re.fullmatch(r"第?([\d一二两三四五六七八九十]{1,2})(?:个|条|件|项|号|单|份)?(?:吧|的)?", text)
    if place:
        return sure("dialog.inform", {asked: str(int(number(place[1])))})
    code = re.search(r"[a-z]{2}-[0-9a-z]{3,6}", text)
    if code and len(text) <= len(code[0]) + 4:
        return sure("dialog.inform", {asked: code[0].upper()})
    if sentence.mentions and len(leftover(sentence)) <= 6 and not VERB.search(text) and "同意" not in text:
        return sure("dialog.inform", {asked: sentence.raw.strip()})
    return None


def leftover(sentence: Sentence) -> str:
    """What a sentence says besides days, times, names and small words."""
    rest = "".join(c for i, c in enumerate(sentence.text) if not any(a <= i < b for a, b in sentence.spans))
    return re.sub(r"[,.!的吧了呀啊哦是就那从到至起我要想请在和跟先大概左右开始]", "", rest)


def _topped_up(sentence: Sentence, intent: str) -> Slots:
    """不够的用调休补 with a leave form open: not another type of leave."""
    said = re.search(r"不(?:够|足).{0,6}(?:调休|倒休|补休)", sentence.text)
    return {"top_up": "comp_off"} if said and intent == "leave.request" and len(sentence.text) <= 14 else {}
