"""What people, HR and the clock do with leave; one function for each thing. None commits."""

from domain.leave.service.acting import check_may_fill, is_above, looks_after
from domain.leave.service.adjusting import (
    adjust_confirm,
    adjust_decide,
    adjust_draft,
    adjust_drop,
    close_adjustments,
    may_adjust,
    sees_balances,
)
from domain.leave.service.cancelling import cancel_confirm, cancel_decide, cancel_draft, cancel_drop
from domain.leave.service.certificates import Paper, attach_certificate, open_certificate, wanting_papers
from domain.leave.service.deciding import Decision, decide, tell_outcome, withdraw
from domain.leave.service.drafting import check_draft, close_open, discard, draft, draft_for, is_over, redraft
from domain.leave.service.granting import Credit, credit, expire_lots, grant_person, grant_year
from domain.leave.service.planned import Wish
from domain.leave.service.policies import load_policy, set_policy
from domain.leave.service.recounting import recount_person, recount_year
from domain.leave.service.refusing import offer_top_up, top_up
from domain.leave.service.reminding import hint_forfeits, warn_expiring, warn_missing_proof
from domain.leave.service.settling import carry, close_settlements, open_settlements, waive
from domain.leave.service.submitting import submit

__all__ = [
    "Credit",
    "Decision",
    "Paper",
    "Wish",
    "adjust_confirm",
    "adjust_decide",
    "adjust_draft",
    "adjust_drop",
    "attach_certificate",
    "cancel_confirm",
    "cancel_decide",
    "cancel_draft",
    "cancel_drop",
    "carry",
    "check_draft",
    "check_may_fill",
    "close_adjustments",
    "close_open",
    "close_settlements",
    "credit",
    "decide",
    "discard",
    "draft",
    "draft_for",
    "expire_lots",
    "grant_person",
    "grant_year",
    "hint_forfeits",
    "is_above",
    "is_over",
    "load_policy",
    "looks_after",
    "may_adjust",
    "offer_top_up",
    "open_certificate",
    "open_settlements",
    "recount_person",
    "recount_year",
    "redraft",
    "sees_balances",
    "set_policy",
    "submit",
    "tell_outcome",
    "top_up",
    "waive",
    "wanting_papers",
    "warn_expiring",
    "warn_missing_proof",
    "withdraw",
]
