"""A draft: what the person asked for, counted and checked, shown before anything is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from domain.approvals import service as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave import queries
from domain.leave.errors import DraftClosed
from domain.leave.model import RequestRow
from domain.leave.rules.period import Period
from domain.leave.rules.policy import LeaveKind, Unit
from domain.leave.service import acting, planning, stored
from domain.leave.service.planned import Plan, Wish
from domain.leave.views import Colleagues, DraftView, Ground
from domain.people import queries as people
from domain.people.queries import PersonView

NAMES_SHOWN = 3
DRAFT, REFUSED = "draft", "refused"


async def draft(
    tx: Tx,
    actor: PersonView,
    kind: LeaveKind,
    period: Period,
    reason: str | None = None,
    top_up: LeaveKind | None = None,
) -> DraftView:
    """Make a draft; an older one of the same asker is replaced. Raises every refusal a request can meet."""
    return await draft_for(tx, actor, actor, Wish(kind, period, top_up), reason)


async def draft_for(tx: Tx, actor: PersonView, person: PersonView, wish: Wish, reason: str | None = None) -> DraftView:
    """The same, asked by the actor for this person. Raises OnlyForYourself, HasAccount, NotHereThen as well."""
    plan = await _planned(tx, actor.id, person, wish)
    await close_open(tx, actor.id)
    row = await new_row(tx, actor.id, person.id, DRAFT)
    row.reason, row.top_up = _clean(reason), wish.top_up.value if wish.top_up else None
    _fill(row, plan, wish.period)
    tx.session.add(row)
    await tx.session.flush()
    await tx.audit("leave.draft", row.id, kind=wish.kind.value, **whom(row))
    return await show(tx, person, row, plan)


async def new_row(tx: Tx, asker: PersonId, person: PersonId, state: str) -> RequestRow:
    """A request of this person, asked for by themselves or by somebody in their place."""
    row = RequestRow(id=tx.new_id("lv"), code=await tx.short_code("LV"), person=person, state=state, version=1)
    row.filled_by, row.created_at = None if asker == person else asker, tx.now
    return row


def whom(row: RequestRow) -> dict[str, str]:
    """For the audit: for whom somebody else asked."""
    return {"person": row.person, "filled_by": row.filled_by} if row.filled_by else {}


async def _planned(tx: Tx, actor: PersonId, person: PersonView, wish: Wish) -> Plan:
    """The plan of a wish for this person. Raises every refusal a request can meet, and those of asking for others."""
    await acting.check_may_fill(tx, actor, person)
    if actor != person.id:
        acting.check_here(person, wish.period.start, wish.period.end or wish.period.start)
    with acting.about(person, actor):
        plan = await planning.plan(tx, person, wish)
    if actor != person.id:
        acting.check_here(person, plan.first, plan.last)
    return plan


async def redraft(
    tx: Tx, actor: PersonView, request_id: str, kind: LeaveKind, period: Period, reason: str | None = None
) -> DraftView:
    """The same draft corrected (不对，是周四). Raises DraftClosed and every refusal a request can meet."""
    row = await open_draft(tx, actor.id, request_id)
    before = (row.kind, list(row.days), row.reason)
    top_up = LeaveKind(row.top_up) if row.top_up and row.kind == kind.value else None
    person = await owner_of(tx, actor, row)
    plan = await _planned(tx, actor.id, person, Wish(kind, period, top_up, row.id))
    row.version += 1
    row.reason = _clean(reason) or row.reason
    _fill(row, plan, period)
    await tx.session.flush()
    after = (row.kind, list(row.days), row.reason)
    names = ("kind", "time", "reason")
    changed = tuple(name for name, old, new in zip(names, before, after, strict=True) if old != new)
    return replace(await show(tx, person, row, plan), changed=changed)


async def owner_of(tx: Tx, actor: PersonView, row: RequestRow) -> PersonView:
    """Whose request it is."""
    return actor if row.person == actor.id else await people.person(tx, PersonId(row.person))


async def discard(tx: Tx, actor: PersonView, request_id: str) -> str:
    """Drop a draft, or a refused wish; its code. Raises DraftClosed."""
    row = await open_draft(tx, actor.id, request_id, REFUSED)
    row.state = "withdrawn"
    await tx.session.flush()
    return row.code


async def check_draft(tx: Tx, actor: PersonView, request_id: str) -> None:
    """Raises DraftClosed when the draft is none any more."""
    await open_draft(tx, actor.id, request_id)


async def is_over(tx: Tx, actor: PersonView, request_id: str) -> bool:
    """Whether nothing came of it: corrections then begin a new draft. Raises RequestUnknown, NotYourRequest."""
    return (await stored.locked(tx, request_id, actor.id)).state in {REFUSED, "expired", "withdrawn"}


async def open_draft(tx: Tx, asker: PersonId, request_id: str, *also: str) -> RequestRow:
    """The asker's draft, locked. Raises RequestUnknown, NotYourRequest, DraftClosed which says how things stand."""
    row = await stored.locked(tx, request_id, asker)
    if row.state not in {DRAFT, *also}:
        known = await stored.view(tx, row)
        raise DraftClosed(code=row.code, state=row.state, kind_name=known.kind_name, lines=known.lines)
    return row


