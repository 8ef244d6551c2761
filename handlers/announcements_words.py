"""What a sentence says of an announcement: its words, for whom it is, whether it must be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.announcements.service import Wanted
from handlers.chat import Chat

# handlers speak to people: what they may say stands here, what they read stands in cards/
_LEAD = re.compile(
    r"^\s*(?:请|麻烦|帮我|帮忙|我要|我想|想|要|新|全员|全体)*\s*"
    r"(?:(?:给|向|对|跟)[^,，。:：;；]{1,12}?)?"
    r"(?:发布?|拟|群发|发送|公告|通知|告知|说)(?:一?[个则条份下篇声])?"
    r"(?:全员|全体)?(?:的)?(?:公告|通知|消息)?(?:一下|一声)?"
    r"(?:给|说|告诉)?"
)
_TO = r"(?:大家|所有人|全公司|全体(?:员工|同事|人员)?|全员|各位(?:同事)?|每个人|所有(?:员工|同事))"
_ANYBODY = "\ue000"
"""Stands for the unit's name while the words around it are read."""
_WHOM = re.compile(
    rf"^\s*(?:给)?(?:{_TO}|(?:{_ANYBODY}|(?:我们?|咱们?|本)(?=部|团队|组))(?:部门?|团队|组)?"
    r"(?:的?(?:各位)?(?:同事|员工|人员|同学|小伙伴)们?)?)"
)
_OPENING = re.compile(r"^\s*(?:全员|全体|公司)?(?:公告|通知)(?:全员|全体)?\s*[:：]\s*")
_MUST = re.compile(
    r"[,，。;；、\s]*[(（]?(?:请)?(?:全员|全体|大家|所有人|必须|务必)?(?:必读|必看|必须(?:阅读|看|读))[)）]?"
    r"(?=$|[,，。;；!！\s])"
)
_OFF_MUST = re.compile(r"(?:不(?:用|必|需要?)|取消|去掉|改成?非)的?必读|非必读|选读")
_ON_MUST = re.compile(r"必读|必看")
_PART = re.compile(r"^\s*(?:把|将)?(.{1,40}?)(?:改成|改为|换成)(.{1,200})$", re.DOTALL)
_ANEW = re.compile(r"^\s*(?:正文|内容)?(?:改成|改为|换成|改)[:：]?")
_EDGES = " \t\n,，:：;；、"
EVERYBODY = re.compile(_TO)


def wanted(chat: Chat, before: Wanted | None = None) -> Wanted:
    """What is to be announced; what the sentence leaves open is as `before`."""
    said, unit = str(chat.slots.get("content") or "").strip(), unit_in(chat.slots)
    said = said if said == chat.text.strip() else ""  # else it was the answer to an earlier question
    if before is None:
        body = said or body_in(chat.text, unit)
        return Wanted(body, unit, bool(_ON_MUST.search(chat.text)) and not _OFF_MUST.search(chat.text))
    if said:
        return replace(before, body=said)
    if unit is not None and unit in chat.text:
        return replace(before, unit_name=unit)
    if _ON_MUST.search(chat.text):
        return replace(before, must_read=not _OFF_MUST.search(chat.text))
    if EVERYBODY.search(chat.text):
        return replace(before, unit_name=None)
    return replace(before, body=_amended(before.body, chat.text))


def _amended(body: str, text: str) -> str:
    """把周三改成周四 changes a part of it, 改成……the whole."""
    part = _PART.match(text)
    if part and part[1].strip() in body:
        return body.replace(part[1].strip(), part[2].strip(_EDGES))
    return _ANEW.sub("", text, count=1).strip(_EDGES)


def unit_in(slots: Mapping[str, Any]) -> str | None:
    """The unit it is for; None for everybody."""
    found = slots.get("department")
    return str(found) if found else None


def body_in(text: str, unit: str | None) -> str:
    """The announcement without the words that ask for it; empty when nothing else is said."""
    plain = _MUST.sub("", text.strip())
    opened = _OPENING.match(plain)
    if opened:
        return plain[opened.end() :].strip(_EDGES)
    named = plain.replace(unit, _ANYBODY, 1) if unit else plain  # a unit's name may hold a verb: 研发部
    rest = _LEAD.sub("", named, count=1).strip(_EDGES)
    return _WHOM.sub("", rest).strip(_EDGES).replace(_ANYBODY, unit or "")
