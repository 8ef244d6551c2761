"""The whole of understanding: dialogue state, aspects, evidence and classifier, then the slots of the intent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from bot.understanding import aspects, lexicon
from bot.understanding.classifier import Classifier
from bot.understanding.dialogue import Dialogue
from bot.understanding.evidence import Evidence
from bot.understanding.guards import undecided
from bot.understanding.people import Mention, People
from bot.understanding.roster import roster_file
from bot.understanding.slots import (
    adjusting,
    announcing,
    behalf,
    extras,
    figures,
    free,
    moments,
    persons,
    reasons,
    swaps,
    words,
)
from bot.understanding.slots.sentence import EXTRACTORS, Sentence, Slots
from bot.understanding.text import normalise
from bot.understanding.times.clocks import Habits
from bot.understanding.times.impossible import impossible, no_such_day
from bot.understanding.times.scan import scan
from bot.understanding.times.tokens import Token, mask
from bot.understanding.types import RosterEntry, Understood

PHRASES = Path(__file__).parents[2] / "handlers"
MODULES = (adjusting, announcing, behalf, extras, figures, free, moments, persons, reasons, swaps, words)
REASONED = {"reason", "reject_reason", "adjusted"}
ANSWERS = {"dialog.inform"}
BAYES, LIKENESS, WARMTH = 1.6, 2.4, 1.8
DOUBT = 0.9
VAGUE = re.compile(
    r"\d{1,4}|(?:.{0,3}天|上次|刚才|之前|早上|下午)?的?[那这](?:个|条|张|件|次|份)(?:呢|吧)?|补(?:一|个|两)?(?:张|个|下|次|份|一下)?|再?来(?:一|个)[张个份次]"
)
"""Said by itself it may mean anything: the likeliest wishes are offered."""
LONGEST = 800  # what is said beyond this many characters is not looked at: time stays bounded


class Understander:
    """Ready after `load`; `understand` is pure and quick."""

    def __init__(self, people: People, classifier: Classifier, evidence: Evidence) -> None:
        self.people = people
        self.classifier = classifier
        self.evidence = evidence
        self.aspects = aspects.load()
        self.table: dict[str, dict[str, Any]] = lexicon.document("intents")
        self.dialogue = Dialogue(self.fill)

    @classmethod
    def load(cls, roster: Sequence[RosterEntry]) -> Self:
        """Train on the phrase files of handlers/ (context.yaml: `intents: {name: [phrase, …]}`)."""
        people = People(roster)
        examples: dict[str, list[str]] = {}
        for path in sorted(PHRASES.glob("*.yaml")):
            for intent, phrases in (lexicon.load(path).get("intents") or {}).items():
                examples.setdefault(intent, []).extend(masked_alone(people, phrase) for phrase in phrases)
        return cls(people, Classifier(examples), Evidence())

    def with_roster(self, roster: Sequence[RosterEntry]) -> Self:
        """The same understanding for other people; nothing is trained again."""
        return type(self)(People(roster), self.classifier, self.evidence)

    def understand(self, text: str, now: datetime, pending: Mapping[str, Any] | None = None) -> Understood:
        """What a sentence means at an instant (a zoneless one is Asia/Shanghai)."""
        local = now.astimezone(ZoneInfo("Asia/Shanghai")) if now.tzinfo else now
        sentence = self._sentence(text, local)
        if not sentence.text:
            return Understood("out_of_scope")
        masked = masked_text(sentence.text, sentence.tokens, sentence.mentions)
        free_reading, held = self._freely(sentence, masked)
        if undecided(sentence.text, masked, free_reading, held, pending):
            slots = self.fill(sentence, "approval.list")
            return Understood("approval.list", slots, 0.9, (("approval.list", 0.9),), "undecided")
        if pending:
            answered = self.dialogue.read(sentence, pending, free_reading, held)
            if answered is not None:
                return answered
        return free_reading

    def _sentence(self, text: str, local: datetime) -> Sentence:
        plain = normalise(text[:LONGEST])
        tokens = scan(plain)
        mentions = [m for m in self.people.find(plain) if not any(t.start < m.end and m.start < t.end for t in tokens)]
        today = local.date()
        found = Sentence(plain, text, today, self.people, tokens, mentions)
        found.invalid = impossible(plain, tokens, today)
        return found

    def _freely(self, sentence: Sentence, masked: str) -> tuple[Understood, float]:
        """The reading without dialogue, and the evidence that holds it."""
        aspect = next((a for a in self.aspects if a.fits(masked)), None)
        weights = self.evidence.weigh(masked)
        if aspect is not None:
            weights[aspect.intent] = weights.get(aspect.intent, 0.0) + 2.5
        scored = {
            intent: weights.get(intent, 0.0) + BAYES * bayes + LIKENESS * likeness
            for intent, (bayes, likeness) in self.classifier.scores(masked).items()
            if intent not in ANSWERS
        }
        ranked = sorted(scored.items(), key=lambda item: -item[1])[:5]
        intent, best = ranked[0]
        if best < DOUBT:
            intent = "out_of_scope"
        shares = [math.exp(WARMTH * (value - best)) for _, value in ranked]
        total = sum(shares)
        candidates = tuple((name, round(share / total, 4)) for (name, _), share in zip(ranked, shares, strict=True))
        shade = aspect.name if aspect is not None and aspect.intent == intent else None
        key = next((name for name in (f"{intent}#{shade}", f"#{shade}") if name in self.table), intent)
        slots = self.fill(sentence, key)
        confidence = candidates[0][1] * min(1.0, max(0.1, best / 2.5))
        if VAGUE.fullmatch(sentence.text):
            confidence = min(confidence, 0.3)
        return Understood(intent, slots, round(confidence, 4), candidates, shade), weights.get(intent, 0.0)

    def fill(self, sentence: Sentence, intent: str) -> Slots:
        """The slots of an intent (or of one extractor by its name), as far as the sentence states them."""
        if intent in EXTRACTORS and intent not in self.table:
            return EXTRACTORS[intent](sentence)
        row = self.table.get(intent, {})
        habits = Habits(
            ahead=not row.get("back", False), work_week=not row.get("whole_week", False), digits=bool(row.get("digits"))
        )
        seen = replace(sentence, intent=intent, habits=habits)
        seen.tokens = [token for token in seen.tokens if not no_such_day(token, seen.today)]
        if REASONED & set(row.get("slots", ())):  # days and people of a reason are nobody's wish
            start, end = reasons.marked_span(seen.text)
            seen.tokens = [token for token in seen.tokens if not start <= token.start < end]
            seen.mentions = [mention for mention in seen.mentions if not start <= mention.start < end]
        slots: Slots = {}
        for name in row.get("slots", ()):
            slots |= EXTRACTORS[name](seen)
        return slots


@cache
def trained() -> Understander:
    """With the demo's people, whom the phrases of handlers/*.yaml name. Nothing changes it: once for a process."""
    return Understander.load(roster_file())


def masked_text(text: str, tokens: Sequence[Token], mentions: Sequence[Mention]) -> str:
    """The text with times, people and figures as letters, so that sentences of one kind look alike."""
    spans = [(t.start, t.end, mask(t)) for t in tokens if not t.loose] + [(m.start, m.end, "P") for m in mentions]
    out, at = [], 0
    for start, end, letter in sorted(spans):
        if start >= at:
            out += [text[at:start], letter]
            at = end
    return re.sub(r"@P", "P", re.sub(r"(?!360(?!\d))\d{3,}", "000", "".join([*out, text[at:]])))


def masked_alone(people: People, phrase: str) -> str:
    """A training phrase, masked."""
    plain = normalise(phrase)
    tokens = scan(plain)
    mentions = [m for m in people.find(plain) if not any(t.start < m.end and m.start < t.end for t in tokens)]
    return masked_text(plain, tokens, mentions)
