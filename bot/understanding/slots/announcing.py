"""给研发部发个通知: for whom an announcement is. Whoever is named is never quietly everybody."""

from __future__ import annotations

import re

from bot.understanding import lexicon
from bot.understanding.slots.sentence import Sentence, Slots, extractor

OWN, EVERYBODY = "own", "全体员工"
_SENT = re.compile(r"(?:给|向|对|跟|往)(?P<to>[^,:!?]{1,24}?)(?:群发|下发|(?<!研)发|推送|推|说)")
_BEHIND = re.compile(r"(?:公告|通知|消息)(?:发|推送?)?(?:给|到)(?P<to>[^,:!?]{1,24}?)(?=[,:!?]|$)")
_TOLD = re.compile(r"^(?:请|麻烦|帮我|帮忙|我要|我想)*(?:通知|告知|公告)(?:一下|一声|下)?(?:给)?@?(?!:)")
_OPENING = re.compile(r"^(?:全员|全体|公司)?(?:公告|通知)(?:全员|全体)?:")
_OWN = re.compile(r"(?:我们?|咱们?|本)(?:们|的|这个)?(?:部门|部|团队|组)")
_AND = r"(?:、|和|跟|与|及|以及|,)"
_PEOPLE = r"(?:的|里|全体|所有|各位|同事|员工|人员?|同学|小伙伴|大家|们|都|部门?|团队)*"
_JOINED = re.compile(rf"{_PEOPLE}{_AND}")


@extractor
def announced_to(sentence: Sentence) -> Slots:
    """department, one that is known; else `to`: as it was written, or OWN for 我们部门. Neither: to everybody."""
    text = sentence.text
    if said := _SENT.search(text) or _BEHIND.search(text):
        return _read(said["to"])
    if told := _TOLD.match(text):
        return _told(sentence, told.end())
    opening = _OPENING.match(text)
    found = _first(text, opening.end()) if opening else lexicon.value("department", text)
    return {"department": found} if found else {}


def _read(to: str) -> Slots:
    if _OWN.fullmatch(re.sub(rf"(?<=部门|团队){_PEOPLE}$", "", to)):
        return {"to": OWN}
    known = _called("department", to)
    if known is not None:
        return {"department": known}
    everybody = re.fullmatch(_PEOPLE, to) or _called("audience", to) == EVERYBODY
    return {} if everybody else {"to": to}


def _first(text: str, at: int) -> str | None:
    """公告:研发部下午开会 is for them, 公告:下周财务部盘点 is for everybody."""
    units = lexicon.earliest("department", text)
    alone = units and units[0][0] == at and lexicon.value("audience", text) != EVERYBODY
    return units[0][1] if alone else None


def _called(slot: str, to: str) -> str | None:
    """The value that these words name and nothing more."""
    named = (name for name, words in lexicon.values(slot) if re.fullmatch(rf"(?:{words.pattern}){_PEOPLE}", to))
    return next(named, None)


def _told(sentence: Sentence, at: int) -> Slots:
    """通知客服部下午三点培训: nothing parts the receivers from the words."""
    text = sentence.text
    if _OWN.match(text, at):
        return {"to": OWN}
    person = next((mention for mention in sentence.mentions if mention.start == at), None)
    if person is not None:
        return {"to": text[person.start : person.end]}
    units = lexicon.earliest("department", text)
    if not units or units[0][0] != at:
        return {}
    if len(units) > 1 and _JOINED.fullmatch(_between(text, at, units[1][0])):
        return {"to": "、".join(name for _, name in units[:2])}
    return {"department": units[0][1]}


def _between(text: str, at: int, until: int) -> str:
    """What stands between the word that names the unit at a place and the next."""
    ends = (match.end() for _, words in lexicon.values("department") if (match := words.match(text, at)))
    return text[next(ends, at) : until]
