"""Slots from word lists: kinds, types, metrics, departments, anonymous."""

from __future__ import annotations

import re

from bot.understanding import lexicon
from bot.understanding.slots.sentence import EXTRACTORS, Extractor, Sentence, Slots, extractor

PLAIN = {
    "shift": "shift",
    "direction": "direction",
    "compensation": "compensation",
    "transport": "transport",
    "kind": "kind",
    "metric": "metric",
    "report_metric": "metric",
    "payslip_item": "item",
    "social_item": "item",
    "category": "category",
    "certificate_type": "type",
    "directory_field": "field",
    "profile_field": "field",
    "interview_result": "result",
    "mode": "mode",
    "round": "round",
    "okr_status": "status",
    "survey_metric": "metric",
    "audience": "audience",
    "department": "department",
}


def _plain(group: str, slot: str) -> Extractor:
    def extract(sentence: Sentence) -> Slots:
        found = lexicon.value(group, sentence.text)
        return {slot: found} if found else {}

    return extract


for _group, _slot in PLAIN.items():
    EXTRACTORS[_group] = _plain(_group, _slot)


@extractor
def leave_type(sentence: Sentence) -> Slots:
    """The kind of leave; a kind by name beats one guessed from a reason."""
    text = sentence.text
    found = lexicon.value("leave_named", text) or lexicon.value("leave_type", text)
    return {"leave_type": found} if found else {}


@extractor
def department_bare(sentence: Sentence) -> Slots:
    """A department, when it is not the field asked for."""
    found = lexicon.value("department", sentence.text)
    return {"department": found} if found else {}


@extractor
def all_(sentence: Sentence) -> Slots:
    """Everything at once."""
    said = re.search(
        r"全部|所有|都(?:同意|批|通过|过|给|驳回|拒绝|不批|不同意)|统统|一键|全都|全(?:同意|批|通过|过|驳回)|批量|一次性|一起批",
        sentence.text,
    )
    return {"all": True} if said else {}


@extractor
def anonymous(sentence: Sentence) -> Slots:
    """Anonymous or, said so, by name."""
    if re.search(r"实名|不匿名|不用匿名|署名|别匿名", sentence.text):
        return {"anonymous": False}
    return (
        {"anonymous": True}
        if re.search(r"匿名|不署名|别(?:署名|写我名)|不(?:要|想)?(?:透露|留)(?:我|姓)?名", sentence.text)
        else {}
    )


@extractor
def language(sentence: Sentence) -> Slots:
    """en or zh."""
    both = re.search(r"中英", sentence.text)
    found = "zh-en" if both else lexicon.value("language", sentence.text)
    return {"language": found} if found else {}


@extractor
def enroll_action(sentence: Sentence) -> Slots:
    """action=cancel."""
    return (
        {"action": "cancel"} if re.search(r"取消|退课|退掉|退出|不去|不参加|不想上|不上了|撤销", sentence.text) else {}
    )


@extractor
def regularize(sentence: Sentence) -> Slots:
    """action=regularize."""
    return {"action": "regularize"} if "转正" in sentence.text else {}


@extractor
def carry(sentence: Sentence) -> Slots:
    """What happens to leave left over: carry it over or waive it."""
    return {"choice": "waive" if re.search(r"放弃|不要了|不休了", sentence.text) else "carry"}
