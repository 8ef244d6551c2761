"""How a case ends, and what does not move it: copies, comments, urging."""

from __future__ import annotations

from domain.approvals.state import (
    LIVE,
    ChildStopped,
    Commented,
    Copied,
    Denied,
    Ended,
    Phase,
    Revoked,
    Stage,
    TaskPressed,
    Terminated,
    Turn,
    Urged,
    Withdrawn,
)
from domain.approvals.step import moving
from domain.approvals.step.work import Work
from domain.kernel.ids import PersonId


def finish(work: Work, phase: Phase, by: PersonId | None, reason: str | None = None) -> None:
    """Over: nobody has a turn, nothing is waited for. Copies stay, as does everything that was said."""
    turn = Turn.SKIPPED if phase is Phase.REJECTED else Turn.CANCELLED
    work.end_all(list(work.tasks.values()), turn, by if phase is Phase.REJECTED else None)
    stop(work, list(work.positions))
    work.joins.clear()
    work.returning.clear()
    work.phase = phase
    work.effects.append(Ended(phase, by, reason))


def stop(work: Work, nodes: list[str]) -> None:
    """These nodes are not live any more."""
    for node in nodes:
        at = work.positions.pop(node)
        work.returning.pop(at.visit, None)
        if at.stage is Stage.CHILD:
            work.effects.append(ChildStopped(node, at.visit))


def withdraw(work: Work, action: Withdrawn) -> None:
    if action.actor != work.applicant:
        raise Denied("not_applicant")
    if work.phase is Phase.APPROVED:
        raise Denied("too_late")
    if work.phase not in LIVE:
        raise Denied("closed")
    work.allows("withdrawn")
    decided = any(task.turn is Turn.AGREED for task in work.tasks.values())
    if decided and work.definition.settings.withdraw_until == "first":
        raise Denied("too_late")
    finish(work, Phase.WITHDRAWN, action.actor)


def terminate(work: Work, action: Terminated) -> None:
    if work.phase not in LIVE:
        raise Denied("closed")
    if not action.reason.strip():
        raise Denied("no_reason")
    finish(work, Phase.TERMINATED, action.actor, action.reason)


def revoke(work: Work, action: Revoked) -> None:
    """What was approved is taken back by a case of its own; its history stays."""
    if work.phase is not Phase.APPROVED:
        raise Denied("closed")
    work.phase = Phase.REVOKED
    work.effects.append(Ended(Phase.REVOKED, action.actor))


def copy(work: Work, action: Copied) -> None:
    """A copy may be given at any time by whoever has had a turn; it only lets somebody read."""
    if all(task.holder != action.actor for task in work.tasks.values()):
        raise Denied("not_holder")
    work.allows("copied")
    moving.give_copies(work, list(action.persons))


def comment(work: Work, action: Commented) -> None:
    if work.phase is Phase.NEW:
        raise Denied("closed")
    work.allows("commented")
    if not {action.actor, *action.mentions} <= work.before.participants():
        raise Denied("not_participant")
    if not action.text.strip():
        raise Denied("no_reason")


def urge(work: Work, action: Urged) -> None:
    work.must_run()
    work.allows("urged")
    work.by = action.actor
    for task in list(work.tasks.values()):
        if task.turn is Turn.OPEN:
            work.tasks[task.id] = pressed = task._replace(urged=task.urged + 1)
            work.effects.append(TaskPressed(pressed))
