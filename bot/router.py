"""From an update to the one handler that answers it: a press, a typed label, an answer to a question, or a wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import dialogue, questions
from bot.amending import corrected, same_week
from bot.dialogue import Dialogue
from bot.errors import ButtonUnknown, CardMoved, CardReplaced, NothingPending, NothingToChange, NotYourCard
from bot.outbox import Place, whole
from bot.platforms.port import DIRECT, Update
from bot.registry import Registry, arguments
from bot.tables import CardRow
from bot.trace import trace
from bot.typed import pending, typed_label
from bot.understanding import answers
from bot.understanding.live import LiveUnderstanding
from bot.understanding.types import Understood
from domain.kernel.tx import Tx
from domain.people.queries import PersonView
from handlers.chat import Ask, Chat, FileRef, Files, Forecasts, OpenCard, Reply, Route

SURE = 0.5
ANSWER, SAY, TAKE = "answer", "say", "take"
NO_WISH = {"out_of_scope", "smalltalk", "cancel", "confirm", "deny", "dialog.correct", "dialog.inform"}
BUILT_IN = {ANSWER, SAY, TAKE}
"""Presses that the router answers itself: a question's option, a suggested sentence, a suggested wish."""
FULL = "full$"
"""The press of 查看全文 on a card that was cut: the shell's own, no card offers it."""


class CardUnknown(Exception):
    """The pressed card is not recorded, perhaps not yet."""


@dataclass(frozen=True)
class Turn:
    """One update on its way through the router."""

    tx: Tx
    update: Update
    actor: PersonView
    place: Place
    waiting: Dialogue | None = None
    newest: bool = True
    """False for a press on a message of the card that a newer one replaced: it may show what is no longer so."""


