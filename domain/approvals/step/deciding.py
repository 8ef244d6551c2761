"""Yes and no: the holder's, the clock's, and an administrator's 跳过."""

from __future__ import annotations

from dataclasses import replace

from domain.approvals.definition.tree import chosen_at
from domain.approvals.state import (
    HOLDING,
    Agreed,
    Denied,
    Ended,
    Lapsed,
    Phase,
    Rejected,
    Skipped,
    Task,
    Turn,
)
from domain.approvals.step import ending, moving
from domain.approvals.step.voting import root
from domain.approvals.step.work import Work
from domain.kernel.ids import PersonId

COUNTING = {"ratio", "votes"}


def agree(work: Work, action: Agreed) -> None:
    task = work.held(action.task, action.actor)
    _fresh(work, task, action.seen)
    work.by = action.actor
    if task.role == "advice":
        if action.then or action.changes:
            raise Denied("only_advice", task)
        work.end(task, Turn.ADVISED, action.actor, action.comment)
        moving.check(work, task.visit)
        return
    _fill_in(work, task, action)
    added = []
    if action.then:
        if task.role == "before":
            raise Denied("in_turn", task)
        work.allows("added_after", task)
        added = work.new_people(task, action.then)
    work.end(task, Turn.AGREED, action.actor, action.comment)
    for seat in added:
        work.make(
            Task(
                seat.task,
                task.node,
                seat.person,
                Turn.OPEN,
                None,
                0,
                seat.note,
                task.visit,
                "after",
                task.id,
                task.rank,
            )
        )
    moving.check(work, task.visit)


def _fill_in(work: Work, task: Task, action: Agreed) -> None:
    """What the holder changes in the form, and whom they choose for later."""
    if not set(action.changes) <= work.approval(task.node).editable:
        raise Denied("not_editable", task)
    work.merge(action.changes)
    if action.choices:
        if not set(action.choices) <= chosen_at(work.definition, "approver_choice"):
            raise Denied("not_editable", task)
        work.choices = {**work.choices, **action.choices}


def _fresh(work: Work, task: Task, seen: int | None) -> None:
    """Somebody who read an older form is told so instead of being taken at their word."""
    if seen is not None and seen < work.changed:
        raise Denied("stale", task)


def reject(work: Work, action: Rejected) -> None:
    task = work.held(action.task, action.actor)
    if not action.reason.strip():
        raise Denied("no_reason", task)
    _fresh(work, task, action.seen)
    work.by = action.actor
    if task.role == "advice":
        work.end(task, Turn.ADVISED, action.actor, action.reason)
        moving.check(work, task.visit)
        return
    if work.approval(task.node).handles:
        raise Denied("not_approval", task)
    _say_no(work, task, action.actor, action.reason)


def _say_no(work: Work, task: Task, by: PersonId | None, reason: str) -> None:
    """One no ends the case, but where votes are counted it is one vote: that of the seat it was asked for."""
    work.end(task, Turn.REJECTED, by, reason)
    seat = root(work, task)
    if seat.role != "vote" or work.approval(task.node).mode not in COUNTING:
        ending.finish(work, Phase.REJECTED, by, reason)
        return
    if seat.id != task.id:
        work.end(seat, Turn.REJECTED, by, reason)
        work.end_children(seat)
    at = work.position(task.visit)
    assert at is not None
    moving.check(work, task.visit)
    _say_why(work, reason)


def _say_why(work: Work, reason: str) -> None:
    """The last no under a count ends the case: its reason is the case's."""
    last = work.effects[-1]
    if isinstance(last, Ended) and last.phase is Phase.REJECTED and last.reason is None:
        work.effects[-1] = replace(last, reason=reason)


def lapse(work: Work, action: Lapsed) -> None:
    """Time ran out. Only what the node allows by name happens by itself."""
    work.must_run()
    task = work.tasks.get(action.task)
    if task is None or task.turn not in HOLDING:
        raise Denied("unknown", task)
    node = work.approval(task.node)
    if action.outcome not in {timer.do for timer in node.timers}:
        raise Denied("not_allowed", task)
    if action.outcome == "close":
        ending.finish(work, Phase.EXPIRED, None)
    elif action.outcome == "reject":
        work.end_children(task)
        _say_no(work, task, None, "")
    else:
        work.end_children(task)
        work.end(task, Turn.ADVISED if task.role == "advice" else Turn.LAPSED, None)
        moving.check(work, task.visit)


def skip(work: Work, action: Skipped) -> None:
    work.must_run()
    task = work.tasks.get(action.task)
    if task is None or task.turn not in HOLDING | {Turn.PENDING}:
        raise Denied("unknown", task)
    if not action.reason.strip():
        raise Denied("no_reason", task)
    work.end_children(task)
    work.end(task, Turn.PASSED_OVER, action.actor, action.reason)
    moving.check(work, task.visit)
