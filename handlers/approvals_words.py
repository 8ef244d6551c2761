"""What a sentence about approvals says beyond its slots: not yet, and why something is rejected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

CODE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2}-[0-9A-Za-z]{3,6})(?![A-Za-z0-9])")
YES = r"(?:同意|批|通过|准假|准了|放行)"
NO = r"(?:驳回|拒绝|退回|打回|否决)"
NOT = r"(?:别(?!的|人|处)|不要(?!紧)|不用|甭|先不|暂不|暂时不|不想|不能|不会)"
LATER = r"(?:晚点|晚些|稍后|回头|过会|待会|一会|改天|以后)"
ASKING = r"(?:要不要|该不该|能不能|可不可以|是不是)"
HOLD_YES = re.compile(
    rf"(?:{NOT}|{LATER}|{ASKING})[^，,。；;！!]{{0,6}}{YES}|不(?:太|能|会|想)?{YES}|等[^。；;]{{1,16}}再[^，,。；;]{{0,4}}{YES}"
    r"|(?:do not|don'?t|not yet)\s",
    re.IGNORECASE,
)
HOLD_NO = re.compile(
    rf"^[^，,。；;]{{0,12}}?(?:(?:{NOT}|{LATER}|{ASKING})[^，,。；;]{{0,6}}|等[^，,。；;]{{1,16}}再){NO}"
)
EXCEPT = re.compile(r"除了|除去|除开|以外|之外|除.{1,8}外")
LIMIT = re.compile(r"[天日](?:以内|以下|之内|内)|(?:不超过|少于|低于|不到)[^，,]{1,6}[天日]")
ALL_NO = re.compile(
    rf"^[^，,]{{0,10}}?(?:全部|所有|统统|一律|都|全)[^，,]{{0,4}}(?:{NO}|不批|不同意)|{NO}(?:全部|所有)"
)
SEND_BACK = re.compile(r"^[^，,]{0,10}?(?:退回|打回)")

GAP = r"[\s,，。:：;；、.-]"
VERBS = rf"(?:驳回|(?:不批准?|不予批准|拒绝|不同意|否决|打回|退回)(?={GAP}|$))"
LEAD = re.compile(rf"^(?:{VERBS}(?:了|吧)?|(?:理由|原因)(?:是|为|(?={GAP}|$))|{GAP})+")
WORD = re.compile(r"\w")


def holds_back(text: str, slots: Mapping[str, Any]) -> bool:
    """Whether 同意 is negated, put off, asked about, or limited in a way that the slots do not carry."""
    left_out = bool(slots.get("except"))
    if EXCEPT.search(text) and not left_out:
        return True
    if LIMIT.search(text) and slots.get("max_days") is None and slots.get("min_days") is None:
        return True
    return bool(HOLD_YES.search(text)) and not left_out


def holds_back_no(text: str) -> bool:
    """Whether 驳回 is negated or put off. What comes after it is a reason and may say anything."""
    return bool(HOLD_NO.search(text))


def rejects_all(text: str) -> bool:
    """全部驳回, 都不批."""
    return bool(ALL_NO.search(text))


def sends_no(text: str) -> bool:
    """Whether 驳回 is spoken of, and not 同意."""
    return bool(re.search(NO, text))


def sends_back(text: str) -> bool:
    """退回, 打回: for the applicant to change it, which is not the same as 驳回."""
    return bool(SEND_BACK.search(text))


def clean_reason(said: str) -> str:
    """A reason without 驳回, 理由 or 原因 in front; empty when nothing else was said."""
    reason = LEAD.sub("", said.strip()).strip()
    return reason if WORD.search(reason) else ""


def reason_in(slots: Mapping[str, Any], text: str, names: Collection[str]) -> str:
    """The whole reason, as it was typed; else what follows the code, name or number of the case that was said."""
    said = clean_reason(str(slots.get("reason") or ""))
    if said:
        return as_typed(said, text)
    return _after_target(str(slots.get("task") or ""), names) or _after_target(text, names)


def as_typed(reason: str, text: str) -> str:
    """The reason with the punctuation of the sentence: understanding may have made it half-width."""
    plain = unicodedata.normalize("NFKC", text)
    found = plain.find(unicodedata.normalize("NFKC", reason)) if len(plain) == len(text) else -1
    return text[found : found + len(reason)] if found >= 0 else reason


def _after_target(text: str, names: Collection[str]) -> str:
    whom = "|".join([CODE.pattern, *map(re.escape, sorted(names, key=len, reverse=True)), r"第?\d+[个件号]?"])
    found = re.match(rf"^\s*(?:{VERBS}|驳回)?\s*(?:{whom})(?:的[^\s，,:：]{{0,8}})?{GAP}+(?P<reason>.+)$", text)
    return clean_reason(found["reason"]) if found else ""
