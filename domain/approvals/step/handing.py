"""Bringing other people in: 转交, 委派, 前加签, 并加签, 减签, 改派, and whoever takes over from a person who left."""

from __future__ import annotations

from collections.abc import Iterable

from domain.approvals.state import (
    HOLDING,
    UNDECIDED,
    YES,
    AddedBefore,
    AddedBeside,
    Delegated,
    Denied,
    Dropped,
    Moved,
    Reassigned,
    Seat,
    Task,
    Transferred,
    Turn,
)
from domain.approvals.step import moving
from domain.approvals.step.work import Work, distinct
from domain.kernel.ids import PersonId


def _heir(task: Task, seat: Seat) -> Task:
    return task._replace(id=seat.task, holder=seat.person, turn=Turn.OPEN, by=None, note=seat.note)


def transfer(work: Work, action: Transferred) -> None:
    task = work.held(action.task, action.actor)
    work.allows("transferred", task)
    (seat,) = work.new_people(task, [action.seat])
    work.end(task, Turn.TRANSFERRED, action.actor, action.comment)
    work.make(_heir(task, seat)._replace(urged=0))


def delegate(work: Work, action: Delegated) -> None:
    task = work.held(action.task, action.actor)
    work.allows("delegated", task)
    if task.role == "advice":
        raise Denied("only_advice", task)
    (seat,) = work.new_people(task, [action.seat])
    work.end(task, Turn.DELEGATED, None, action.comment)
    work.make(_asked(task, seat, "advice"))


def _asked(task: Task, seat: Seat, role: str) -> Task:
    return Task(seat.task, task.node, seat.person, Turn.OPEN, None, 0, seat.note, task.visit, role, task.id, task.rank)


def add_before(work: Work, action: AddedBefore) -> None:
    task = work.held(action.task, action.actor)
    work.allows("added_before", task)
    if task.role == "advice":
        raise Denied("only_advice", task)
    seats = work.new_people(task, action.seats)
    if _depth(work, task) >= work.definition.settings.add_depth:
        raise Denied("too_deep", task)
    work.end(task, Turn.WAITING, None, action.comment)
    for seat in seats:
        work.make(_asked(task, seat, "before"))


def _depth(work: Work, task: Task) -> int:
    deep = 0
    while task.role == "before" and task.parent is not None:
        task, deep = work.tasks[task.parent], deep + 1
    return deep


def add_beside(work: Work, action: AddedBeside) -> None:
    task = work.held(action.task, action.actor)
    work.allows("added_beside", task)
    if work.approval(task.node).mode == "sequence" or task.role != "vote":
        raise Denied("in_turn", task)
    for seat in work.new_people(task, action.seats):
        # counts like everybody's, but remembers who asked for it, for 减签
        work.make(_asked(task, seat, "vote"))


def drop(work: Work, action: Dropped) -> None:
    """减签, by whoever added them (or holds that task now), before they did anything."""
    work.must_run()
    task = work.tasks.get(action.task)
    asker = work.tasks.get(task.parent) if task is not None and task.parent else None
    if task is None or asker is None:
        raise Denied("not_adder", task)
    if asker.holder != action.actor:
        raise Denied("not_adder", task)
    if task.turn is not Turn.OPEN or work.children(task):
        raise Denied("acted", task)
    work.by = action.actor
    work.end(task, Turn.CANCELLED, None)
    moving.check(work, task.visit)


def move(work: Work, action: Moved) -> None:
    work.must_run()
    task = work.tasks.get(action.task)
    if task is None or task.turn is not Turn.OPEN:
        raise Denied("unknown", task)
    _replace(work, task, action.seats)


def reassign(work: Work, action: Reassigned) -> None:
    work.must_run()
    task = work.tasks.get(action.task)
    if task is None or task.turn not in HOLDING | {Turn.PENDING}:
        raise Denied("unknown", task)
    if not action.reason.strip():
        raise Denied("no_reason", task)
    seats = work.new_people(task, action.seats)
    work.end_children(task)
    _replace(work, task, seats, by=action.actor, remark=action.reason)


def _replace(
    work: Work, task: Task, seats: Iterable[Seat], by: PersonId | None = None, remark: str | None = None
) -> None:
    """The task goes to others; who takes part already is not asked twice."""
    was = task.turn
    work.end(task, Turn.MOVED, by, remark)
    taking_part = {one.holder for one in work.visit(task.visit) if one.turn in UNDECIDED or one.turn in YES}
    for seat in distinct(seats):
        if seat.person not in taking_part:
            heir = _heir(task, seat)
            work.make(heir._replace(turn=Turn.PENDING) if was is Turn.PENDING else heir)
    if not taking_part and not any(one.turn is Turn.OPEN for one in work.visit(task.visit)):
        raise Denied("unknown", task)
    moving.check(work, task.visit)
