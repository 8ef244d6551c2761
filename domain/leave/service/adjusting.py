"""A balance changed by HR, with a reason; a second person agrees where the policy says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from domain.approvals import service as approvals
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.leave.errors import (
    AccountUnknown,
    AdjustmentClosed,
    AdjustmentUnknown,
    AmountMissing,
    AmountOffStep,
    BelowZero,
    NotPermitted,
    NotYourOwn,
    ReasonMissing,
    UnitWrong,
)
from domain.leave.model import AdjustmentRow
from domain.leave.rules.balance import EntryKind, allocate, lots, standing
from domain.leave.rules.entitlement import lot_end
from domain.leave.rules.policy import LeaveKind, Policies, TypePolicy, Unit
from domain.leave.service import ledger, naming
from domain.leave.service.deciding import Decision
from domain.leave.service.ledger import Because, NewLot
from domain.leave.service.policies import policies, type_policy
from domain.leave.views import AdjustmentView
from domain.org import queries as org
from domain.people import queries as people
from domain.people.queries import PersonView


@dataclass(frozen=True)
class Change:
    """What HR wants changed: whose balance of which type, by how much (signed, in the type's unit), and why.

    `unit` is what was said, where it was; `clears` takes all there is, whatever the step.
    """

    person: PersonId
    kind: LeaveKind
    amount: Decimal
    reason: str
    unit: Unit | None = None
    clears: bool = False


async def adjust_draft(tx: Tx, actor: PersonView, change: Change) -> AdjustmentView:
    """Prepare a change; an older draft of the same author is closed. Raises NotPermitted, NotYourOwn, AmountMissing,
    UnitWrong, AmountOffStep, ReasonMissing, AccountUnknown, BelowZero."""
    await may_adjust(tx, actor.id)
    policy = await type_policy(tx, change.kind, tx.today)
    _check(actor, change, policy)
    await _enough(tx, change.person, policy, change.amount)
    await close_adjustments(tx, actor.id)
    row = AdjustmentRow(
        id=tx.new_id("la"),
        code=await tx.short_code("LA"),
        person=change.person,
        account=policy.accounts[-1],
        amount=change.amount,
        reason=change.reason.strip()[:500],
        state="draft",
        by=actor.id,
        created_at=tx.now,
    )
    tx.session.add(row)
    await tx.session.flush()
    return await view(tx, row.id)


def _check(actor: PersonView, change: Change, policy: TypePolicy) -> None:
    if change.person == actor.id:
        raise NotYourOwn()
    if not policy.accounts:
        raise AccountUnknown(account=policy.name)
    if not change.amount:
        raise AmountMissing()
    if change.unit not in {None, policy.unit}:
        raise UnitWrong(account=policy.name, unit=policy.unit.value)
    if change.amount % policy.step and not change.clears:
        raise AmountOffStep(account=policy.name, step=policy.step, unit=policy.unit.value)
    if not change.reason.strip():
        raise ReasonMissing()


async def close_adjustments(tx: Tx, author: PersonId) -> int:
    """A new wish closes the author's older drafts: their cards offer nothing any more. How many there were."""
    older = list(
        await tx.session.scalars(
            select(AdjustmentRow)
            .where(AdjustmentRow.by == author, AdjustmentRow.state == "draft")
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    for row in older:
        row.state = "expired"
        await tx.session.flush()
        shown = await view(tx, row.id)
        await tx.notify(author, "leave.adjustment", key=row.id, adjustment=shown, reason=None)
    return len(older)


async def adjust_confirm(tx: Tx, actor: PersonView, adjustment_id: str) -> AdjustmentView:
    """Book it, or put it before a second person. Raises AdjustmentUnknown, AdjustmentClosed, NotPermitted."""
    row = await _draft(tx, actor, adjustment_id)
    company = await policies(tx, tx.today)
    general = company.general
    if general.adjustment_approval and abs(row.amount) > general.adjust_two_person_above:
        row.state = "in_approval"
        await tx.session.flush()
        account = company.accounts[row.account]
        who = (await people.names(tx, [PersonId(row.person)]))[PersonId(row.person)]
        await approvals.open_case(
            tx,
            definition=general.adjustment_approval,
            applicant=actor.id,
            subject=row.id,
            form=_form(row, account.name),
            label=f"{who} {general.adjust_name} {account.name} {'+' if row.amount > 0 else ''}"
            f"{naming.amount(general, row.amount, account.unit.value)}",
        )
    else:
        await adjust_book(tx, row.id, actor.id)
    await tx.audit("leave.adjust", row.id, person=row.person, account=row.account, amount=str(row.amount))
    return await view(tx, row.id)


async def adjust_drop(tx: Tx, actor: PersonView, adjustment_id: str) -> AdjustmentView:
    """Change nothing. Raises AdjustmentUnknown, AdjustmentClosed, NotPermitted."""
    row = await _draft(tx, actor, adjustment_id)
    row.state = "dropped"
    await tx.session.flush()
    return await view(tx, row.id)


async def adjust_decide(tx: Tx, adjustment_id: str, decision: Decision) -> None:
    """The second person's word."""
    row = await _locked(tx, adjustment_id)
    if row.state != "in_approval":
        return
    if decision.outcome == "approved":
        try:
            async with tx.session.begin_nested():
                await adjust_book(tx, row.id, decision.by)
        except BelowZero:  # used up while it waited; HR is told, the worker does not try for ever
            row.state, row.decided_at = "short", tx.now
    else:
        row.state, row.decided_at = "rejected", tx.now
    await tx.session.flush()
    await tx.audit(f"leave.adjust_{decision.outcome}", row.id, by=decision.by)
    shown = await view(tx, row.id)
    await tx.notify(PersonId(row.by), "leave.adjustment", key=row.id, adjustment=shown, reason=decision.reason)


async def adjust_book(tx: Tx, adjustment_id: str, second: PersonId | None) -> None:
    """The entry in the ledger: up opens a lot, down takes from the lots that end first. Raises BelowZero."""
    row = await _locked(tx, adjustment_id)
    person = PersonId(row.person)
    company = await policies(tx, tx.today)
    policy = _type_of(company, row.account)
    await ledger.lock(tx, person, policy.accounts)
    names = await people.names(tx, [PersonId(row.by), *([second] if second else [])])
    facts = {"code": row.code, "by": names.get(PersonId(row.by), ""), "second": names.get(second, "") if second else ""}
    because = Because("adjusted", facts, None, row.reason, adjusts=True)
    if row.amount > 0:
        account = company.accounts[row.account]
        lot = NewLot(row.account, row.amount, tx.today, lot_end(account, tx.today), account.carry)
        await ledger.grant(tx, person, lot, row.id, because)
    else:
        stock = lots(await ledger.entries(tx, person, policy.accounts))
        parts = allocate(stock, [(tx.today, -row.amount)], tuple(reversed(policy.accounts)))
        if parts is None:
            left = standing(await ledger.entries(tx, person, policy.accounts), tx.today).available
            raise BelowZero(left=left, asked=-row.amount, unit=policy.unit.value)
        await ledger.book(tx, person, EntryKind.ADJUST, ledger.negated(parts), row.id, because)
    row.state, row.decided_at = "booked", tx.now
    await tx.session.flush()
    await tx.notify(person, "leave.adjusted", adjustment=await view(tx, row.id))


async def view(tx: Tx, adjustment_id: str) -> AdjustmentView:
    """Raises AdjustmentUnknown."""
    row = await tx.session.get(AdjustmentRow, adjustment_id)
    if row is None:
        raise AdjustmentUnknown()
    company = await policies(tx, tx.today)
    policy, account = _type_of(company, row.account), company.accounts[row.account]
    names = await people.names(tx, [PersonId(row.person), PersonId(row.by)])
    entries = await ledger.entries(tx, PersonId(row.person), policy.accounts)
    return AdjustmentView(
        id=row.id,
        code=row.code,
        person=PersonId(row.person),
        person_name=names.get(PersonId(row.person), row.person),
        account_name=account.name,
        amount=row.amount,
        unit=account.unit.value,
        reason=row.reason,
        state=row.state,
        by=PersonId(row.by),
        by_name=names.get(PersonId(row.by), row.by),
        before=standing(entries, tx.today).available - (row.amount if row.state == "booked" else 0),
        reviewers=await _reviewers(tx, row, company),
    )


async def _reviewers(tx: Tx, row: AdjustmentRow, company: Policies) -> tuple[str, ...]:
    general = company.general
    if not general.adjustment_approval or abs(row.amount) <= general.adjust_two_person_above:
        return ()
    form = _form(row, company.accounts[row.account].name)
    steps = await approvals.preview(tx, general.adjustment_approval, PersonId(row.by), form)
    return tuple(name for step in steps for _, name in step.people)


def _form(row: AdjustmentRow, account: str) -> dict[str, Any]:
    """`concerned`: whose balance it is never decides about it, nor does the author."""
    return {"days": abs(row.amount), "leave_type": account, "code": row.code, "concerned": row.person}


def _type_of(company: Policies, account: str) -> TypePolicy:
    return next(policy for policy in company.types.values() if account in policy.accounts)


async def may_adjust(tx: Tx, actor: PersonId) -> None:
    """Raises NotPermitted."""
    if not await sees_balances(tx, actor):
        raise NotPermitted()


async def sees_balances(tx: Tx, actor: PersonId) -> bool:
    """Whether they look after other people's balances."""
    company = await policies(tx, tx.today)
    return bool(await org.roles(tx, actor, tx.today) & set(company.general.who_may_adjust))


async def _enough(tx: Tx, person: PersonId, policy: TypePolicy, amount: Decimal) -> None:
    now = standing(await ledger.entries(tx, person, policy.accounts), tx.today)
    if now.available + amount < 0:
        raise BelowZero(left=now.available, asked=-amount, unit=policy.unit.value)


async def _locked(tx: Tx, adjustment_id: str) -> AdjustmentRow:
    row = await tx.session.scalar(
        select(AdjustmentRow)
        .where(AdjustmentRow.id == adjustment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise AdjustmentUnknown()
    return row


async def _draft(tx: Tx, actor: PersonView, adjustment_id: str) -> AdjustmentRow:
    row = await _locked(tx, adjustment_id)
    if row.by != actor.id:
        raise NotPermitted()
    if row.state != "draft":
        raise AdjustmentClosed(state=row.state)
    return row
