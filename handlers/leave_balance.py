"""What is left and why, who is out, what pregnancy gives, and last year's days."""

from __future__ import annotations

import re

from domain.kernel.clock import Month
from domain.leave import queries, service
from domain.leave.errors import OthersBalance, WhoseBalance
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import settling
from domain.people import queries as people
from domain.people.queries import PersonView
from handlers.chat import Chat, Reply, Router
from handlers.leave_change import one_person, whose
from handlers.leave_slots import Days, day_of, kind_of

router = Router("leave_balance")

LEAVING = re.compile("离职|辞职")
PREGNANCY = ("prenatal", "maternity", "paternity", "nursing", "childcare")
THEIRS = re.compile(r"\s*(?:那|帮我|查一?下|看一?下|查查|看看|问一?下|查|看)*(?P<who>[他她]们?|ta|TA|对方|人家)")
"""Whoever is not named is asked for: an asker's own balance would be read as theirs."""
LOST = re.compile("流产|小产|胎停")


@router.intent("leave.balance", private=True)
async def balance(chat: Chat) -> Reply:
    person, name = await _about(chat)
    kind, today = kind_of(chat.slots), chat.tx.today
    if LEAVING.search(chat.text):
        last_day = day_of(chat.slots, "date") or Month.of(today).last
        return Reply("leave.leaver", leaver=await queries.leaver(chat.tx, person, last_day), whose=name)
    found = await queries.balances(chat.tx, person.id)
    if kind is None:
        return Reply("leave.balance", balances=found, whose=name, today=today)
    mine = [each for each in found if each.kind == kind.value]
    if mine:
        return Reply("leave.balance", balances=mine, whose=name, today=today)
    due = await queries.due(chat.tx, person, kind)
    return Reply("leave.no_balance", kind_name=due.kind_name, ground=due.ground, whose=name)


@router.intent("leave.balance#explain", private=True)
async def explain(chat: Chat) -> Reply:
    person, name = await _about(chat)
    return await _explained(chat, person, kind_of(chat.slots) or LeaveKind.ANNUAL, name)


@router.press("leave.explain")
async def explain_press(chat: Chat) -> Reply:
    kind, _, colleague = (chat.action_value or LeaveKind.ANNUAL.value).partition(" ")
    person = await _seen(chat, colleague) if colleague else chat.actor
    return await _explained(chat, person, LeaveKind(kind), colleague or None)


async def _explained(chat: Chat, person: PersonView, kind: LeaveKind, name: str | None) -> Reply:
    if kind.value not in {each.kind for each in await queries.balances(chat.tx, person.id)}:
        due = await queries.due(chat.tx, person, kind)
        return Reply("leave.no_balance", kind_name=due.kind_name, ground=due.ground, whose=name)
    explanation = await queries.explain(chat.tx, person.id, kind)
    return Reply("leave.explain", explanation=explanation, whose=name, today=chat.tx.today)


async def _about(chat: Chat) -> tuple[PersonView, str | None]:
    """Whose balance, and the name where it is not the asker's.

    Raises WhoseBalance, OthersBalance, WhoUnknown, WhoUnclear.
    """
    name = whose(chat)
    if name is None and (said := THEIRS.match(chat.text)):
        raise WhoseBalance(said=said["who"])
    if name is None:
        return chat.actor, None
    person = await _seen(chat, name)
    return person, person.name


async def _seen(chat: Chat, name: str) -> PersonView:
    """A colleague, for those who look after balances, or after this person; the look is recorded."""
    if await service.sees_balances(chat.tx, chat.actor.id):
        person = await one_person(chat.tx, name)
    else:
        named = await people.named(chat.tx, name, chat.tx.today)
        mine = [view for view in named if await service.looks_after(chat.tx, chat.actor.id, view)]
        if len(mine) != 1:
            raise OthersBalance(name=name)
        person = mine[0]
    await chat.tx.audit("leave.balance_seen", person.id, viewer=chat.actor.id)
    return person


@router.intent("leave.balance#whos_out")
async def whos_out(chat: Chat, days: Days) -> Reply:
    """In a group nobody's type is told."""
    public = chat.conversation != "direct"
    away = await queries.whos_out(chat.tx, chat.actor.id, days.start, days.end, public=public)
    said = chat.slots.get("person")
    asked = [said] if isinstance(said, str) else list(said or ())
    if asked:
        away = [each for each in away if each.name in asked]
    return Reply("leave.whos_out", away=away, start=days.start, end=days.end, asked=asked)


@router.intent("#whos_out")
async def whos_out_of_any(chat: Chat, days: Days) -> Reply:
    return await whos_out(chat, days)


@router.intent("#pregnancy", private=True)
async def pregnancy(chat: Chat) -> Reply:
    """What pregnancy and birth give, by the law of the person's place; only ever in the direct chat."""
    topics = ("miscarriage",) if LOST.search(chat.text) else PREGNANCY
    found = queries.grounds(chat.actor.city, topics, chat.tx.today)
    return Reply("leave.pregnancy", grounds={topic: found.get(topic) for topic in ("miscarriage", *PREGNANCY)})


@router.intent("leave.balance#waive", private=True)
async def settle(chat: Chat) -> Reply:
    """What became of last year's days, with the choices while it is open."""
    mine = await settling.of_person(chat.tx, chat.actor.id)
    if mine is None:
        return Reply("leave.nothing_to_settle")
    return Reply("leave.settlement", key=mine.id, settlement=mine)


@router.press("leave.carry")
async def carry(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await service.carry(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_ask")
async def waive_ask(chat: Chat) -> Reply:
    """A waiver is a statement of its own: shown in full, confirmed by its own press."""
    return Reply("leave.waive", key=chat.key, settlement=await settling.show(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_confirm")
async def waive_confirm(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await service.waive(chat.tx, chat.actor, chat.key))


@router.press("leave.waive_keep")
async def waive_keep(chat: Chat) -> Reply:
    return Reply("leave.settlement", key=chat.key, settlement=await settling.show(chat.tx, chat.actor, chat.key))
