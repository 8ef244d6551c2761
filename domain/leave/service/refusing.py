"""A wish that the balance refused, kept so that 不够的用调休补 can be said to it, when that really would do."""

from __future__ import annotations

from decimal import Decimal

from domain.kernel.errors import DomainError
from domain.kernel.tx import Tx
from domain.leave.errors import DraftClosed
from domain.leave.model import RequestRow
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import planning, stored
from domain.leave.service.drafting import close_open, draft
from domain.leave.service.planned import Plan, Wish
from domain.leave.views import DraftView, Offer
from domain.people.queries import PersonView


async def offer_top_up(
    tx: Tx, actor: PersonView, kind: LeaveKind, period: Period, reason: str | None = None
) -> Offer | None:
    """Keep the refused wish if time off in lieu would make up for what is missing; None when it would not."""
    if kind is LeaveKind.COMP_OFF:
        return None
    try:
        plan = await planning.plan(tx, actor, Wish(kind, period, LeaveKind.COMP_OFF))
    except DomainError:
        return None
    await close_open(tx, actor.id)
    row = RequestRow(id=tx.new_id("lv"), code=await tx.short_code("LV"), person=actor.id, state="refused", version=1)
    row.kind, row.unit, row.amount = kind.value, plan.policy.unit.value, Decimal(0)
    row.created_at, row.reason, row.approval = tx.now, reason, plan.policy.approval
    row.starts, row.ends, row.provisional = plan.first, plan.last, plan.provisional
    row.period, row.days = period.to_json(), []
    tx.session.add(row)
    await tx.session.flush()
    return Offer(row.id, *_other(plan))


def _other(plan: Plan) -> tuple[str, Decimal, str]:
    share = plan.shares[-1]
    return share.policy.name, share.amount, share.policy.unit.value


async def top_up(tx: Tx, actor: PersonView, request_id: str) -> DraftView:
    """The refused wish again, what is missing from time off in lieu. Raises DraftClosed and every refusal."""
    row = await stored.locked(tx, request_id, actor.id)
    if row.state != "refused":
        known = await stored.view(tx, row)
        raise DraftClosed(code=row.code, state=row.state, kind_name=known.kind_name, lines=known.lines)
    return await draft(
        tx, actor, LeaveKind(row.kind), Period.from_json(row.period), row.reason, top_up=LeaveKind.COMP_OFF
    )
