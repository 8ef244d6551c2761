"""What people do with approvals, and what the clock does.

Every change takes the case's row lock first, so two presses at once are two presses one after the other.
"""

from domain.approvals.definitions import load_company, publish
from domain.approvals.proxies import appoint, dismiss
from domain.approvals.service.clockwork import run_due
from domain.approvals.service.deciding import Given, add_after, agree, check_turn, reject, withdraw
from domain.approvals.service.handing import add_before, add_beside, delegate, drop_added, transfer
from domain.approvals.service.leavers import hand_over_departed, reassign_departed
from domain.approvals.service.migrating import Migration, migrate_preview
from domain.approvals.service.opening import StepPreview, open_case, preview
from domain.approvals.service.returning import resubmit, send_back, take_back
from domain.approvals.service.reversing import (
    abandon_child,
    child_decided,
    effect_failed,
    reverse,
    reverse_decided,
    run_effect,
)
from domain.approvals.service.ruling import reassign, skip, terminate
from domain.approvals.service.telling import comment, copy_to, remind_waiting, urge
from domain.approvals.views import CaseView

__all__ = [
    "CaseView",
    "Given",
    "Migration",
    "StepPreview",
    "abandon_child",
    "add_after",
    "add_before",
    "add_beside",
    "agree",
    "appoint",
    "check_turn",
    "child_decided",
    "comment",
    "copy_to",
    "delegate",
    "dismiss",
    "drop_added",
    "effect_failed",
    "hand_over_departed",
    "load_company",
    "migrate_preview",
    "open_case",
    "preview",
    "publish",
    "reassign",
    "reassign_departed",
    "reject",
    "remind_waiting",
    "resubmit",
    "reverse",
    "reverse_decided",
    "run_due",
    "run_effect",
    "send_back",
    "skip",
    "take_back",
    "terminate",
    "transfer",
    "urge",
    "withdraw",
]
