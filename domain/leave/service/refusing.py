"""A wish that the balance refused, kept so that 不够的用调休补 can be said to it, when that really would do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domain.kernel.errors import DomainError
from domain.kernel.tx import Tx
from domain.leave.errors import DraftClosed
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind
from domain.leave.service import planning, stored
from domain.leave.service.drafting import REFUSED, close_open, draft_for, new_row, owner_of
from domain.leave.service.planned import Plan, Wish
from domain.leave.views import DraftView, Offer
from domain.people.queries import PersonView


async def offer_top_up(
    tx: Tx, actor: PersonView, person: PersonView, wish: Wish, reason: str | None = None
) -> Offer | None:
    """Keep the refused wish if time off in lieu would make up for what is missing; None when it would not."""
    if wish.kind is LeaveKind.COMP_OFF:
        return None
    try:
        plan = await planning.plan(tx, person, replace(wish, top_up=LeaveKind.COMP_OFF))
    except DomainError:
        return None
    await close_open(tx, actor.id)
    row = await new_row(tx, actor.id, person.id, REFUSED)
    row.kind, row.unit, row.amount = wish.kind.value, plan.policy.unit.value, Decimal(0)
    row.reason, row.approval = reason, plan.policy.approval
    row.starts, row.ends, row.provisional = plan.first, plan.last, plan.provisional
    row.period, row.days = wish.period.to_json(), []
    tx.session.add(row)
    await tx.session.flush()
    return Offer(row.id, *_other(plan))


def _other(plan: Plan) -> tuple[str, Decimal, str]:
    share = plan.shares[-1]
    return share.policy.name, share.amount, share.policy.unit.value


async def top_up(tx: Tx, actor: PersonView, request_id: str) -> DraftView:
    """The refused wish again, what is missing from time off in lieu. Raises DraftClosed and every refusal."""
    row = await stored.locked(tx, request_id, actor.id)
    if row.state != REFUSED:
        known = await stored.view(tx, row)
        raise DraftClosed(code=row.code, state=row.state, kind_name=known.kind_name, lines=known.lines)
    wish = Wish(LeaveKind(row.kind), Period.from_json(row.period), LeaveKind.COMP_OFF)
    return await draft_for(tx, actor, await owner_of(tx, actor, row), wish, row.reason)
