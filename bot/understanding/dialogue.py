"""What was asked or shown a moment ago decides first: yes, no, never mind, corrections, answers, decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from bot.understanding.lexicon import document
from bot.understanding.numbers import number
from bot.understanding.slots.sentence import Sentence, Slots
from bot.understanding.slots.survey import answer
from bot.understanding.types import Understood

Fill = Callable[[Sentence, str], Slots]
DATES = ("start_date", "end_date", "date", "target_date")
OWN_TOPIC = 2.0


@cache
def words(name: str) -> re.Pattern[str]:
    """A pattern of lexicon/dialogue.yaml."""
    return re.compile(document("dialogue")[name])


def says_yes(text: str) -> bool:
    """好的, 确认提交."""
    found = words("yes").match(text)
    return bool(found and words("yes_tail").fullmatch(text, found.end()))


def says_no(text: str) -> bool:
    """不对, 错了 and nothing more."""
    return bool(words("no").fullmatch(text) or words("no_more").fullmatch(text))


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
        if free.intent in {"approval.transfer", "approval.add_signer", "approval.urge"}:
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
        wanted = words("correct").search(text) is not None
        if not wanted and held >= OWN_TOPIC and free.intent != intent and not free.intent.startswith("dialog"):
            return None
        changed = self._changed(sentence, intent, dict(pending.get("slots") or {}))
        if changed and (wanted or len(text) <= 12 or free.intent in {intent, "dialog.correct", "dialog.inform"}):
            return sure("dialog.correct", changed, 0.9)
        return sure("dialog.correct", {}, 0.6) if wanted and held < OWN_TOPIC else None

    def _changed(self, sentence: Sentence, intent: str, old: Slots) -> Slots:
        shifted = shift(sentence, old)
        if shifted:
            return shifted
        new = self.fill(corrected(sentence), intent)
        return {name: value for name, value in spread(sentence.text, new, old).items() if old.get(name) != value or name in DATES}

    def _question(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float) -> Understood | None:
        text = sentence.text
        if words("cancel").fullmatch(text):
            return sure("cancel")
        intent, asked = str(pending.get("intent", "")), str(pending.get("asked", ""))
        found = inform(sentence, asked, self.fill(sentence, intent))
        own = held >= OWN_TOPIC and free.intent not in {intent, "dialog.inform", "dialog.correct", "smalltalk"}
        if asked in found and not (own and len(text) > 8 and not asked == "reason"):
            return sure("dialog.inform", found)
        if found and not own:
            return sure("dialog.inform", found, 0.8)
        if own or re.search(r"[吗?]$", text):
            return None
        return sure("dialog.inform", {asked: sentence.raw.strip()} if asked in FREE else {}, 0.6)

    def _survey(self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float) -> Understood | None:
        found = answer(sentence, pending)
        if words("cancel").fullmatch(sentence.text):
            return sure("cancel")
        if found or held < OWN_TOPIC or free.intent in {"survey.answer", "voice.submit", "smalltalk", "policy.qa"}:
            return sure("survey.answer", found, 0.9)
        return None


FREE = {"reason", "person", "candidate", "city", "desc", "comment", "content", "title", "value", "item", "course", "objective",
        "position", "goal", "purpose"}


def inform(sentence: Sentence, asked: str, found: Slots) -> Slots:
    """The asked slot and those that say the same thing more fully; a lone number answers a question for a number."""
    text = sentence.text
    if asked == "reason":
        return {"reason": re.sub(r"^(?:因为|由于|原因是|理由是)", "", text)}
    slots = dict(found)
    if asked == "start_date" and slots.get("end_date") == slots.get("start_date"):
        slots.pop("end_date", None)
    if asked == "end_date" and "start_date" in slots:
        slots = {"end_date": slots.get("end_date", slots["start_date"])} | {
            k: v for k, v in slots.items() if k not in {"start_date", "end_date"}
        }
    if asked not in slots:
        lone = re.fullmatch(r"(?:大概|就|大约)?([\d.]+|[一二两三四五六七八九十百千]+)(?:个|块|元|%|分|份|吧|左右)*", text)
        if lone and asked in {"duration_days", "duration_hours", "amount", "count", "score", "points", "progress", "kr"}:
            value = number(lone[1])
            slots[asked] = int(value) if value == int(value) else value
        if asked == "person" and sentence.mentions:
            slots["person"] = sentence.mentions[0].name
    slots.pop("reason", None)
    return slots


_SHIFT = re.compile(r"(?P<w>推迟|推后|延后|往后(?:推|挪|延)?|顺延|晚|后延|延迟|提前|往前(?:推|挪|提)?|早)(?:一?下)?")


def shift(sentence: Sentence, old: Slots) -> Slots:
    """推迟两天, 提前一周: every date of the form moves."""
    match = _SHIFT.search(sentence.text)
    days = sentence.times.days
    if match is None or days is None or days != int(days) or re.search(r"到|至", sentence.text[match.start() :]):
        return {}
    step = timedelta(days=int(days) * (-1 if match["w"].startswith(("提前", "往前", "早")) else 1))
    return {name: (date.fromisoformat(old[name]) + step).isoformat() for name in DATES if isinstance(old.get(name), str)}


def corrected(sentence: Sentence) -> Sentence:
    """不是周三是周四 → what stands after the last 是/改成: the old value is not a slot."""
    match = re.match(r"(?:不对|错了|不|哦|啊|呃|等等|等下)?[,]?(?:不是|不要|别|把).{1,12}?(?=,?(?:而是|应该是|是|要|改成|改为|改到|换成|换到|挪到|推到))", sentence.text)
    if match is None:
        return sentence
    cut = match.end()
    tokens = [replace(t, start=t.start - cut, end=t.end - cut) for t in sentence.tokens if t.start >= cut]
    mentions = [replace(m, start=m.start - cut, end=m.end - cut) for m in sentence.mentions if m.start >= cut]
    return Sentence(sentence.text[cut:], sentence.raw, sentence.today, sentence.people, tokens, mentions)


def spread(text: str, new: Slots, old: Slots) -> Slots:
    """A corrected day moves both ends; 延长到 moves the end, 从…开始 the start; a lone half is both halves."""
    slots = dict(new)
    slots.pop("reason", None) if not re.search(r"事由|理由|原因", text) else None
    start, end = slots.get("start_date"), slots.get("end_date")
    if start and (end in {None, start}) and "start_date" in old:
        if re.search(r"(?:延长|续|休|请|延|住|待)到|结束|截止|(?:止|终)|到.{1,6}(?:为止|回来|回)", text) and "改到" not in text:
            slots.pop("start_date")
            slots["end_date"] = start
        elif re.search(r"起|开始|出发|从", text):
            slots.pop("end_date", None)
    return slots