def form(row: RequestRow, plan: Plan, kind_name: str) -> dict[str, Any]:
    """What the approval definition's conditions ask about, by its form keys."""
    return {"days": length_in_days(plan), "leave_type": kind_name, "code": row.code}


def length_in_days(plan: Plan) -> Decimal:
    """The length an approval definition judges by: days, hours ÷ the policy's standard day."""
    if plan.days_off is not None:
        return plan.days_off
    length = Decimal(0)
    for share in plan.shares:
        hourly = share.policy.unit is Unit.HOUR
        length += share.amount / share.policy.standard_hours if hourly else share.amount
    return length.quantize(Decimal("0.01"))


async def show(tx: Tx, person: PersonView, row: RequestRow, plan: Plan) -> DraftView:
    """The draft as its asker sees it, with who decides and who else is away."""
    seen = (await stored.view(tx, row)).read_by(PersonId(row.filled_by or row.person))
    base = stored.drafted(seen, plan)
    asked = form(row, plan, base.kind_name)
    steps = await approvals.preview(tx, row.approval, person.id, asked)
    return DraftView(
        **vars(base),
        approvers=tuple("/".join(name for _, name in step.people) for step in steps if step.people),
        colleagues=await _colleagues(tx, person.id, plan.first, plan.last),
        warnings=plan.cautions,
        ground=_ground(plan),
    )


def _fill(row: RequestRow, plan: Plan, period: Period) -> None:
    row.kind, row.unit, row.amount = plan.policy.kind.value, plan.policy.unit.value, plan.amount
    row.approval, row.proof_due = plan.policy.approval, plan.proof_due
    row.starts, row.ends, row.provisional = plan.first, plan.last, plan.provisional
    row.period, row.days = period.to_json(), stored.to_json(plan)


def _ground(plan: Plan) -> Ground | None:
    law = plan.law
    return Ground(law.place, law.days, law.note, law.source, law.confirmed) if law else None


async def _colleagues(tx: Tx, person: PersonId, first: date, last: date) -> Colleagues:
    away = await queries.colleagues_away(tx, person, first, last)
    names = tuple(dict.fromkeys(each.name for each in away))
    return Colleagues(names[:NAMES_SHOWN], len(names))


async def close_open(tx: Tx, asker: PersonId) -> int:
    """A new wish closes older drafts and refused wishes: their cards offer nothing any more. How many there were."""
    asked = func.coalesce(RequestRow.filled_by, RequestRow.person)
    older = list(
        await tx.session.scalars(
            select(RequestRow)
            .where(asked == asker, RequestRow.state.in_((DRAFT, REFUSED)))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    for row in older:
        refused, row.state = row.state == REFUSED, "expired"
        await tx.session.flush()
        shown = (await stored.view(tx, row)).read_by(asker)
        await tx.notify(asker, "leave.short_closed" if refused else "leave.request", key=row.id, request=shown)
    return len(older)


def _clean(reason: str | None) -> str | None:
    return (reason or "").strip()[:500] or None