@dataclass(frozen=True)
class Conversation:
    """Finds the handler, fills its parameters, keeps the dialogue's state."""

    registry: Registry
    understander: LiveUnderstanding
    files: Files
    tracing: bool
    forecasts: Forecasts | None = None
    messengers: tuple[str, ...] = ()

    async def answer(self, turn: Turn) -> Reply | None:
        """The reply of whoever is responsible. Raises DomainError, Ask or CardUnknown."""
        turn = replace(turn, waiting=await dialogue.load(turn.tx, turn.place))
        update = turn.update
        if update.card_id is not None:
            return await self._press_by_id(turn, update.card_id, update.action or "")
        if update.entered:
            return Reply("bot.entered", private=True, name=turn.actor.name)
        if update.unread:
            return Reply("bot.unread", kind=update.unread)
        if update.files and not update.text.strip():
            return await self._files(turn)
        if update.location is not None and not update.text.strip():
            return Reply("bot.not_yet", wish="attendance.clock")
        return await self._words(turn, update.text)

    # presses

    async def _press_by_id(self, turn: Turn, card_id: str, action: str) -> Reply | None:
        if action == FULL:
            return Reply("bot.full_text", private=True, said=await whole(turn.tx, turn.place, card_id))
        row = await turn.tx.session.get(CardRow, card_id)
        if row is None:
            raise CardUnknown(card_id)
        if row.conversation == DIRECT and row.person != turn.place.person:
            raise NotYourCard
        if not turn.newest and row.open and action in {offered for _, offered in row.labels}:
            raise CardReplaced
        if (elsewhere := await dialogue.moved(turn.tx, row, action)) is not None:
            raise CardMoved(platform=elsewhere)
        return await self._press(turn, row, action)

    async def _press(self, turn: Turn, row: CardRow, action: str) -> Reply | None:
        offered = row.offered.get(action)
        if offered is None:
            raise ButtonUnknown
        do, value, *asking = offered
        if do in BUILT_IN:
            return await self._built_in(turn, row, do, value or "")
        given = questions.filled(row, turn.update.inputs)
        if asking and any(action == now for _, now in row.labels):
            question = await questions.ask(turn.tx, turn.place, row, action, given)
            if question is not None:
                return question
        turn = replace(turn, update=replace(turn.update, inputs=given))
        route = self.registry.presses[do]
        await self._note(turn, "handled", do, {"card": row.template, "key": row.key})
        chat = self._chat(turn, card=OpenCard(row.id, row.key, row.template, row.state), action_value=value)
        reply = await self._call(turn, route, chat)
        if reply and reply.ask:
            asking = Dialogue("question", reply.data["intent"], None, {}, reply.ask, reply.key)
            await dialogue.save(turn.tx, turn.place, asking)
        elif turn.waiting and turn.waiting.card_key == row.key and not (reply and reply.form):
            await dialogue.forget(turn.tx, turn.place)
        return reply

    async def _built_in(self, turn: Turn, row: CardRow, do: str, value: str) -> Reply | None:
        row.open = False
        if do == SAY:
            return await self._words(turn, value)
        if turn.waiting is None:
            raise NothingPending
        if turn.waiting.kind == questions.INPUTS:
            return await self._fill(turn, turn.waiting, value)
        if do == TAKE:
            return await self._wish(turn, Understood(value, dict(turn.waiting.slots), 1.0))
        return await self._inform(turn, turn.waiting, {turn.waiting.asked or "answer": value})

    # files

    async def _files(self, turn: Turn) -> Reply | None:
        for route in self.registry.files:
            reply = await self._call(turn, route, self._chat(turn))
            if reply is not None:
                if reply.form:
                    home = replace(turn.place, conversation=DIRECT)
                    await dialogue.save(turn.tx, home, Dialogue("form", "", card_key=reply.key))
                return reply
        return Reply("bot.file_unclear")

    # words

    async def _words(self, turn: Turn, text: str) -> Reply | None:
        cards = await dialogue.latest_cards(turn.tx, turn.place)
        pressed = typed_label(cards, text, turn.place.platform)
        if pressed is not None:
            return await self._press(turn, *pressed)
        meant = self.understander.understand(text, turn.tx.now, pending(turn.waiting, cards, turn.place.platform))
        await self._note(
            turn,
            "understood",
            meant.intent,
            {"slots": meant.slots, "confidence": round(meant.confidence, 3), "aspect": meant.aspect},
        )
        turn = replace(turn, update=replace(turn.update, text=text))
        if turn.waiting is not None and turn.waiting.kind == questions.INPUTS:
            return await self._filling(turn, turn.waiting, meant)
        if meant.intent in {"confirm", "deny", "cancel", "dialog.correct", "dialog.inform"}:
            return await self._continue(turn, meant, cards)
        return await self._wish(turn, meant)

    async def _continue(self, turn: Turn, meant: Understood, cards: Sequence[CardRow]) -> Reply | None:
        waiting = turn.waiting
        if waiting is None:
            raise NothingToChange if meant.intent == "dialog.correct" else NothingPending
        if meant.intent == "dialog.correct" and waiting.intent:
            slots = corrected(waiting.slots, same_week(turn.update.text, waiting.slots, meant.slots))
            return await self._resume(turn, waiting, slots, correcting=waiting.card_key)
        if meant.intent == "dialog.inform":
            return await self._inform(turn, waiting, meant.slots)
        if meant.intent in {"deny", "dialog.correct"}:
            return Reply("bot.what_instead")
        keys = {waiting.card_key} if waiting.kind == "form" else set()
        form = next((card for card in cards if card.open and card.key in keys), None)
        if form is None:
            await dialogue.forget(turn.tx, turn.place)
            if meant.intent == "cancel":
                return Reply("bot.dropped")
            raise NothingPending
        return await self._press(turn, form, form.labels[0 if meant.intent == "confirm" else -1][1])

    # what a card could not ask

    async def _filling(self, turn: Turn, waiting: Dialogue, meant: Understood) -> Reply | None:
        """The answer to a card's question, or 算了; a wish in between is answered and the question stays."""
        text = turn.update.text
        if answers.cancels(text):
            await dialogue.forget(turn.tx, turn.place)
            return Reply("bot.dropped")
        item = await questions.waited_for(turn.tx, waiting)
        if item is None:
            return await self._fill(turn, waiting, "")
        value = questions.heard(item, text, meant, turn.tx.today)
        if value is not None:
            return await self._fill(turn, waiting, value)
        known = self.registry.route(meant.intent, meant.aspect) is not None or answers.own_wish(text, meant)
        if known and meant.confidence >= SURE and meant.intent not in NO_WISH - {"smalltalk"}:
            return await self._wish(turn, meant)
        return questions.question(item, text)

    async def _fill(self, turn: Turn, waiting: Dialogue, value: str) -> Reply | None:
        """Keep an answer, ask for what is still missing, press when nothing is."""
        filling = questions.Filling.of(waiting)
        row = await turn.tx.session.get(CardRow, filling.card)
        if row is None or row.digest != filling.digest:
            await dialogue.forget(turn.tx, turn.place)
            said = await whole(turn.tx, Place(row.platform, row.person, row.conversation), row.id) if row else ""
            return Reply("bot.card_changed", private=True, said=said)
        given = {**filling.given, waiting.asked or "": value}
        return await self._press(replace(turn, update=replace(turn.update, inputs=given)), row, filling.action)

    async def _inform(self, turn: Turn, waiting: Dialogue, slots: Mapping[str, Any]) -> Reply | None:
        return await self._resume(turn, waiting, {**waiting.slots, **slots}, correcting=waiting.card_key)

    async def _resume(
        self, turn: Turn, waiting: Dialogue, slots: Mapping[str, Any], *, correcting: str | None
    ) -> Reply | None:
        meant = Understood(waiting.intent, dict(slots), 1.0, aspect=waiting.aspect)
        return await self._wish(turn, meant, correcting)

    async def _wish(self, turn: Turn, meant: Understood, correcting: str | None = None) -> Reply | None:
        route = self.registry.route(meant.intent, meant.aspect)
        if meant.confidence < SURE and meant.intent not in {"out_of_scope", "smalltalk"}:
            return await self._unsure(turn, meant)
        if route is None:
            known = meant.intent != "out_of_scope"
            return Reply("bot.not_yet", wish=meant.intent) if known else Reply("bot.not_understood", wishes=[])
        await self._note(turn, "handled", route.name, {"correcting": correcting})
        chat = self._chat(turn, intent=meant.intent, slots=meant.slots, correcting=correcting)
        try:
            reply = await self._call(turn, route, chat)
        except Ask as question:
            question.data.setdefault("intent", meant.intent)
            asking = Dialogue("question", meant.intent, meant.aspect, meant.slots, question.slot, correcting)
            raise _Asked(question, asking, route.private) from None
        if reply and (reply.form or reply.ask):
            kind = "form" if reply.form else "question"
            kept = Dialogue(kind, meant.intent, meant.aspect, meant.slots, reply.ask, reply.key)
            await dialogue.save(turn.tx, self._home(turn, route, reply), kept)
        elif turn.waiting and turn.waiting.kind in {"question", "choice"} and turn.waiting.intent == meant.intent:
            await dialogue.forget(turn.tx, turn.place)
        return reply

    async def _unsure(self, turn: Turn, meant: Understood) -> Reply:
        """Middling confidence: the likeliest wishes as buttons."""
        await dialogue.save(turn.tx, turn.place, Dialogue("choice", "", None, meant.slots))
        wishes = [name for name, _ in meant.candidates if name not in NO_WISH][:3]
        return Reply("bot.not_understood", wishes=wishes or [meant.intent])

    def _home(self, turn: Turn, route: Route, reply: Reply) -> Place:
        return replace(turn.place, conversation=DIRECT) if route.private or reply.private else turn.place

    async def _call(self, turn: Turn, route: Route, chat: Chat) -> Reply | None:
        reply = await route.handler(chat, *arguments(route.handler, chat))
        if reply is not None and route.private and not reply.private:
            return Reply(**{**_parts(reply), "private": True}, **reply.data)
        return reply

    def _chat(self, turn: Turn, **more: Any) -> Chat:
        files = tuple(FileRef(item.id, item.name, item.media_type, item.size) for item in turn.update.files)
        return Chat(
            tx=turn.tx,
            actor=turn.actor,
            conversation=turn.place.conversation,
            text=turn.update.text,
            inputs=turn.update.inputs,
            files=files,
            file_store=self.files,
            forecasts=self.forecasts,
            platform=turn.place.platform,
            messengers=self.messengers,
            **more,
        )

    async def _note(self, turn: Turn, kind: str, words: str, detail: Mapping[str, Any]) -> None:
        if self.tracing:
            await trace(turn.tx, turn.place.person, kind, words, detail)


class _Asked(Exception):
    """A handler asked for a slot: its changes are undone, the question and its dialogue are kept."""

    def __init__(self, question: Ask, asking: Dialogue, private: bool) -> None:
        super().__init__(question.slot)
        self.question, self.asking, self.private = question, asking, private


Asked = _Asked


def _parts(reply: Reply) -> dict[str, Any]:
    names = ("template", "key", "form", "ask", "file", "follow_up")
    return {name: getattr(reply, name) for name in names}
