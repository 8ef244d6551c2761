"""Soft slots: free text other than reasons, and values of records."""

from __future__ import annotations

import re

from bot.understanding.slots.sentence import Sentence, Slots, extractor


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
