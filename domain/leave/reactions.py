"""What leave does about approvals', the calendar's and people's events."""

from __future__ import annotations

from domain.approvals.events import CaseDecided, TaskClosed, TaskOpened
from domain.calendar.events import ShiftsPublished, YearPublished
from domain.kernel.events import Reactions
from domain.kernel.tx import Tx
from domain.leave import service
from domain.leave.service import telling
from domain.leave.service.deciding import Decision
from domain.leave.service.opening import Opening, bring
from domain.people.events import OpeningBalance

reactions = Reactions("leave")

REQUEST, CANCELLATION, ADJUSTMENT = "lv_", "lc_", "la_"


@reactions.on(TaskOpened)
async def show_task(tx: Tx, event: TaskOpened) -> None:
    """The approver's card: who, what, what is left, who else is away, who covers."""
    await telling.task(tx, event.task_id, event.subject_id)


@reactions.on(TaskClosed)
async def close_task(tx: Tx, event: TaskClosed) -> None:
    """That approver's card shows what became of it and by whom."""
    await telling.task(tx, event.task_id, event.subject_id)


@reactions.on(CaseDecided)
async def book_decision(tx: Tx, event: CaseDecided) -> None:
    """The effect in the ledger and the calendar, and the applicant's cards."""
    decision = Decision(event.outcome, event.by, event.reason)
    if event.subject_id.startswith(REQUEST):
        shown = await service.decide(tx, event.subject_id, decision)
        if shown is not None and event.outcome != "withdrawn":
            await service.tell_outcome(tx, event.subject_id)
    elif event.subject_id.startswith(CANCELLATION):
        await service.cancel_decide(tx, event.subject_id, decision)
    elif event.subject_id.startswith(ADJUSTMENT):
        await service.adjust_decide(tx, event.subject_id, decision)


@reactions.on(YearPublished)
async def recount_year(tx: Tx, event: YearPublished) -> None:
    """Leave taken 暂按 is counted again on the published year."""
    await service.recount_year(tx, event.year)


@reactions.on(ShiftsPublished)
async def recount_person(tx: Tx, event: ShiftsPublished) -> None:
    """Leave asked for before the shifts were known is counted again on them."""
    await service.recount_person(tx, event.person, event.start, event.end)


@reactions.on(OpeningBalance)
async def book_opening(tx: Tx, event: OpeningBalance) -> None:
    """The balance that HR brought along, or corrects."""
    await bring(tx, event.person, Opening(event.kind, event.days, event.as_of))
