"""Slots of numbers: amounts, counts, points, scores, progress."""

from __future__ import annotations

import re

from bot.understanding import amounts
from bot.understanding.numbers import number, tidy
from bot.understanding.slots.sentence import Sentence, Slots, extractor


def _value(text: str | None) -> float | None:
    try:
        return number(text) if text else None
    except ValueError:
        return None


@extractor
def amount(sentence: Sentence) -> Slots:
    """Yuan."""
    found = amounts.money(sentence.text, sentence.spans)
    return {"amount": found} if found else {}


@extractor
def count(sentence: Sentence) -> Slots:
    """How many copies."""
    found = amounts.count(sentence.text)
    return {"count": found} if found else {}


@extractor
def points(sentence: Sentence) -> Slots:
    """Points given."""
    found = amounts.followed(sentence.text, "积分|分")
    return {"points": found} if found else {}


@extractor
def redeem(sentence: Sentence) -> Slots:
    """What points are exchanged for, how many points, how many pieces."""
    text = sentence.text
    slots: Slots = {}
    spent = amounts.followed(text, "积分|分")
    if spent:
        slots["points"] = spent
    match = re.search(
        r"(?:兑换|换|兑)(?:成|取|一下)?(?P<c>\d+|[一二两三四五六七八九十俩])?(?:个|张|本|只|杯|件|份|台|条|盒|瓶|套|双|副|把|箱|袋)?(?P<i>[一-龥a-z]{1,8})",
        text,
    )
    if match is None:
        match = re.search(
            r"(?:把|将|要)(?P<c>\d+|[一二两三四五六七八九十])?(?:个|张|本|只|杯|件|份)?(?P<i>[一-龥a-z]{1,8}?)(?:兑换|换|兑)",
            text,
        )
    if match is None:
        return slots
    item = re.sub(r"(?:吗|呢|吧|了|什么.*|啥.*|哪些.*|礼品|商品|商城|东西|积分.*|一下|兑换.*)$", "", match["i"])
    if item:
        slots["item"] = item
        found = _value(match["c"])
        if found:
            slots["count"] = tidy(found)
    return slots


@extractor
def score(sentence: Sentence) -> Slots:
    """A mark given."""
    match = re.search(
        r"(?<![\d.])(\d{1,3}(?:\.\d)?|[一二三四五六七八九十]{1,3})分(?!钟|之)|(?:打|给|选|评|评分|自评)(\d{1,3}(?:\.\d)?)(?![\d点:号月天])|^(\d{1,3}(?:\.\d)?)$",
        sentence.text,
    )
    found = _value(next((g for g in match.groups() if g), None)) if match else None
    return {"score": tidy(found)} if found is not None else {}


@extractor
def progress(sentence: Sentence) -> Slots:
    """0–100."""
    found = amounts.percent(sentence.text)
    if found is None and re.search(
        r"(?<!未|没)(?:已经?|全部|都)(?:完成|做完|搞定|达成)|(?:完成|做完|搞定|达成)了?$", sentence.text
    ):
        found = 100
    if found is None:
        match = re.search(
            r"(?:进度|完成|更新)(?:度|率)?(?:到了?|为|是|改成|改为|至|:)?(\d{1,3})(?![\d点号月])", sentence.text
        )
        found = float(match[1]) if match else None
    return {"progress": tidy(float(found))} if found is not None else {}


@extractor
def kr(sentence: Sentence) -> Slots:
    """Which key result."""
    match = re.search(
        r"kr\s*(\d|[一二三四五六七八九])|第(\d|[一二三四五六七八九])(?:个|条)?(?:kr|关键结果)|关键结果(\d|[一二三四五六七八九])",
        sentence.text,
    )
    found = _value(next((g for g in match.groups() if g), None)) if match else None
    return {"kr": int(found)} if found else {}


@extractor
def objective_no(sentence: Sentence) -> Slots:
    """Which objective."""
    match = re.search(
        r"(?<![a-z])o\s*(\d)|目标\s*(\d|[一二三四五六七八九])|第(\d|[一二三四五六七八九])个?(?:目标|o(?![a-z]))",
        sentence.text,
    )
    found = _value(next((g for g in match.groups() if g), None)) if match else None
    return {"objective_no": int(found)} if found else {}
