"""帮张三请假: for whom leave is asked or taken back. Names that nobody has are given as written."""

from __future__ import annotations

import re

from bot.understanding.people import Mention
from bot.understanding.slots.persons import person
from bot.understanding.slots.sentence import Sentence, Slots, extractor

_CUE = re.compile(r"(?:帮|替|代替|代|给)(?:一下|忙)?(?!帮|替)@?")
_UNIT = re.compile(r"[^,我]{1,8}的@?")
"""仓库的 before a name."""
_STRANGER = re.compile(
    r"(?:[^,我的]{1,8}的)?@?(?:工号)?(?P<who>[\u4e00-\u9fffa-z]{1,6}?|\d{3,}|e-[0-9a-z]{3,6})(?:同学|老师|师傅)?"
    r"(?=$|[,请休申提补办报撤取销批续])"
)
_NOBODY = re.compile(r"我|我们|咱们?|忙.*|请.*|个|下|一|你|您|自己|本人|孩子|小孩|班|个忙|一个|点|些|吧|了|钱")
_PRONOUN = re.compile(r"[他她它]|ta")
_LEAVE = re.compile(r"请|休|假|申请")
_TAKEN = re.compile(r"请|休|申请|撤|取消|销|批|续")
_INSTEAD = re.compile(r"(?:不对|错了|不是[^,]{1,6})?,?(?:应该)?(?:是|改成|改为|换成|换为|改)(?:帮|替|给)?@?")
_ENDS = re.compile(r"(?:的|请|休|吧|的吧)?")
_AND = re.compile(r"和|跟|与|及|、|,|还有|以及")
_THEIRS = re.compile(
    r"(?:同学|老师|师傅)?(?:说|想要?|需要|要|得|也|生病了?|病了|发烧了?|感冒了?|不舒服|身体不舒服|家里有事|有事|来不了了?|上不了班|"
    r",)*(?:请(?!问|教)|休(?!息)|来不了|上不了班|不来了)"
)
"""黄磊明天请病假: what may stand between a name in front and the wish, days left out."""


@extractor
def on_behalf(sentence: Sentence) -> Slots:
    """person: for whom leave is asked, when it is not for oneself; a list when several are named."""
    cues = list(_CUE.finditer(sentence.text))
    found = [named for cue in cues if (named := _named(sentence, cue.end()))] or [
        _in_front(sentence) or _instead(sentence)
    ]
    if found[0]:
        return _people(found[0])
    said = next((who for cue in cues if (who := _as_written(sentence, cue.end()))), None)
    if said and _PRONOUN.fullmatch(said) and len({m.name for m in sentence.mentions}) == 1:
        return {"person": sentence.mentions[0].name}
    return {"person": said} if said else {}


@extractor
def behalf_or_named(sentence: Sentence) -> Slots:
    """person: whose leave is taken back, 帮张三撤回 as well as 撤回张三的."""
    return on_behalf(sentence) or person(sentence)


def _named(sentence: Sentence, at: int) -> list[str]:
    """Colleagues right behind a cue, or behind 仓库的."""
    text = sentence.text
    unit = _UNIT.match(text, at)
    first = next((m for m in sentence.mentions if m.start in {at, unit.end() if unit else at}), None)
    if first is None or not _LEAVE.search(text, first.end):
        return []
    return [m.name for m in _joined(sentence, first)]


def _joined(sentence: Sentence, first: Mention) -> list[Mention]:
    """黄磊和孙浩: the names that follow one another."""
    found = [first]
    for mention in sentence.mentions:
        if mention.start >= found[-1].end and _AND.fullmatch(sentence.text[found[-1].end : mention.start]):
            found.append(mention)
    return found


def _in_front(sentence: Sentence) -> list[str]:
    """黄磊明天请一天病假."""
    first = next((m for m in sentence.mentions if m.start == 0), None)
    if first is None:
        return []
    people = _joined(sentence, first)
    at = people[-1].end
    rest = "".join(
        sign
        for place, sign in enumerate(sentence.text[at:], at)
        if not any(token.start <= place < token.end for token in sentence.tokens)
    )
    return [m.name for m in people] if _THEIRS.match(rest) else []


def _instead(sentence: Sentence) -> list[str]:
    """改成李雷: the colleagues at the end of a correction of nothing else."""
    said = _INSTEAD.match(sentence.text)
    first = next((m for m in sentence.mentions if said is not None and m.start == said.end()), None)
    people = _joined(sentence, first) if first is not None else []
    return [m.name for m in people] if people and _ENDS.fullmatch(sentence.text, people[-1].end) else []


def _as_written(sentence: Sentence, at: int) -> str | None:
    text = sentence.text
    stop = min((token.start for token in sentence.tokens if token.start > at), default=len(text))
    if not _TAKEN.search(text, at):
        return None
    found = _STRANGER.match(text[:stop] + ("" if stop == len(text) else ","), at)
    return found["who"] if found and not _NOBODY.fullmatch(found["who"]) else None


def _people(names: list[str]) -> Slots:
    unique = list(dict.fromkeys(names))
    return {"person": unique[0] if len(unique) == 1 else unique}
