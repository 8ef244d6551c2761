"""HR's sentence about a balance, read: whose, which type, how much with its sign, and why.

A sentence that names whose balance it means speaks for itself: nothing of an earlier one is taken over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from domain.kernel.tx import Tx
from domain.leave.errors import NotYourOwn, OneAtATime, WhoUnclear, WhoUnknown
from domain.leave.rules.policy import LeaveKind, Unit
from domain.people import queries as people
from domain.people.queries import PersonView
from handlers.chat import Ask, Chat
from handlers.leave_slots import chinese, kind_in, kind_of

NUMBER = r"(?P<sign>[-－−负]?)\s*(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十半])\s*(?:个)?(?P<unit>天|小时)"
SIGNED = re.compile(r"(?P<verb>加|增|补|减|扣|去掉|收回)[^\d一二两三四五六七八九十半负－−-]{0,12}?" + NUMBER)
PLAIN = re.compile(NUMBER)
LESS = {"减", "扣", "去掉", "收回"}
CLEAR = re.compile("清零|清空|归零")
WHO = re.compile(
    r"(?:给|把|将|为|清零|清空|调整)\s*@?(?P<who>[^\d,，。]+?)\s*(?:的)?\s*"
    r"(?=法定|公司年|年假|年休|调休|倒休|[病事婚产丧]假|假期|余额|各|每人|都|再|多|加|增|补|减|扣|去掉|收回|发|清|[\d一二两半])"
)
EVERYBODY = re.compile("全体|所有|全部|全员|全公司|大家|每个?人|[部组]的?(?:人|同事|员工)|部门?$")
ONESELF = {"我", "我自己", "自己", "本人"}
BETWEEN = re.compile(r"[、,，和跟与及]|以及")
REASON = re.compile(r"(?:原因|理由|因为|由于)\s*(?:是|[:：])?\s*(.+)$", re.DOTALL)
CLOSE = 0.5


@dataclass(frozen=True)
class Said:
    """What a sentence, together with answers given before it, says of a change."""

    person: PersonView
    kind: LeaveKind
    amount: Decimal | None
    """None clears the balance."""
    unit: Unit | None
    reason: str


async def read(chat: Chat) -> Said:
    """Raises Ask for what is missing, NotYourOwn, OneAtATime, WhoUnknown, WhoUnclear."""
    slots = chat.slots if isinstance(chat.slots, dict) else dict(chat.slots)
    head = REASON.split(chat.text)[0]
    if found := WHO.search(head):
        own = {"person": _names(found["who"], slots)}
        reason = slots.get("reason")
        kept = {"reason": reason} if isinstance(reason, str) and reason in chat.text else {}
        slots.clear()
        slots.update(own | kept)
    _note(slots, head, chat.text)
    names = _listed(slots.get("person"))
    if not names:
        raise Ask("person", "leave.adjust_ask", missing="person")
    if len(names) > 1 or EVERYBODY.search(names[0]):
        raise OneAtATime(names=names)
    if names[0] in ONESELF or names[0] == chat.actor.name:
        raise NotYourOwn()
    person = await one_person(chat.tx, names[0])
    amount, unit = _amount(slots)
    if amount is None and not slots.get("clear"):
        raise Ask("duration_days", "leave.adjust_ask", missing="amount")
    if not slots.get("reason"):
        raise Ask("reason", "leave.adjust_ask", missing="reason")
    return Said(person, kind_of(slots) or LeaveKind.ANNUAL, amount, unit, str(slots["reason"]))


def _note(slots: dict[str, Any], head: str, text: str) -> None:
    """Into the slots, which outlive the sentence when something is asked."""
    if (kind := kind_in(head)) is not None:
        slots["leave_type"] = kind.value
    if CLEAR.search(head):
        slots["clear"] = True
    if (change := change_of(head)) is not None:
        number, unit = change
        slots.update({"duration_days": None, "duration_hours": None, "minus": number < 0})
        slots["duration_days" if unit is Unit.DAY else "duration_hours"] = str(abs(number))
    if found := REASON.search(text):
        slots["reason"] = found[1].strip(" 。.")


def change_of(text: str) -> tuple[Decimal, Unit] | None:
    """给李雷加1天 → 1, 减半天 → -0.5, 加-1天 → -1; None without a number, or where two signs contradict each other."""
    found = SIGNED.search(text) or PLAIN.search(text)
    if found is None:
        return None
    less, signed = found.groupdict().get("verb") in LESS, bool(found["sign"])
    if less and signed:
        return None
    number = chinese(found["number"])
    return (-number if less or signed else number), (Unit.DAY if found["unit"] == "天" else Unit.HOUR)


def _amount(slots: Mapping[str, Any]) -> tuple[Decimal | None, Unit | None]:
    for name, unit in (("duration_days", Unit.DAY), ("duration_hours", Unit.HOUR)):
        if slots.get(name) is not None:
            number = Decimal(str(slots[name]))
            return (-number if slots.get("minus") else number), unit
    return None, None


def _names(who: str, slots: Mapping[str, Any]) -> list[str]:
    """As the sentence has them; where understanding knows a person by that very word, by their name."""
    said = [part.strip(" @的") for part in BETWEEN.split(who) if part.strip(" @的")]
    known = _listed(slots.get("person"))
    return known if len(known) == len(said) and all(name in said or name in who for name in known) else said


def _listed(said: object) -> list[str]:
    if isinstance(said, list):
        return [str(one) for one in said]
    return [str(said)] if said else []


async def one_person(tx: Tx, name: str) -> PersonView:
    """Who is meant, by name, English name, reading or employee number. Raises WhoUnknown, WhoUnclear."""
    found = await people.named(tx, name, tx.today)
    if not found and (numbered := await people.by_number(tx, name)) is not None:
        found = [numbered]
    if not found:
        names = [view.name for view in await people.active(tx, tx.today)]
        raise WhoUnknown(name=name, near=get_close_matches(name, names, 3, CLOSE))
    if len(found) > 1:
        raise WhoUnclear(name=name, numbers=[view.number for view in found])
    return found[0]


def whose(chat: Chat) -> str | None:
    """The colleague that a question is about; None when it is the asker."""
    return next(iter(others_named(chat)), None)


def others_named(chat: Chat) -> list[str]:
    """Everybody whom a sentence is about, besides the speaker."""
    return [name for name in _listed(chat.slots.get("person")) if name not in ONESELF | {chat.actor.name}]
