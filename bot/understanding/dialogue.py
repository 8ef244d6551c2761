"""What was asked or shown a moment ago decides first: yes, no, never mind, corrections, answers, decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from bot.understanding.corrections import DATES, corrected, extended, shift, spread
from bot.understanding.lexicon import document
from bot.understanding.numbers import number
from bot.understanding.slots.sentence import Sentence, Slots
from bot.understanding.slots.survey import answer
from bot.understanding.types import Understood

Fill = Callable[[Sentence, str], Slots]
OWN_TOPIC = 2.0


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
        changed = self._changed(sentence, intent, old if isinstance(old := pending.get("slots"), dict) else {})
        if changed and (wanted or len(text) <= 12 or free.intent in {intent, "dialog.correct", "dialog.inform"}):
            return sure("dialog.correct", changed, 0.9)
        return sure("dialog.correct", {}, 0.6) if wanted and held < OWN_TOPIC else None

    def _changed(self, sentence: Sentence, intent: str, old: Slots) -> Slots:
        shifted = shift(sentence, old) or extended(sentence, old)
        if shifted:
            return shifted
        new = self.fill(corrected(sentence), intent)
        return {
            name: value
            for name, value in spread(sentence.text, new, old).items()
            if old.get(name) != value or name in DATES
        }

    def _question(
        self, sentence: Sentence, pending: Mapping[str, Any], free: Understood, held: float
    ) -> Understood | None:
        text = sentence.text
        if words("cancel").fullmatch(text):
            return sure("cancel")
        intent, asked = str(pending.get("intent", "")), str(pending.get("asked", ""))
        found = inform(sentence, asked, self.fill(sentence, intent))
        own = held >= OWN_TOPIC and free.intent not in {intent, "dialog.inform", "dialog.correct", "smalltalk"}
        if asked in found and not (own and len(text) > 8 and asked != "reason"):
            return sure("dialog.inform", found)
        if found and not own:
            return sure("dialog.inform", found, 0.8)
        if own or re.search(r"[吗?]$", text):
            return None
        return sure("dialog.inform", {asked: sentence.raw.strip()} if asked in FREE else {}, 0.6)

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
