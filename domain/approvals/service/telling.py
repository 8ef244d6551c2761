"""The people whose turn it is are reminded; others read and speak."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from domain.approvals import definitions, queries, rules
from domain.approvals.errors import CaseClosed, NotYourCase, UrgedEnough, UrgedTooSoon, UrgeQuietHours
from domain.approvals.model import ActionRow, CaseRow, TaskRow
from domain.approvals.run import Run, locked
from domain.approvals.service.acting import act, seats, short
from domain.approvals.state import Commented, Copied, Phase, Turn, Urged
from domain.approvals.views import CaseView
from domain.kernel.clock import SHANGHAI
from domain.kernel.ids import PersonId
from domain.kernel.tx import Tx
from domain.org import queries as org
from domain.people import queries as people


async def copy_to(tx: Tx, actor: PersonId, case_id: str, persons: list[PersonId]) -> CaseView:
    """抄送: they may read it; each person hears of it once. Raises CaseUnknown, NotYourTask, PersonGone."""
    run = await locked(tx, case_id)
    named = [seat.person for seat in await seats(tx, persons)]
    return await act(tx, run, Copied(actor=actor, persons=tuple(named)), actor)


async def comment(tx: Tx, actor: PersonId, case_id: str, text: str, mentions: list[PersonId] | None = None) -> CaseView:
    """评论 in the case's thread; whoever is named hears of it. Raises CaseUnknown, NotTakingPart, NothingSaid."""
    run = await locked(tx, case_id)
    said = short(text) or ""
    shown = await act(tx, run, Commented(actor=actor, text=said, mentions=tuple(mentions or ())), actor)
    names = await people.names(tx, [actor])
    for person in dict.fromkeys(mentions or ()):
        await tx.notify(person, "approvals.mentioned", by=names.get(actor, actor), text=said, case=_called(run))
    return shown


def _called(run: Run) -> dict[str, str]:
    return {"code": run.case.subject_code or run.case.code, "label": run.case.label}


async def urge(tx: Tx, actor: PersonId, case_id: str) -> list[PersonId]:
    """Remind the holders; who they are. From the policy's n-th time on their leaders hear of it too.

    Raises CaseUnknown, NotYourCase, CaseClosed, UrgeQuietHours, UrgedTooSoon, UrgedEnough.
    """
    run = await locked(tx, case_id)
    case = run.case
    if actor != case.applicant and "hr" not in await org.roles(tx, actor, tx.today):
        raise NotYourCase()
    called = (await queries.case(tx, case_id)).spoken(actor)
    if run.state.phase is not Phase.RUNNING:
        raise CaseClosed(state=case.state, **called)
    policy = await definitions.policy(tx, tx.today)
    if rules.is_quiet(policy, tx.now):
        raise UrgeQuietHours(quiet_from=policy.quiet_from, quiet_to=policy.quiet_to, **called)
    again_at = rules.urge_again_at(policy, await _last_urge(tx, case.id), tx.now)
    if again_at is not None:
        hours = Decimal(policy.urge_every.total_seconds()) / 3600
        raise UrgedTooSoon(again_at=again_at, hours=hours, **called)
    if policy.urges_a_day and await _urges_today(tx, case.id) >= policy.urges_a_day:
        raise UrgedEnough(times=policy.urges_a_day, **called)
    await act(tx, run, Urged(actor=actor), actor)
    for task in run.state.open_tasks():
        await tell_of_urge(tx, case, task.id, escalate=task.urged >= policy.escalate_at)
    return [task.holder for task in run.state.open_tasks()]


async def remind_waiting(tx: Tx, day: date) -> int:
    """One notice to everybody for whom something waits since before `day`; how many people. For the daily job."""
    holders = await tx.session.scalars(select(TaskRow.holder).where(TaskRow.turn == Turn.OPEN.value).distinct())
    reminded = 0
    for holder in sorted(holders):
        tasks = await queries.waiting(tx, PersonId(holder))
        old = [task for task in tasks if rules.opened_before(task.opened_at, day)]
        if old:
            await tx.notify(PersonId(holder), "approvals.reminder", tasks=[_row(task) for task in old])
            reminded += 1
    return reminded


async def _last_urge(tx: Tx, case_id: str) -> datetime | None:
    found: datetime | None = await tx.session.scalar(
        select(TaskRow.urged_at)
        .where(TaskRow.case_id == case_id, TaskRow.urged_at.is_not(None))
        .order_by(TaskRow.urged_at.desc())
        .limit(1)
    )
    return found


async def _urges_today(tx: Tx, case_id: str) -> int:
    begun = datetime.combine(tx.today, datetime.min.time(), SHANGHAI)
    counted = select(func.count()).where(
        ActionRow.case_id == case_id, ActionRow.action == "urged", ActionRow.at >= begun
    )
    return int(await tx.session.scalar(counted) or 0)


async def tell_of_urge(tx: Tx, case: CaseRow, task_id: str, *, escalate: bool) -> None:
    task = await queries.task(tx, task_id)
    await tx.notify(task.holder, "approvals.urged", task=_row(task))
    leaders = await org.manager_line(tx, task.holder, tx.today) if escalate else []
    if leaders and leaders[0] != case.applicant:
        await tx.notify(leaders[0], "approvals.urged_leader", task=_row(task))


def _row(task: queries.TaskView) -> dict[str, Any]:
    """What a notice says of a task: plain values, for it waits in the outbox."""
    return {
        "id": task.id,
        "code": task.case.shown_code,
        "label": task.case.label,
        "applicant": task.case.applicant_name,
        "holder": task.holder_name,
        "waited": task.waited,
        "urged": task.urged,
    }
