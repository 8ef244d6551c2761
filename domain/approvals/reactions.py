"""What approvals do about other contexts' events, and after their own commits: what a case's end means for others."""

from __future__ import annotations

from domain.approvals import service
from domain.approvals.events import CaseDecided, ChildAbandoned, EffectDue, EffectFailed
from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.people.events import Left

reactions = Reactions("approvals")


@reactions.on(Left)
async def hand_over(tx: Tx, event: Left) -> None:
    """What waits for somebody who is gone goes on at once; a last day that lies ahead is the daily job's."""
    if event.last_day < tx.today:
        await service.reassign_departed(tx, event.person)


@reactions.on(CaseDecided)
async def go_on(tx: Tx, event: CaseDecided) -> None:
    """A case may have waited for this one, and a reversal undoes what it is about."""
    await service.child_decided(tx, event)
    if event.outcome == "approved":
        await service.reverse_decided(tx, event.case_id)


@reactions.on(ChildAbandoned)
async def abandon(tx: Tx, event: ChildAbandoned) -> None:
    """The case it was opened for has gone another way."""
    await service.abandon_child(tx, event.case_id)


@reactions.on(EffectDue)
async def execute(tx: Tx, event: EffectDue) -> None:
    """After the commit, once; what fails is tried again."""
    await service.run_effect(tx, event.case_id, event.node, undo=event.undo)


@reactions.on(EffectFailed)
async def report_failure(tx: Tx, event: EffectFailed) -> None:
    """Somebody has to look at it."""
    await service.effect_failed(tx, event.case_id, event.node)
