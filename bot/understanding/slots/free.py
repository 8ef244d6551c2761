"""Soft slots: reasons and other free text, and values of records."""

from __future__ import annotations

import re

from bot.understanding.slots.sentence import Sentence, Slots, extractor

_BECAUSE = re.compile(
    r"(?:因为|由于|(?:理由|原因|事由|说明)(?:改成|改为|换成|写成|写|填|是|为)?)[:,]?(?P<r>[^,;!?]{2,40})"
)
_CLAUSE = re.compile(r"[,;!?]")
_NOISE = re.compile(
    r"请假|请个|休假|年假|事假|病假|调休|打卡|补卡|加班|出差|外出|居家|在家办公|谢谢|麻烦|帮我|批准|审批|可以吗|行吗|好吗|申请|^我想|^想|补一下|驳回|不同意|拒绝|^我要"
)

_FILL = re.compile(r"[从到起的我想要有大概左右在了吧和、与至就那]|开始|早上|上班|下班|走的|到的|离开")
_REFUSAL = re.compile(r"驳回|拒绝|不(?:能|可以)?(?:同意|批准?|行|准|通过)|打回|退回|否决|不予|拒了|reject|这个")


@extractor
def reason(sentence: Sentence) -> Slots:
    """The clause that says why."""
    match = _BECAUSE.search(sentence.text)
    if match:
        return {"reason": match["r"]}
    spans = sentence.spans
    best = ""
    for clause, start in _clauses(sentence.text):
        rest = "".join(c for i, c in enumerate(clause, start) if not any(a <= i < b for a, b in spans))
        rest = _FILL.sub("", rest)
        if len(rest) >= 3 and not _NOISE.search(clause) and len(rest) > len(best):
            best = clause
    return {"reason": best} if best else {}


def _clauses(text: str) -> list[tuple[str, int]]:
    out, start = [], 0
    for match in _CLAUSE.finditer(text):
        out.append((text[start : match.start()], start))
        start = match.end()
    return [*out, (text[start:], start)]


@extractor
def reject_reason(sentence: Sentence) -> Slots:
    """Why a request is refused."""
    match = _BECAUSE.search(sentence.text)
    if match:
        return {"reason": match["r"]}
    for clause, _ in _clauses(sentence.text):
        if len(clause) >= 3 and not _REFUSAL.search(clause):
            return {"reason": clause}
    return {}


@extractor
def praise(sentence: Sentence) -> Slots:
    """What somebody is thanked for."""
    clauses = [
        c for c, _ in _clauses(sentence.text) if len(c) >= 3 and not re.search(r"点(?:个)?赞|积分|匿名|表扬|送|奖励", c)
    ]
    return {"reason": clauses[-1]} if clauses else {}


@extractor
def choice(sentence: Sentence) -> Slots:
    """An option of a survey."""
    match = re.search(r"选([a-e])(?![a-z])|^([a-e])$", sentence.text)
    return {"choice": (match[1] or match[2]).upper()} if match else {}


_VALUE = re.compile(
    r"(?:改成|改为|换成|变成|更新为|更新成|修改为|修改成|是|为|变更为|更改为|改到|:|搬到了?|搬去|成)(?P<v>[^,;!?]+?)(?:了|吧|,|$)"
)


@extractor
def value(sentence: Sentence) -> Slots:
    """The new value of a field of the own record, as written."""
    number = re.search(r"(?<!\d)(\d{7,19})(?!\d)", sentence.text)
    mail = re.search(r"[a-z0-9._+-]+@[a-z0-9-]+\.[a-z0-9.]+", sentence.text)
    if mail or number:
        return {"value": (mail or number)[0]}  # type: ignore[index]
    match = _VALUE.search(sentence.text)
    if match and len(match["v"]) >= 2:
        return {"value": match["v"]}
    status = re.search(r"已婚|未婚|离异|离婚|本科|硕士|研究生|博士|大专|专科|高中", sentence.text)
    return {"value": status[0]} if status else {}


@extractor
def objective(sentence: Sentence) -> Slots:
    """The words of an objective."""
    match = re.search(r"[:,](?P<o>.{3,})$", sentence.text)
    return {"objective": match["o"]} if match else {}


@extractor
def course(sentence: Sentence) -> Slots:
    """The name of a course or exam."""
    match = re.search(
        r"(?:取消报名|报名|报|参加|上|学|考|取消|退)(?:一下|个|这个)?(?P<c>[一-龥a-z]{2,12}?)(?:的?(?:培训|课程|课|考试|认证)|$)",
        sentence.text,
    )
    return {"course": match["c"]} if match else {}
