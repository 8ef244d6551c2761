"""Slots that no table has: for the handlers, so that nothing said is lost. `hrbot understand` does not print them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.understanding.numbers import number, tidy
from bot.understanding.slots.moments import range_dates
from bot.understanding.slots.persons import person
from bot.understanding.slots.sentence import Sentence, Slots, extractor
from bot.understanding.times.days import DayRef, View, Weekday

OTHERS = r"(?:其他|其它|其余|剩下|剩余|别的|另外|余下)"
DECIDE = r"(?:同意|批|通过|准|过|驳回|拒)"
HOLD = r"(?:先?别|先?不|不要|不用|不同意|留着?|除外|放一?放|等一?等|再看|另说|我再|待定|例外|算了|跳过)"
_BUT = re.compile(rf"除(?:了|去|开|却)?(?P<who>[^,]+?)(?=的?(?:以外|之外|外|,|{OTHERS}|都|全|一律|统统|{DECIDE}|$))")
_HELD = re.compile(r"先?别|先不|不要|不用|留着|放一?放|等一?等|再看|再说|再想|待定|暂缓|缓一?缓")
_NUM = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十半])"
_AT_MOST = re.compile(
    rf"{_NUM}个?天(?:\(含\))?(?:及)?(?P<w>以内|以下|之内|内|以里)|(?P<u>不超过|不大于|少于|小于|低于|不到|没超过){_NUM}个?天"
)
_AT_LEAST = re.compile(rf"{_NUM}个?天(?:及)?以上|(?P<over>超过|大于|多于){_NUM}个?天")
_NOT_THESE = re.compile(
    r"[的,]?(?:就|那天|当天|我)*(?:不休|不请|不用请|除外|不算|要上班|照常上班|正常上班|得上班|来上班)"
)


@extractor
def batch(sentence: Sentence) -> Slots:
    """all, except (names), max_days, min_days of a decision over many."""
    slots: Slots = {}
    names = left_out(sentence)
    if names:
        slots["except"] = names
    slots |= _limits(sentence.text)
    named = deciding(sentence) and not re.search(rf"{OTHERS}|都|全部|所有", sentence.text)
    if (slots and not named) or re.search(rf"{OTHERS}(?:(?!别|不|没|再|等).){{0,6}}{DECIDE}", sentence.text):
        slots["all"] = True
    return slots


@extractor
def deciding(sentence: Sentence) -> Slots:
    """person: whose requests are decided, without those who are left out."""
    named = person(sentence).get("person")
    names = [named] if isinstance(named, str) else list(named or ())
    kept = [name for name in names if name not in left_out(sentence)]
    return {"person": kept[0] if len(kept) == 1 else kept} if kept else {}


def left_out(sentence: Sentence) -> list[str]:
    """Whom the sentence excludes: 除了李雷, 韩梅梅的先别批,其他…; unknown names as written."""
    text = sentence.text
    found: list[str] = []
    for match in _BUT.finditer(text):
        found += _names(sentence, match.start("who"), match.end("who"))
    start = 0
    others = any(re.search(rf"{OTHERS}.*{DECIDE}", clause) and not _HELD.search(clause) for clause in text.split(","))
    for clause in text.split(","):  # 其他 are those besides whoever was named apart
        if not re.search(OTHERS, clause) and (others or ("," in text and _HELD.search(clause))):
            found += [m.name for m in sentence.mentions if start <= m.start < start + len(clause)]
        start += len(clause) + 1
    return list(dict.fromkeys(found))


def _names(sentence: Sentence, start: int, end: int) -> list[str]:
    known = [m.name for m in sentence.mentions if start <= m.start < end]
    if known:
        return known
    said = re.sub(r"的.*$|^@", "", sentence.text[start:end])
    timed = any(t.start < end and start < t.end for t in sentence.tokens)
    return [piece for piece in re.split(r"和|跟|与|、", said) if piece] if said and not timed else []


def _limits(text: str) -> Slots:
    most, least = _AT_MOST.search(text), _AT_LEAST.search(text)
    if most is not None:
        days = _days(most)
        return {"max_days": tidy(days - 0.5 if most["u"] in {"少于", "小于", "低于", "不到"} else days)}
    if least is None:
        return {}
    days = _days(least)
    if re.search(HOLD, text[least.end() :].split(",", maxsplit=1)[0]):  # 3天以上的先别批 leaves those below
        return {"max_days": tidy(days if least["over"] else days - 0.5)}
    return {"min_days": tidy(days + 0.5 if least["over"] else days)}


def _days(match: re.Match[str]) -> float:
    said = next(group for group in match.groups() if group and re.fullmatch(_NUM, group))
    return 0.5 if said == "半" else number(said)


@extractor
def impossible(sentence: Sentence) -> Slots:
    """invalid_date, invalid_time: as said."""
    return dict(sentence.invalid)


@extractor
def whose(sentence: Sentence) -> Slots:
    """person: whose balance is asked about."""
    text = sentence.text
    names = [m.name for m in sentence.mentions]
    if not names and not re.search(r"我", text):
        strangers = sentence.people.strangers(text)
        names = [m.name for m in strangers if m.start == 0 or re.search(r"[查看下一问]$", text[: m.start])]
    return {"person": names[0] if len(names) == 1 else names} if names else {}


@extractor
def except_dates(sentence: Sentence) -> Slots:
    """下周一到周五年假,周三不休 → the days inside the stretch that are worked."""
    base = range_dates(sentence)
    begun, end = base.get("start_date"), base.get("end_date")
    if not begun or not end or begun == end:
        return {}
    first, last = date.fromisoformat(begun), date.fromisoformat(end)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    out: list[str] = []
    for token in sentence.tokens:
        before = sentence.text[: token.start]
        said = _NOT_THESE.match(sentence.text, token.end) or re.search(r"(?:除了?|不含|不包括)$", before)
        if not said or not isinstance(token.value, DayRef):
            continue
        out += [day.isoformat() for day in days if _meant(token.value, day, sentence.today)]
    return {"except_dates": out} if out else {}


def _meant(ref: DayRef, day: date, today: date) -> bool:
    if isinstance(ref, Weekday):
        return ref.first <= day.isoweekday() <= ref.last
    start, stop = ref.span(View(today))
    return start <= day <= stop


@extractor
def top_up(sentence: Sentence) -> Slots:
    """不够的用调休补: what is short comes from compensatory time off."""
    return {"top_up": "comp_off"} if re.search(r"不(?:够|足).{0,6}(?:调休|倒休|补休)", sentence.text) else {}
