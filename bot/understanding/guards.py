"""Before anything is decided: a negated or postponed decision is a look at what waits, never a decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.understanding.lexicon import document
from bot.understanding.types import Understood

FIRM = 2.0
_REFUSED = re.compile(
    r"(?!.*(?:别|不要|不用|没))(?:.*[^先])?(?:不批|不同意|不通过|不准|驳回|拒绝|打回|退回|否决)了?[吧,:因理原]"
)
"""不批,下周再说: refused first, what follows is the reason."""
_BOTH = re.compile(
    r"P(?:的)?(?:都|全部?)?(?:同意|批了?|批准|通过),?P(?:的)?(?:都|全部?)?(?:不同意|不批|驳回|拒绝)"
    r"|P(?:的)?(?:都|全部?)?(?:不同意|不批|驳回|拒绝),?P(?:的)?(?:都|全部?)?(?:同意|批了?|批准|通过)"
)
"""李雷的同意,韩梅梅的不同意: two decisions are taken one after the other."""
DECISIONS = {"approval.approve", "approval.reject", "offer.approve"}
KEPT = {
    "approval.withdraw", "approval.transfer", "approval.urge", "approval.add_signer", "approval.progress", "policy.qa",
    "human.handoff", "survey.create", "announcement.create", "okr.create", "okr.update", "leave.cancel",
}  # fmt: skip


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(line) for line in document("dialogue")["undecided"])


@cache
def _word(name: str) -> re.Pattern[str]:
    return re.compile(document("dialogue")[name])


def undecided(text: str, masked: str, free: Understood, held: float, pending: Mapping[str, Any] | None) -> bool:
    """Whether a decision is spoken of but not taken (别同意, 等我想想再批, 先不急 before a card)."""
    kind = (pending or {}).get("type")
    if _BOTH.search(masked):
        return True
    if free.aspect is not None or (free.intent in KEPT and held >= FIRM):
        return False
    if kind == "slot_question":
        return _keeps_question(text, pending or {})
    if kind == "approval_card" and _word("undecided_card").search(text):
        return True
    if _word("undecided_named").search(masked) and free.intent not in KEPT | {"leave.request"}:
        return True
    if not _word("decision").search(text) or _word("own_business").search(text):
        return False
    place = min((m.start() for pattern in _patterns() if (m := pattern.search(masked))), default=None)
    found = place is not None and not _REFUSED.match(masked[:place])
    about_it = free.intent in DECISIONS | {"approval.list", "todo.list"} or kind == "approval_card"
    return found and (about_it or re.search(r"同意|批|驳回|审|拒绝", text) is not None)


def _keeps_question(text: str, pending: Mapping[str, Any]) -> bool:
    """别驳回 while the reason of a rejection is asked for."""
    deciding = str(pending.get("intent", "")) in DECISIONS
    return deciding and re.match(r"(?:先|那|都)?(?:别|不要|不用|先不)(?:驳回|拒绝|同意|批)", text) is not None
