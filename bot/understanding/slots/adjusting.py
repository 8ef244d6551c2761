"""给李雷加1天年假,原因…: whose balance, by how much, why; nothing in the reason counts as a wish."""

from __future__ import annotations

import re

from bot.understanding import lexicon
from bot.understanding.numbers import tidy
from bot.understanding.slots.reasons import MARK, reason
from bot.understanding.slots.sentence import Sentence, Slots, extractor
from bot.understanding.times.tokens import Length

_KINDS = r"(?:年假|年休假?|调休|倒休|病假|事假|育儿假|假期?|余额|额度)"
_CHANGE = (
    r"(?:再|多|额外|统一)?(?:加上?|增加|补发?|补上?|发放?|"
    r"扣掉?|扣减|扣除?|减掉?|减少|减去?|收回|去掉|调整|调增|调减|清零|归零|清掉|改|设)"
)
_TO = re.compile(
    rf"(?:给|把|将|为|帮)@?(?P<who>.+?)的?{_KINDS}{{0,2}}(?:每人|各自?|都|分别|一?人)?的?{_KINDS}{{0,2}}{_CHANGE}"
)
_CLEAR = re.compile(rf"清[零空掉]@?(?P<who>.+?)的?{_KINDS}")
_BARE = re.compile(r"^(?:扣掉?|减掉?|加|补|增加|清零)(?:了)?@?(?P<who>(?![成到为至])[^\d,]{1,8})")
_LESS = re.compile(r"减|扣|收回|去掉|[-负](?=\s*[\d一二两三四五六七八九十半])")
_ALL = re.compile(r"全体|所有|全员|大家|每个?人|全公司|各位|全部|人人")
_SELF = re.compile(r"我(?:自己|本人)?|自己|本人")
_AND = re.compile(r"和|跟|与|及|、|,|还有|以及")


@extractor
def adjusted(sentence: Sentence) -> Slots:
    """person (one or a list, 我 for oneself) or audience/department, leave_type, a signed length, clear, set_to."""
    mark = MARK.search(sentence.text)
    stop = mark.start() if mark else len(sentence.text)
    head = sentence.text[:stop]
    slots = _whose(sentence, head)
    kind = lexicon.value("leave_named", head) or lexicon.value("leave_type", head)
    if kind:
        slots["leave_type"] = kind
    return slots | _amount(sentence, head) | _why(sentence, stop)


def _amount(sentence: Sentence, head: str) -> Slots:
    if re.search(r"清[零空掉]|归零", head):
        return {"duration_days": 0, "clear": True}
    lengths = [t.value for t in sentence.tokens if isinstance(t.value, Length) and t.end <= len(head)]
    if not lengths:
        return {}
    said = lengths[0]
    if said.days is not None and re.search(r"(?:调整|改|设|变)(?:成|为|到|定为)", head):
        return {"set_to": tidy(said.days)}
    sign = -1 if _LESS.search(head) else 1
    if said.days is not None:
        return {"duration_days": tidy(sign * said.days)}
    return {"duration_hours": tidy(sign * said.hours)} if said.hours is not None else {}


def _why(sentence: Sentence, stop: int) -> Slots:
    if stop < len(sentence.text):
        return reason(sentence)
    lengths = [t for t in sentence.tokens if isinstance(t.value, Length)]
    comma = sentence.text.find(",", lengths[0].end) if lengths else -1
    rest = sentence.text[comma + 1 :].strip(",! ") if comma >= 0 else ""
    return {"reason": sentence.verbatim(comma + 1, comma + 1 + len(rest))} if len(rest) >= 2 else {}


def _whose(sentence: Sentence, head: str) -> Slots:
    match = _TO.search(head) or _CLEAR.search(head) or _BARE.search(head)
    if match is None:
        names = [m.name for m in sentence.mentions if m.end <= len(head)]
        return _people(names)
    start, end = match.span("who")
    first_time = min((t.start for t in sentence.tokens if start < t.start < end), default=end)
    who = head[start:first_time]
    if _ALL.search(who):
        department = lexicon.value("department", who)
        return {"department": department} if department else {"audience": lexicon.value("audience", who) or "全体员工"}
    names = [name for at, piece in _pieces(who, start) for name in _named(sentence, piece, at)]
    department = lexicon.value("department", who)
    if department and not any(m.start >= start and m.end <= end for m in sentence.mentions):
        return {"department": department}
    return _people(names)


def _pieces(who: str, start: int) -> list[tuple[int, str]]:
    out, at = [], 0
    for match in [*_AND.finditer(who), None]:
        stop = match.start() if match else len(who)
        out.append((start + at, who[at:stop]))
        at = match.end() if match else stop
    return [(place, piece) for place, piece in out if piece]


def _named(sentence: Sentence, piece: str, at: int) -> list[str]:
    found = [m.name for m in sentence.mentions if m.start < at + len(piece) and at < m.end]
    if found:
        return found
    plain = re.sub(r"^@|(?:同学|老师|的)$", "", piece)
    if _SELF.fullmatch(plain):
        return ["我"]
    return [plain] if plain else []


def _people(names: list[str]) -> Slots:
    unique = list(dict.fromkeys(names))
    return {"person": unique[0] if len(unique) == 1 else unique} if unique else {}
